import { describe, expect, it, test } from '@jest/globals';
import type { Ending, Outcome } from '../../src/domain/outcome.ts';
import { resultsOf } from '../../src/report/results.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import {
  aBatch,
  aFailedBatch,
  aGroup,
  anArtifact,
  anOutcome,
  aPhase,
  aRecoveredBatch,
  aRetriedGroup,
  MINUTE,
  NOT_RETRIED,
} from '../support/batches.ts';
import { cellsOf, linksOf, renderOnGitHub, visibleText } from '../support/github-markdown.ts';
import { NO_RETRY_LEFT } from '../support/outcomes.ts';

const faulty = aFailedBatch({
  status: 'FAULT',
  groups: [aGroup('unit'), aGroup('e2e', 'STOPPED')],
  phases: [
    aPhase('SUBMITTED'),
    aPhase('IN_PROGRESS', 'FAULT', ['', 'Internal Service Error']),
    aPhase('FAILED', null),
  ],
});

describe('the heading', () => {
  const batch = aFailedBatch();
  test.each<[string, Outcome]>([
    [
      '## ✅ app: the batch succeeded',
      anOutcome({ kind: 'succeeded', already: true }, { batch: aRecoveredBatch() }),
    ],
    [
      '## 🔁 app: the batch is being retried',
      anOutcome({ kind: 'retry-accepted' }, { batch, attempt: 2, retries: 1 }),
    ],
    ['## ❌ app: the batch failed', anOutcome(NOT_RETRIED, { batch })],
    [
      '## ❌ app: the batch failed with FAULT: IN\\_PROGRESS: Internal Service Error',
      anOutcome(NOT_RETRIED, { batch: faulty }),
    ],
    ['## ❌ app: the batch failed on attempt 3', anOutcome(NOT_RETRIED, { batch, attempt: 3 })],
    [
      '## ❌ app: the batch is still running',
      anOutcome({ kind: 'still-running' }, { batch: aBatch() }),
    ],
    [
      '## ❌ app: CodeBuild rejected the retry',
      anOutcome({ kind: 'retry-rejected', message: 'No.' }, { batch }),
    ],
    [
      '## ❌ app: polls do not show the retry',
      anOutcome({ kind: 'never-seen', polls: 5, elapsedMs: MINUTE }, { batch }),
    ],
    ['## ❌ app: the batch no longer exists', anOutcome({ kind: 'gone' }, { batch })],
    [
      '## ❌ Retry CodeBuild Batch: this step failed',
      anOutcome({ kind: 'service-error', message: 'Access denied.' }),
    ],
    [
      '## ⌛ app: this step timed out',
      anOutcome({ kind: 'timed-out', timeoutMs: MINUTE, lastError: null }, { batch: aBatch() }),
    ],
    [
      '## 🚫 app: this step was canceled',
      anOutcome({ kind: 'cancelled', by: 'SIGINT', stop: null }, { batch }),
    ],
    [
      '## ⏭️ app: the batch would be retried (dry run)',
      anOutcome({ kind: 'dry-run', retry: true, reason: 'so', quotedCause: null }, { batch }),
    ],
    [
      '## ⏭️ app: the batch would not be retried (dry run)',
      anOutcome({ kind: 'dry-run', retry: false, reason: 'so', quotedCause: null }, { batch }),
    ],
    [
      '## ❌ app: the batch succeeded, but only after a retry',
      anOutcome({ kind: 'flaky' }, { batch: aRecoveredBatch(), attempt: 2 }),
    ],
  ])('is %s', (expected, outcome) => {
    expect(renderSummaries(outcome)['job-summary'].split('\n')[0]).toBe(expected);
  });

  it.each([
    ['was over', aFailedBatch()],
    ['was never found', null],
  ])('does not claim that the batch keeps running when it %s', (_, batch) => {
    const outcome = anOutcome({ kind: 'timed-out', timeoutMs: MINUTE, lastError: null }, { batch });
    expect(renderSummaries(outcome)['job-summary']).not.toMatch(/the batch goes on/);
  });
});

