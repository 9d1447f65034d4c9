import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { read, README, ROOT } from './files.ts';
import { EXAMPLES } from './workflow-files.ts';

/** All of src/, line by line, with `…` for each part of a text that differs. */
const CODE = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => read(join('src', file)).split('\n'))
  .map((line) => line.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll("\\'", "'"));

/** Whether some line of the code says this, with anything in the place of each `…`. */
function isSaid(message: string): boolean {
  const parts = message.split('…').map((part) => part.trim());
  return CODE.some((line) => {
    let from = 0;
    return parts.every((part) => {
      const at = line.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  });
}

describe('troubleshooting', () => {
  const page = read('docs/troubleshooting.md');
  const codeIn = (text: string): string[] =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  /** What stands in bold before each explanation, and the messages in paragraphs. */
  const messages = [
    ...[...page.matchAll(/\*\*(?<message>`[^`]+`)\*\*/g)].flatMap(({ groups }) =>
      codeIn(groups?.['message'] ?? ''),
    ),
    ...page
      .split('\n')
      .filter((line) => !line.startsWith('- '))
      .flatMap(codeIn)
      .filter((code) => /^(?:The batch itself|Gave up after) /.test(code)),
  ];

  test('there are many messages', () => {
    expect(messages.length).toBeGreaterThan(40);
  });

  test('the code says each of them, and each is long enough to be found', () => {
    expect(messages.filter((message) => message.replaceAll('…', '').length <= 12)).toEqual([]);
    expect([...new Set(messages)].filter((message) => !isSaid(message))).toEqual([]);
  });

  test('a message that the code does not say is found', () => {
    expect(isSaid('AWS throttled …')).toBe(true);
    expect(isSaid('AWS throttled … for good')).toBe(false);
    expect(isSaid('(…). AWS throttled')).toBe(false);
  });
});

test('each of these situations is in one row of Failures', () => {
  const [, section = ''] = read('docs/behavior.md').split('## Failures\n');
  const rows = (section.split(/^#/m)[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  const notInOneRow = (...situations: string[]): string[] =>
    situations.filter(
      (words) => rows.filter((row) => (row.split('|')[1] ?? '').includes(words)).length !== 1,
    );
  expect(
    notInOneRow(
      'Throttling',
      'server error',
      'connection breaks',
      'proxy responds with HTML',
      'response to the retry is lost',
      'permission is missing',
      'expire',
      'no credentials',
      'From the start: an unknown host',
      '15 minutes',
      'retries the batch',
      'stops the batch',
      'deletes the batch',
      'canceled',
      'killed',
      '`timeout`',
      'commit status',
      'previous attempt',
    ),
  ).toEqual([]);
  expect(notInOneRow('the batch', 'an earthquake', 'Throttling')).toEqual([
    'the batch',
    'an earthquake',
  ]);
});

test('README.md and docs/authentication.md list all GitHub permissions that features of this action need', () => {
  const listedIn = (page: string, pattern: RegExp): string[] =>
    [...page.matchAll(pattern)].map(([, permission = '']) => permission);
  const [, section = ''] = README.split('\n## GitHub permissions\n');
  const listed = listedIn(section.split('\n## ')[0] ?? '', /`([\w-]+: write)`/g);
  expect(listed).toContain('id-token: write');
  const authentication = read('docs/authentication.md');
  expect(listedIn(authentication, /^\|[^|]+\|\s*`([\w-]+: write)`\s*\|/gm)).toEqual(listed);
  const used = EXAMPLES.flatMap(({ text }) =>
    listedIn(text, /^ +([\w-]+: write) # for (?:role-to-assume|commit-status)/gm),
  );
  expect(used.length).toBeGreaterThan(10);
  expect(listed).toEqual(expect.arrayContaining(used));
});
