// The least that a program can do: one HTTP request.
import { request } from 'node:http';
import process from 'node:process';

request(process.env.AWS_ENDPOINT_URL, { method: 'POST' }, (response) => response.resume()).end(
  '{}',
);
