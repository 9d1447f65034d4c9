import { describe, expect, it, test } from '@jest/globals';
import type { BuildGroup } from '../../src/domain/batch.ts';
import type { Past } from '../../src/domain/past.ts';
import { viewGroups } from '../../src/domain/groups.ts';
import { diagram } from '../../src/report/summary/diagram.ts';
import {
  aBatch,
  aFailedBatch,
  afterRetryOf,
  aGroup,
  aPast,
  aRecoveredBatch,
  aRetriedGroup,
  NOT_RETRIED,
} from '../support/batches.ts';
import { everywhere } from '../support/hostile-outcome.ts';
import { HOSTILE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';
import { parseMermaid } from '../support/mermaid.ts';
import { GOLDEN, source, stopped } from '../support/outcomes.ts';

function draw(groups: BuildGroup[], past: Past = aPast(), batch = aFailedBatch()): string {
  return diagram(viewGroups({ ...batch, groups }, past));
}

/** The diagram's own lines, after Mermaid has parsed it. */
async function sourceOf(markdown: string): Promise<string[]> {
  const source = /^```mermaid\n([^`]*)\n```$/.exec(markdown)?.[1] ?? '';
  await parseMermaid(source);
  return source.split('\n').map((line) => line.trim());
}

const after = (identifier: string, ...dependsOn: string[]): BuildGroup =>
  aGroup(identifier, 'SUCCEEDED', { dependsOn });

describe('the diagram', () => {
  it('has a node for each group and an edge for each dependency', async () => {
    const lines = await sourceOf(
      draw([aGroup('lint'), after('unit', 'lint', 'gone'), after('e2e', 'unit')]),
    );
    expect(lines).toEqual([
      'flowchart LR',
      'g0["lint"]:::succeeded',
      'g1["unit"]:::succeeded',
      'g2["e2e"]:::succeeded',
      'g0 --> g1',
      'g1 --> g2',
      'classDef succeeded fill:#1a7f37,stroke:#1a7f37,color:#fff',
    ]);
  });

  test.each<[string, BuildGroup, string]>([
    ['a success', aGroup('unit'), '"unit"]:::succeeded'],
    ['a failure', aGroup('unit', 'FAULT'), '"unit<br/>failed"]:::failed'],
    [
      'an ignored failure',
      aGroup('unit', 'FAILED', { ignoreFailure: true }),
      '"unit<br/>failed, ignored"]:::ignored',
    ],
    ['a flaky group', aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'), '"unit<br/>⚠ flaky"]:::flaky'],
    ['a group that runs', aGroup('unit', 'IN_PROGRESS'), '"unit<br/>running"]:::running'],
    ['a group that waits', aGroup('unit', 'PENDING'), '"unit<br/>not started"]:::notBegun'],
    [
      'a group with an unknown status',
      aGroup('unit', 'INITIALIZED', { build: { hasArtifactEntry: false } }),
      '"unit<br/>not started"]:::notBegun',
    ],
    ['a group that was stopped', aGroup('unit', 'STOPPED'), '"unit<br/>not run"]:::notRun'],
  ])('colors %s and names it', async (_, group, expected) => {
    const lines = await sourceOf(draw([group, after('b', 'unit')]));
    expect(lines[1]).toBe(`g0[${expected}`);
    expect(lines.some((line) => line.startsWith(`classDef ${expected.split(':::')[1]} `))).toBe(
      true,
    );
  });

  it('colors what waits in a batch that runs, whatever its status', async () => {
    const groups = [aGroup('a', 'IN_PROGRESS'), aGroup('b', 'INITIALIZED', { dependsOn: ['a'] })];
    expect((await sourceOf(draw(groups, aPast(), aBatch())))[2]).toBe(
      'g1["b<br/>not started"]:::waiting',
    );
  });

  it('colors what was skipped, and what is unknown', async () => {
    const groups = [aGroup('a', 'FAILED'), stopped('b', 'a')];
    expect((await sourceOf(draw(groups)))[2]).toBe('g1["b<br/>not run"]:::notRun');
    const lines = await sourceOf(
      draw(groups, afterRetryOf(aFailedBatch({ groups })), aRecoveredBatch()),
    );
    expect(lines.slice(1, 3)).toEqual([
      'g0["a<br/>unknown"]:::notKnown',
      'g1["b<br/>unknown"]:::notKnown',
    ]);
  });

  it('leaves DOWNLOAD_SOURCE out, unless it failed', async () => {
    const groups = [after('a', 'DOWNLOAD_SOURCE'), after('b', 'a')];
    expect((await sourceOf(draw([source, ...groups]))).join()).not.toContain('DOWNLOAD');
    const failed = [aGroup('DOWNLOAD_SOURCE', 'FAILED'), ...groups];
    expect(await sourceOf(draw(failed))).toContain('g0 --> g1');
  });

  test.each<[string, BuildGroup[]]>([
    ['no groups', []],
    ['no dependencies', [aGroup('a'), aGroup('b')]],
    ['dependencies on the source alone', [source, after('a', 'DOWNLOAD_SOURCE')]],
  ])('is left out with %s', (_, groups) => {
    expect(draw(groups)).toBe('');
  });

  const chain = (length: number, name = (n: number) => `g${n}`): BuildGroup[] =>
    Array.from({ length }, (_, n) => after(name(n), ...(n === 0 ? [] : [name(n - 1)])));
  const web = (width: number): BuildGroup[] => [
    ...Array.from({ length: 25 }, (_, n) => aGroup(`a${n}`)),
    ...Array.from({ length: width }, (_, n) =>
      after(`b${n}`, ...Array.from({ length: 25 }, (__, m) => `a${m}`)),
    ),
  ];
  const long = (n: number): string => `${'日'.repeat(59)}${String(n).padStart(3, '0')}`;

  test.each([
    ['150 groups', chain(150)],
    ['500 dependencies', web(20)],
    ['labels of many characters', chain(110, (n) => `${n}${'ü'.repeat(99)}`)],
  ])('is drawn with %s', async (_, groups) => {
    expect((await sourceOf(draw(groups)))[0]).toBe('flowchart LR');
  });

  test.each([
    ['groups', chain(151), '151 build groups and 150 dependencies'],
    ['dependencies', web(21), '46 build groups and 525 dependencies'],
    ['characters', chain(150, long), '150 build groups and 149 dependencies'],
  ])('is a sentence with too many %s', (_, groups, expected) => {
    expect(draw(groups)).toBe(`The build graph is too large to draw: ${expected}.`);
  });

  const NAMES = [
    'end',
    'graph',
    'subgraph',
    '__proto__',
    'constructor',
    'click',
    'style',
    'default',
  ];
  const MARKS = [
    '"',
    "'",
    '`',
    '[a]',
    '(b)',
    '{c}',
    ';',
    '%%',
    '-->',
    '#quot;',
    '<br/>',
    'a\nb',
    ':::failed',
    '1. a',
    '- a',
    '@a',
  ];

  testAll([...NAMES, ...MARKS].map((name) => [name]))(
    'is drawn by Mermaid whatever a group is named',
    async (name) => {
      const lines = await sourceOf(draw([aGroup(name), after('b', name), after(`${name}2`, 'b')]));
      expect(lines.filter((line) => line.includes('-->'))).toEqual(['g0 --> g1', 'g1 --> g2']);
    },
  );

  testAll(HOSTILE)('is drawn by Mermaid with hostile names', async (_, text) => {
    const lines = await sourceOf(draw([aGroup(text), after('b', text)]));
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(/^g0\["(?:\w|#\d+;)*"\]:::succeeded$/);
  });

  testAll(HOSTILE)('is accepted by Mermaid where everything is hostile', async (_, text) => {
    const { groups } = everywhere(text, NOT_RETRIED);
    expect((await sourceOf(diagram(groups)))[0]).toBe('flowchart LR');
  });

  const golden = Object.entries(GOLDEN).map(
    ([name, { groups }]) => [name, diagram(groups)] as const,
  );

  test.each(golden.filter(([, markdown]) => markdown !== ''))(
    'is accepted by Mermaid in the golden summary %s',
    async (_, markdown) => {
      expect((await sourceOf(markdown))[0]).toBe('flowchart LR');
    },
  );
});
