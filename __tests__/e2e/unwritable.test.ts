import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { runAction } from '../support/action.ts';
import { ID, quick, shop } from '../support/scenarios.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const RETRY = 'RetryBuildBatch';
const QUICK = quick('FAILED', 'SUCCEEDED');
const inputs = { 'batch-id': ID, 'poll-interval': '0.1' };

describe('what cannot be saved, written or shown does not change the verdict: the bundle', () => {
  test('retries and keeps its verdict where nothing can be saved or written', async () => {
    const nowhere = {
      GITHUB_OUTPUT: '/',
      GITHUB_STATE: '/',
      GITHUB_STEP_SUMMARY: '/nowhere/summary',
      RUNNER_TEMP: '/nowhere',
      TMPDIR: '/nowhere',
    };
    const run = await runAction(shop(QUICK), inputs, nowhere);
    expect(run.exitCode).toBe(0);
    expect(run.operations.filter((operation) => operation === RETRY)).toHaveLength(1);
    const warnings = run.stdout
      .split('\n')
      .filter((line) => line.includes('This does not affect the result.'));
    expect(warnings).toEqual([
      expect.stringContaining('(batch-id, batch-arn, console-url): EISDIR'),
      expect.stringContaining('::warning::The state for the post step could not be saved: EISDIR'),
      expect.stringContaining('::warning::The results file could not be written: ENOENT'),
      expect.stringContaining('::warning::The summary file could not be written: ENOENT'),
      expect.stringContaining('results-file, summary-file): EISDIR'),
      expect.stringContaining('::warning::The job summary could not be written: ENOENT'),
    ]);
    expect(run.stderr).toBe('');
  });

  test('leaves no half of an output where the disk is full', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-full-'));
    const [output, summary] = ['output', 'summary'].map((name) => join(folder, name));
    try {
      await writeFile(join(folder, 'output'), '');
      // No file may grow beyond one block.
      const limited = 'ulimit -f 1; exec "$0" "$1"';
      const { status, stderr } = spawnSync('sh', ['-c', limited, process.execPath, BUNDLE], {
        env: { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, TMPDIR: folder },
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([1, '']);
      const text = await readFile(join(folder, 'output'), 'utf8');
      const entries = [...text.matchAll(/([\w-]+)<<(\S+)\n[^]*?\n\2\n/g)];
      expect(entries.map(([entry]) => entry).join('')).toBe(text);
      expect(entries.length).toBeGreaterThan(2);
      expect(entries.length).toBeLessThan(OUTPUT_NAMES.length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('keeps its verdict if its log is not read', async () => {
    const run = await runAction(shop(QUICK), inputs, {}, ({ action }) => action.stdout?.destroy());
    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(run.summary).toContain('✅');
    expect(run.stderr).toBe('The log cannot be written: write EPIPE\n');
  });

  test('keeps its verdict where an error has escaped', async () => {
    const escape = 'setTimeout(()=>{throw(new(Error)("odd"))},50)';
    const run = await runAction(shop(QUICK), inputs, {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(escape)}`,
    });
    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(run.stdout).toContain('::warning::Unexpected error in this action: odd. This does');
    expect(run.stderr).toBe('');
  });
});