describe('the facts', () => {
  it('leave out what CodeBuild does not give', () => {
    const batch = aFailedBatch({ number: null, resolvedSourceVersion: null, consoleUrl: '' });
    const facts = renderSummaries(anOutcome(NOT_RETRIED, { batch }))['job-summary'].split('\n')[2];
    expect(facts).toBe('**app** · 1 attempt · this step took 5m');
  });

  it('name the batch by its number without a reference to an issue', () => {
    const summary = renderSummaries(
      anOutcome(NOT_RETRIED, { batch: aFailedBatch({ number: 41 }) }),
    )['job-summary'];
    expect(summary).toContain(' · batch <span>#</span>41 · ');
    expect(summary).not.toMatch(/#\d/);
  });
});

describe('the reason', () => {
  const timedOut: Ending = { kind: 'timed-out', timeoutMs: MINUTE, lastError: null };

  test.each<[string, Outcome]>([
    ['a link in it', anOutcome(timedOut, { batch: aBatch() })],
    ['no link in it', anOutcome(timedOut, { batch: aBatch({ consoleUrl: '' }) })],
    [
      'marks in it',
      anOutcome({ kind: 'service-error', message: 'See *this* | <that> #1, www.x.y $1' }),
    ],
    ['more than fits', anOutcome({ kind: 'service-error', message: `${'x'.repeat(9000)} y` })],
    ['many problems', anOutcome({ kind: 'bad-input', problems: ['a: 1.', 'b: 2.'] })],
    ['a cause', anOutcome(NOT_RETRIED, { batch: faulty })],
  ])('is the output, word for word: %s', (_, outcome) => {
    const seen = visibleText(renderOnGitHub(renderSummaries(outcome)['job-summary'])).replaceAll(
      /\s+/g,
      ' ',
    );
    expect(seen).toContain(resultsOf(outcome).reason);
  });

  it('links to the batch', () => {
    const html = renderOnGitHub(
      renderSummaries(anOutcome(timedOut, { batch: aBatch() }))['job-summary'],
    );
    const { consoleUrl } = aBatch();
    expect(linksOf(html)).toContainEqual({ text: consoleUrl, href: consoleUrl });
  });
});

describe('bad input', () => {
  it('is a list of problems, each in a line of its own', () => {
    const problems = ['a: 1.', 'b: x\n- y | <b>.'];
    expect(renderSummaries(anOutcome({ kind: 'bad-input', problems }))['job-summary']).toBe(
      '## ❌ Retry CodeBuild Batch: invalid inputs\n\n2 problems with the inputs:\n\n- a: 1.\n- b: x - y \\| &lt;b&gt;.\n',
    );
  });
});

describe('flaky groups', () => {
  const groups = Array.from({ length: 60 }, (_, n) =>
    aRetriedGroup(`g${n}`, 'FAILED', 'SUCCEEDED'),
  );
  const state = { batch: aRecoveredBatch({ groups }), attempt: 2 };

  it('are named above the table where the reason does not name them, fifty at most', () => {
    for (const outcome of [
      anOutcome(NOT_RETRIED, state),
      anOutcome({ kind: 'succeeded', already: true }, state),
    ]) {
      expect(renderSummaries(outcome)['job-summary']).toMatch(
        /⚠️ \*\*Flaky:\*\* .*<code>g49<\/code> and 10 more failed in an earlier attempt/,
      );
    }
  });

  it('are not named again where it does', () => {
    for (const outcome of [
      anOutcome({ kind: 'flaky' }, state),
      anOutcome({ kind: 'succeeded', already: false }, state),
    ]) {
      const summary = renderSummaries(outcome)['job-summary'];
      expect(summary).toContain('Flaky: g0, g1, g2, g3, g4 and 55 more');
      expect(summary).not.toContain('**Flaky:**');
    }
  });
});

describe('the artifacts', () => {
  it('are in a table, those of the whole batch first, a hundred at most', () => {
    const of = (group: string | null, length: number) =>
      Array.from({ length }, () => anArtifact({ group }));
    const batch = aFailedBatch({
      combinedArtifacts: of(null, 60),
      groups: [aGroup('unit', 'FAILED', { build: { artifacts: of('unit', 60) } })],
    });
    const summary = renderSummaries(anOutcome(NOT_RETRIED, { batch }))['job-summary'];
    const rows = cellsOf(renderOnGitHub(summary), 1);
    expect(rows).toHaveLength(101);
    expect(rows.slice(59, 63).map(([of]) => of)).toEqual([
      'the whole batch',
      'the whole batch',
      'unit',
      'unit',
    ]);
    expect(summary).toContain('… and 20 more artifacts. The output artifacts has all of them.');
  });
});

describe('what was decided', () => {
  const decided = (attempt: number, retry: boolean, reason: string) => ({
    attempt,
    status: 'FAILED',
    retry,
    reason,
  });
  const partOf = (outcome: Outcome): string[] =>
    (renderSummaries(outcome)['job-summary'].split('### Retry decisions\n\n')[1] ?? '')
      .trim()
      .split('\n');

  it('is listed for each attempt', () => {
    const decisions = [decided(1, true, 'it *may* help'), decided(2, false, 'it did not')];
    const batch = aRecoveredBatch({ status: 'FAILED', groups: [] });
    expect(partOf(anOutcome(NOT_RETRIED, { batch, attempt: 2, decisions }))).toEqual([
      '- Attempt 1 failed. Retry allowed: it \\*may\\* help.',
      '- Attempt 2 failed. No retry: it did not.',
    ]);
  });

  it('is left out where the reason gives it', () => {
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch(),
      decisions: [decided(1, false, NO_RETRY_LEFT)],
    });
    expect(renderSummaries(outcome)['job-summary']).not.toContain('Retry decisions');
  });

  it('is listed for the last twenty attempts', () => {
    const decisions = Array.from({ length: 100 }, (_, n) => decided(n + 1, true, 'so'));
    const batch = aFailedBatch({ groups: [] });
    const lines = partOf(anOutcome(NOT_RETRIED, { batch, decisions }));
    expect(lines).toHaveLength(20);
    expect(lines[0]).toMatch(/^- Attempt 81 /);
  });
});
