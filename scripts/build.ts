// Bundles src/ into dist/, or into the folder that --out names.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './build/bundle.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const bytes = bundle(join(root, 'src', 'index.ts'), values.out);
console.log(`${values.out}: ${Math.round(bytes / 1000)} kB of script`);
