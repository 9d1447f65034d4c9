import { describe, expect, it, test } from '@jest/globals';
import type { BuildGroup } from '../../src/domain/batch.ts';
import type { RunState } from '../../src/domain/state.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import {
  aFailedBatch,
  afterRetryOf,
  aGroup,
  anOutcome,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
  at,
  NOT_RETRIED,
  phases,
  SECOND,
  aBatch,
  aBuild,
} from '../support/batches.ts';
import { buildsByArn, someDetails } from '../support/build-details.ts';
import { cellsOf, renderOnGitHub, visibleText } from '../support/github-markdown.ts';
import { source, stopped } from '../support/outcomes.ts';

function summaryOf(groups: BuildGroup[], overrides: Partial<RunState> = {}): string {
  return renderSummaries(anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }), ...overrides }))[
    'job-summary'
  ];
}

/** Heading and rows, as a reader sees them. */
function tableOf(groups: BuildGroup[], overrides: Partial<RunState> = {}): string[][] {
  return cellsOf(renderOnGitHub(summaryOf(groups, overrides)));
}

describe('the table of build groups', () => {
  test.each<[string, BuildGroup, string[]]>([
    ['a success', aGroup('unit'), ['✅', 'unit', 'SUCCEEDED']],
    ['a failure', aGroup('unit', 'FAULT'), ['❌', 'unit', 'FAULT']],
    ['an unknown status', aGroup('unit', 'EX_PLODED'), ['❌', 'unit', 'EX_PLODED']],
    [
      'an ignored failure',
      aGroup('unit', 'FAILED', { ignoreFailure: true }),
      ['⚠️', 'unit', 'FAILED (ignored)'],
    ],
    ['a group that was stopped', aGroup('unit', 'STOPPED'), ['⏹️', 'unit', 'STOPPED']],
    ['a group that runs', aGroup('unit', 'IN_PROGRESS'), ['⏳', 'unit', 'IN_PROGRESS']],
    [
      'a group without a build',
      aGroup('unit', '', { current: null }),
      ['⏹️', 'unit', 'PENDING, not started'],
    ],
    [
      'a group with an unknown status',
      aGroup('unit', 'INITIALIZED', { build: { hasArtifactEntry: false } }),
      ['⏹️', 'unit', 'INITIALIZED, not started'],
    ],
    [
      'a group without a status',
      aGroup('unit', '', { build: { hasArtifactEntry: false } }),
      ['⏹️', 'unit', 'no status, not started'],
    ],
    [
      'an ignored group with an unknown status',
      aGroup('unit', 'INITIALIZED', { ignoreFailure: true, build: { hasArtifactEntry: false } }),
      ['⏹️', 'unit', 'INITIALIZED, not started'],
    ],
    [
      'a flaky group',
      aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'),
      ['✅', 'unit', 'SUCCEEDED, flaky'],
    ],
  ])('shows %s', (_, group, expected) => {
    expect(tableOf([group])).toEqual([['', 'Build group', 'Status'], expected]);
  });

  it('shows what did not begin in a batch that still runs, whatever its status', () => {
    const groups = [aGroup('b', 'INITIALIZED'), aGroup('c', 'PENDING')];
    const rows = tableOf([], { batch: aBatch({ groups }) });
    expect(rows.slice(1)).toEqual([
      ['⏳', 'b', 'INITIALIZED, not started'],
      ['⏳', 'c', 'PENDING, not started'],
    ]);
  });

  it('shows attempts with an unknown status by whether they ended', () => {
    const prior = (id: string, hasArtifactEntry: boolean): BuildGroup =>
      aGroup(id, 'SUCCEEDED', {
        build: { id: `${id}-2`, requestedOn: at(210) },
        prior: [aBuild({ id: `${id}-1`, status: 'INITIALIZED', hasArtifactEntry })],
      });
    const batch = aRecoveredBatch({ groups: [prior('a', true), prior('b', false)] });
    const rows = tableOf([], { batch, attempt: 2 });
    expect(rows.slice(1).map((row) => row.slice(1, 5))).toEqual([
      ['a', 'SUCCEEDED, flaky', '🟥', '🟩'],
      ['b', 'SUCCEEDED', '⬜', '🟩'],
    ]);
  });

  it('names the failure that kept a group from running', () => {
    const rows = tableOf([aGroup('a', 'FAILED'), stopped('b', 'a'), stopped('c', 'b')]);
    expect(rows[3]?.slice(0, 3)).toEqual(['⏭️', 'c', 'skipped: a failed']);
  });

  it('puts what a reader wants to see first', () => {
    const rows = tableOf([
      source,
      aGroup('ok'),
      aGroup('ignored', 'FAILED', { ignoreFailure: true }),
      aRetriedGroup('flaky', 'FAILED', 'SUCCEEDED'),
      aGroup('stopped', 'STOPPED'),
      aGroup('running', 'IN_PROGRESS'),
      aGroup('second', 'FAILED'),
      aGroup('first', 'FAILED'),
    ]);
    expect(rows.slice(1).map(([, name]) => name)).toEqual([
      'second',
      'first',
      'running',
      'stopped',
      'flaky',
      'ignored',
      'ok',
      'DOWNLOAD_SOURCE',
    ]);
  });

  it('has the columns that any group fills, and no others', () => {
    const groups = [aGroup('a'), aGroup('b', 'FAILED', { dependsOn: ['a'] })];
    expect(tableOf(groups, { durations: new Map([['a', SECOND]]) })[0]).toEqual([
      '',
      'Build group',
      'Status',
      'Duration',
      'Depends on',
    ]);
  });

  it('shows a duration as CodeBuild gives it, else approximately as this step saw it', () => {
    const groups = [aGroup('a', 'FAILED'), aGroup('b', 'FAILED'), aGroup('c', 'FAILED')];
    const summary = summaryOf(groups, {
      durations: new Map([
        ['a', 90 * SECOND],
        ['b', 60 * SECOND],
      ]),
      builds: buildsByArn(someDetails('a-1'), someDetails('b-1', {}, { endedOn: null })),
    });
    const rows = cellsOf(renderOnGitHub(summary), 1);
    expect(rows.slice(1).map((row) => row[3])).toEqual(['1m 15s', 'about 1m', '']);
  });

  it('names at most fifty dependencies of a group', () => {
    const dependsOn = Array.from({ length: 60 }, (_, n) => `d${n}`);
    expect(tableOf([aGroup('unit', 'FAILED', { dependsOn })])[1]?.[3]).toMatch(
      /, d49 and 10 more$/,
    );
  });

  it('is left out where there are no groups', () => {
    expect(summaryOf([])).not.toMatch(/\||### /);
  });

  test.each<[string, BuildGroup[], string]>([
    ['only what is there', [aGroup('a'), aGroup('b')], '2 build groups: 2 SUCCEEDED.'],
    [
      'not DOWNLOAD_SOURCE',
      [source, aGroup('a')],
      '1 build group: 1 SUCCEEDED. DOWNLOAD_SOURCE is not counted.',
    ],
    [
      'DOWNLOAD_SOURCE if it failed',
      [aGroup('DOWNLOAD_SOURCE', 'FAILED'), stopped('unit', 'DOWNLOAD_SOURCE')],
      '2 build groups: 1 FAILED, 1 skipped.',
    ],
  ])('counts %s', (_, groups, expected) => {
    expect(visibleText(renderOnGitHub(summaryOf(groups))).split('\n')).toContain(expected);
  });
});

describe('the attempts', () => {
  const first = aFailedBatch();
  const second = { attempt: 2, retries: 1, past: afterRetryOf(first) };

  it('have a column each, with a square for each build', () => {
    const groups = [
      aRetriedGroup('again', 'FAILED', 'FAULT'),
      aRetriedGroup('flaky', 'FAILED', 'SUCCEEDED'),
      aRetriedGroup('skipped', 'STOPPED', 'STOPPED'),
      aGroup('kept'),
    ];
    const batch = aRecoveredBatch({ status: 'FAILED', groups });
    const summary = summaryOf([], { ...second, batch });
    expect(cellsOf(renderOnGitHub(summary)).map((row) => row.slice(3))).toEqual([
      ['Attempt 1', '2'],
      ['🟥', '🟥'],
      ['⬜', '⬜'],
      ['🟥', '🟩'],
      ['🟩', '·'],
    ]);
    expect(summary).toContain(
      '\n\n<sub>🟩 succeeded, 🟥 failed, ⬜ stopped or not run, · not rebuilt</sub>\n\n4 build groups: 1 FAULT, 2 SUCCEEDED, 1 STOPPED.\n',
    );
  });

  it('show what has not begun and what is unknown', () => {
    const groups = [
      aGroup('late', '', { current: null }),
      aRetriedGroup('running', 'FAILED', 'IN_PROGRESS'),
      aGroup('old', 'FAILED'),
    ];
    const summary = summaryOf([], { ...second, batch: aRetriedBatch({ groups }) });
    const rows = cellsOf(renderOnGitHub(summary)).slice(1);
    expect(rows.map((row) => [row[1], ...row.slice(-2)])).toEqual([
      ['old', '🟥', '❔'],
      ['late', '·', '🟨'],
      ['running', '🟥', '🟨'],
    ]);
    expect(summary).toContain('❔ unknown</sub>');
  });

  it('stand in one column where it is unknown when each began', () => {
    const batch = aRecoveredBatch({
      phases: phases(['SUBMITTED', 200], ['SUCCEEDED', 300]),
      groups: [aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'), aGroup('lint')],
    });
    const summary = summaryOf([], { batch, attempt: 2 });
    const rows = cellsOf(renderOnGitHub(summary)).map((row) => row[3]);
    expect(rows).toEqual(['Attempts', '🟥🟩', '🟩']);
    expect(summary).not.toContain('♻️');
  });

  it('are the last twenty of many', () => {
    const begun = Array.from(
      { length: 30 },
      (_, n) => ['SUBMITTED', n * 100, 'SUCCEEDED'] as const,
    );
    const batch = aRecoveredBatch({
      phases: phases(...begun, ['FAILED', 2950]),
      endedOn: at(2950),
      groups: [aGroup('unit', 'FAILED', { build: { requestedOn: at(2910) } })],
    });
    const [heading] = tableOf([], { batch, attempt: 30 });
    expect(heading?.slice(3)).toEqual([
      'Attempt 11',
      ...Array.from({ length: 19 }, (_, n) => String(n + 12)),
    ]);
  });
});

describe('what the retry saved', () => {
  const past = afterRetryOf(aFailedBatch());
  const savingsOf = (overrides: Partial<RunState>): string =>
    /♻️.*/u.exec(summaryOf([], { attempt: 2, past, ...overrides }))?.[0] ?? '';

  it('is counted, without the source and what was skipped', () => {
    const groups = [
      source,
      aGroup('lint'),
      aRetriedGroup('unit', 'FAILED', 'FAILED'),
      aGroup('package', 'STOPPED', {
        dependsOn: ['unit'],
        build: { id: 'package-2', requestedOn: at(204) },
      }),
    ];
    expect(savingsOf({ batch: aRecoveredBatch({ status: 'FAILED', groups }) })).toBe(
      '♻️ Attempt 2 rebuilt 1 of 3 build groups and reused 1; 1 did not run.',
    );
  });

  test.each<[string, Partial<RunState>]>([
    ['a batch that was never retried', { batch: aFailedBatch(), attempt: 1 }],
    ['an attempt that is not over', { batch: aRetriedBatch({ groups: [aGroup('a')] }) }],
    ['stale groups', { batch: aRecoveredBatch(), groupsStale: true }],
    ['no groups', { batch: aRecoveredBatch({ groups: [] }) }],
    ['no batch', { batch: null }],
  ])('is left out for %s', (_, overrides) => {
    expect(savingsOf(overrides)).toBe('');
  });
});

describe('earlier batches', () => {
  const results = ['succeeded', 'flaky', 'failed', null] as const;
  const historyOf = (history: RunState['history']): string =>
    summaryOf([], { history }).split('### Earlier batches')[1] ?? '';

  it('are a row of squares for each group', () => {
    const never = { identifier: 'new', results: [null, null, null, null], durations: [] };
    const durations = [250, 200, 300, 260].map((seconds) => seconds * SECOND);
    const part = historyOf([{ identifier: 'unit', results, durations }, never]);
    expect(cellsOf(renderOnGitHub(part))).toEqual([
      ['Build group', 'Last 4, oldest first', 'Flaky', 'Failed', 'Duration'],
      ['unit', '🟩🟧🟥⬜', '1 of 3', '1 of 3', 'median 4m 15s, middle 50%: 3m 57s–4m 30s'],
      ['new', '⬜⬜⬜⬜', '', '', ''],
    ]);
    expect(part).toContain(
      '🟩 succeeded on the first attempt, 🟧 flaky, 🟥 failed, ⬜ did not run. Durations are of builds that succeeded.',
    );
  });

  it('are shown for fifty groups', () => {
    const history = Array.from({ length: 51 }, (_, n) => ({
      identifier: `g${n}`,
      results,
      durations: [],
    }));
    expect(historyOf(history)).toMatch(/\n\n… and 1 more build group\.\n\n.* did not run\.\n/);
  });

  it('are left out where none was looked at', () => {
    expect(historyOf([])).toBe('');
  });
});
