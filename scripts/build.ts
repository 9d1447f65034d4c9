// Builds dist/ from src/, or the folder that --out names.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build/bundle.ts';

const dist = join(import.meta.dirname, '..', 'dist');
const { values } = parseArgs({ options: { out: { type: 'string', default: dist } } });
const bytes = await build(values.out);
console.log(`${values.out}: ${Math.round(bytes / 1000)} kB of script`);
