// Whether dist/ is what the source builds, byte for byte. Leaves the work tree as it is.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build/bundle.ts';

const fresh = mkdtempSync(join(tmpdir(), 'retry-codebuild-batch-dist-'));
try {
  await build(fresh);
  const names = new Set([...readdirSync(fresh), ...readdirSync('dist')]);
  const stale = [...names].filter((name) => read(fresh, name) !== read('dist', name));
  if (stale.length > 0) {
    console.error(`dist/ is out of date (${stale.join(', ')}). Run: npm run build`);
    process.exitCode = 1;
  } else {
    console.log('dist/ is up to date.');
  }
} finally {
  rmSync(fresh, { recursive: true });
}

function read(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'latin1');
  } catch {
    return null;
  }
}
