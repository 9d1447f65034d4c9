// The least that a program can do: one HTTP request. Not by `import`: as an ES module, node:http makes
// Node.js load its own undici, which takes longer than the request.
import { createRequire } from 'node:module';
import process from 'node:process';

const { request } = createRequire(import.meta.url)('node:http');

request(process.env.AWS_ENDPOINT_URL, { method: 'POST' }, (response) => response.resume()).end(
  '{}',
);
