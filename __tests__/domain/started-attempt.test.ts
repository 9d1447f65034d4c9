import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import {
  describeStarted,
  parseStarted,
  showsAttempt,
  showsLaterAttempt,
  type StartedAttempt,
} from '../../src/domain/started-attempt.ts';
import {
  aBatch,
  aFailedBatch,
  aRecoveredBatch,
  aRetriedBatch,
  at,
  phases,
  RECOVERED_PHASES,
} from '../support/batches.ts';

/** The second attempt of the batch, submitted at 200 s. */
const OURS: StartedAttempt = {
  batchId: 'app:8472cae5',
  region: 'us-west-2',
  retriesBefore: 0,
  submittedBefore: at(0),
  submittedOn: at(200),
};
/** Before CodeBuild has answered. */
const UNANSWERED: StartedAttempt = { ...OURS, submittedOn: null };

/** A third attempt, submitted at 400 s by someone else. */
const THIRD = aBatch({
  phases: [
    ...RECOVERED_PHASES.slice(0, -1),
    ...phases(['SUCCEEDED', 300, 'RETRY'], ['SUBMITTED', 400]),
  ],
});
/** The same, where CodeBuild keeps no phases of earlier attempts. */
const ANEW = aBatch({ phases: phases(['SUBMITTED', 400]) });

describe('describeStarted', () => {
  test.each<[string, Batch, Batch | null, Partial<StartedAttempt>]>([
    ['before the answer', aFailedBatch(), null, { submittedOn: null }],
    ['after it', aFailedBatch(), aRetriedBatch(), { submittedOn: at(200) }],
    [
      'after a second retry',
      aRecoveredBatch(),
      THIRD,
      { retriesBefore: 1, submittedBefore: at(200), submittedOn: at(400) },
    ],
    [
      'answered with another batch: that one, whose first attempt it is',
      aRecoveredBatch(),
      aBatch({ id: 'app:new' }),
      { batchId: 'app:new', retriesBefore: -1, submittedBefore: at(200), submittedOn: at(0) },
    ],
    ['answered without phases', aFailedBatch(), aBatch({ phases: [] }), { submittedOn: null }],
  ])('%s', (_, retried, answer, expected) => {
    expect(describeStarted(retried, answer, 'us-west-2')).toEqual({ ...OURS, ...expected });
  });
});

describe('showsLaterAttempt', () => {
  const submittedAt = (seconds: number): Batch =>
    aBatch({ phases: phases(['SUBMITTED', seconds]) });
  const ofNewBatch = { ...OURS, batchId: 'app:new', retriesBefore: -1, submittedOn: at(0) };

  test.each<[string, Batch, StartedAttempt, boolean]>([
    ['the attempt before ours, a stale view', aFailedBatch(), OURS, false],
    ['ours, running', aRetriedBatch(), OURS, false],
    ['ours, over', aRecoveredBatch(), OURS, false],
    ['a retry after ours', THIRD, OURS, true],
    ['a retry after ours, by its time alone', ANEW, OURS, true],
    ['ours, by a clock that differs a little', submittedAt(201), OURS, false],
    ['a later one, just beyond that', submittedAt(201.001), OURS, true],
    ['no phases at all', aBatch({ phases: [] }), OURS, false],
    ['the attempt before, and ours not answered', aFailedBatch(), UNANSWERED, false],
    ['what may be ours, not answered', aRetriedBatch(), UNANSWERED, false],
    ['two retries, ours not answered', THIRD, UNANSWERED, true],
    ['a time that nothing can be compared with', ANEW, UNANSWERED, false],
    ['the first attempt of a new batch that is ours', aBatch({ id: 'app:new' }), ofNewBatch, false],
    ['a retry of that', aRetriedBatch({ id: 'app:new' }), ofNewBatch, true],
  ])('of %s: %#', (_, look, ours, expected) => {
    expect(showsLaterAttempt(look, ours)).toBe(expected);
  });
});

describe('showsAttempt', () => {
  const early = { ...OURS, retriesBefore: 1, submittedOn: at(200.9) };
  const tooEarly = { ...OURS, retriesBefore: 1, submittedOn: at(201.1) };
  const unknownBefore = { ...UNANSWERED, submittedBefore: null };

  test.each<[string, Batch, StartedAttempt, boolean]>([
    ['ours, over', aRecoveredBatch(), OURS, true],
    ['ours, running', aRetriedBatch(), OURS, true],
    ['one after ours', THIRD, OURS, true],
    ['the attempt before ours, a stale view', aFailedBatch(), OURS, false],
    ['ours, by a clock that differs a little', aRecoveredBatch(), early, true],
    ['one before ours, just beyond that', aRecoveredBatch(), tooEarly, false],
    ['ours, never answered, by the retries shown', aRecoveredBatch(), UNANSWERED, true],
    ['ours, never answered, by its time alone', ANEW, UNANSWERED, true],
    ['the attempt before, and ours never answered', aFailedBatch(), UNANSWERED, false],
    ['a time that nothing can be compared with', ANEW, unknownBefore, false],
    ['no phases', aRecoveredBatch({ phases: [] }), OURS, false],
  ])('of %s', (_, look, ours, expected) => {
    expect(showsAttempt(look, ours)).toBe(expected);
  });
});

describe('parseStarted', () => {
  test.each([OURS, UNANSWERED, { ...OURS, retriesBefore: -1 }])('reads what was kept', (ours) => {
    expect(parseStarted(JSON.stringify(ours))).toEqual(ours);
  });

  it('keeps no more than it knows', () => {
    const more = { ...OURS, more: { __proto__: null }, roleToAssume: 'x' };
    expect(parseStarted(JSON.stringify(more))).toEqual(OURS);
  });

  test.each([
    '',
    ' ',
    'null',
    'true',
    '0',
    '"app:8472cae5"',
    '[]',
    '{}',
    '{',
    'undefined',
    '::set-output name=x::y',
    '\u0000',
    '[['.repeat(5000),
    JSON.stringify([OURS]),
    JSON.stringify({ ...OURS, batchId: 1 }),
    JSON.stringify({ ...OURS, batchId: null }),
    JSON.stringify({ ...OURS, region: undefined }),
    JSON.stringify({ ...OURS, retriesBefore: '0' }),
    JSON.stringify({ ...OURS, retriesBefore: NaN }),
    JSON.stringify({ ...OURS, submittedOn: '200' }),
    JSON.stringify({ ...OURS, submittedOn: undefined }),
    JSON.stringify({ ...OURS, submittedOn: {} }),
    '{"__proto__":{"batchId":"a","region":"b","retriesBefore":0,"submittedOn":null}}',
  ])('reads nothing in %j', (text) => {
    expect(parseStarted(text)).toBeNull();
  });
});
