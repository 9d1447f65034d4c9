import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIST = join(import.meta.dirname, '..', 'dist');

/** The scripts in dist/ and their bytes, largest first. */
export function measureScripts(): { name: string; bytes: number }[] {
  return readdirSync(DIST, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?js$/.test(name))
    .map((name) => ({ name, bytes: statSync(join(DIST, name)).size }))
    .sort((one, other) => other.bytes - one.bytes);
}
