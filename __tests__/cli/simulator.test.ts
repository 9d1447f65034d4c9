import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { SCENARIOS } from '../../simulator/index.ts';
import { openSession, run, type Session } from '../support/processes.ts';

const SCRIPT = 'scripts/simulator.ts';

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** Starts the simulator on a free port and reads what it prints first. */
async function start(scenario: string): Promise<{ child: ChildProcess; banner: string }> {
  const started = spawn(process.execPath, [SCRIPT, scenario, '0']);
  child = started;
  const [chunk] = (await once(started.stdout, 'data')) as [Buffer];
  return { child: started, banner: chunk.toString() };
}

const portIn = (banner: string): string =>
  / on http:\/\/127\.0\.0\.1:(\d+) \(Ctrl-C stops it\)/.exec(banner)?.[1] ?? '';
const folderIn = (banner: string): string => / RUNNER_TEMP="([^"]+)"/.exec(banner)?.[1] ?? '';

test('it says where it listens, ends on SIGINT, and reports a port that is in use', async () => {
  const { child: started, banner } = await start('flaky');
  const ended = once(started, 'exit');
  expect(banner).toContain('web-shop:0b1f6a52-8d4c-4f0e-9a37-5c2d1e7f8a90 (FAILED)');
  expect(run(SCRIPT, ['flaky', portIn(banner)])).toEqual({
    status: 1,
    stdout: '',
    stderr: `Port ${portIn(banner)} is in use: choose another, or 0 for a free one.\n`,
  });
  expect(existsSync(folderIn(banner))).toBe(true);
  started.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(existsSync(folderIn(banner))).toBe(false);
});

test.each([
  ['flaky', 0, 'success'],
  ['green', 0, 'success'],
  ['badSpec', 1, 'failure'],
])('the command for the action works as pasted on %s', async (scenario, status, conclusion) => {
  const { banner } = await start(scenario);
  const [command = ''] = / {2}env [^]*node dist\/index\.js$/m.exec(banner) ?? [];
  const ran = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  expect([ran.status, ran.stderr]).toEqual([status, '']);
  const folder = folderIn(banner);
  expect(readFileSync(join(folder, 'output'), 'utf8')).toContain(`\n${conclusion}\n`);
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('## ');
});

describe('the AWS CLI commands', () => {
  let session: Session;
  beforeAll(() => {
    session = openSession();
  });
  afterAll(() => session.close());

  test.each(Object.keys(SCENARIOS))('for %s are of the batch as it is', async (scenario) => {
    const { status: exitCode, stdout: banner, stderr } = await session.run(SCRIPT, [scenario, '0']);
    expect([exitCode, stderr]).toEqual([0, '']);
    const [, id = '', status = ''] = /^Batch +(\S+) \((\w+)\)$/m.exec(banner) ?? [];
    const commands = banner.match(/^ {2}aws .+$/gm) ?? [];
    const operations = commands.map((command) => command.split(' ')[4] ?? '');
    const changing = operations.filter((operation) => /^(?:retry|stop)-/.test(operation));
    expect(changing).toEqual(
      {
        SUCCEEDED: [],
        IN_PROGRESS: ['stop-build-batch', 'retry-build-batch'],
      }[status] ?? ['retry-build-batch', 'stop-build-batch'],
    );
    expect(operations).toContain('start-build-batch');
    // Once they have changed the batch, there may be nothing left for the action to do.
    const ofTheAction = banner.indexOf('node dist/index.js');
    for (const [index, operation] of operations.entries()) {
      const isLater = banner.indexOf(commands[index] ?? '') > ofTheAction;
      expect([operation, isLater]).toEqual([operation, /^(?:retry|stop|start)-/.test(operation)]);
    }
    expect(commands.join('\n')).toContain(`--ids ${id} `);
    for (const command of commands) {
      expect(command).toMatch(new RegExp(` --endpoint-url http://127.0.0.1:${portIn(banner)}$`));
    }
    const hasLog = ['flaky', 'broken', 'fanout', 'large'].includes(scenario);
    expect(operations.includes('get-log-events')).toBe(hasLog);
  });
});
