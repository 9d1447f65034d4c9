import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readPeer } from '../../bench/peer.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retry-codebuild-batch-peer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('another action runs as its action.yml says, with its defaults and what is given', () => {
  writeFileSync(join(folder, 'main.js'), '');
  writeFileSync(
    join(folder, 'action.yaml'),
    'inputs:\n  project-name: { required: true }\n  hide log: { default: false }\nruns: { main: main.js }\n',
  );
  expect(readPeer(folder, ['project-name=a=b'])).toEqual({
    name: basename(folder),
    script: join(folder, 'main.js'),
    inputs: { INPUT_HIDE_LOG: 'false', 'INPUT_PROJECT-NAME': 'a=b' },
  });
});

test('a bundle alone runs without inputs', () => {
  expect(() => readPeer(folder, [])).toThrow(join(folder, 'index.js'));
  writeFileSync(join(folder, 'index.js'), '');
  expect(readPeer(folder, [])).toMatchObject({ script: join(folder, 'index.js'), inputs: {} });
  expect(() => readPeer(folder, ['project-name'])).toThrow(
    '--input: "project-name" is not of the form name=value.',
  );
});
