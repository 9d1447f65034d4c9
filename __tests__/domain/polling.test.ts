import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import type { Past } from '../../src/domain/past.ts';
import {
  correctSubmission,
  startPolling,
  interpret,
  knownEnd,
  msUntilNextPoll,
  type PollResult,
  type Polling,
} from '../../src/domain/polling.ts';
import {
  aBatch,
  aFailedBatch,
  afterRetryOf,
  aPast,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
  at,
  FAILED_PHASES,
  phases,
  RECOVERED_PHASES,
  RERUNNING_PHASES,
  RETRIED_PHASES,
  SECOND,
} from '../support/batches.ts';

type Poll = readonly [seconds: number, snapshot: Batch | null];

interface Polled {
  readonly polling: Polling;
  readonly results: PollResult[];
  readonly kinds: string[];
}

/** Polls from 200 s on, the moment of the retry if there was one. */
function pollAll(past: Past, polls: readonly Poll[], answer: Batch | null = null): Polled {
  let polling = startPolling(past, at(200), answer);
  const results = polls.map(([seconds, snapshot]) => {
    const [next, result] = interpret(polling, past, snapshot, at(seconds));
    polling = next;
    return result;
  });
  return { polling, results, kinds: results.map(({ kind }) => kind) };
}

function every(seconds: number, times: number, snapshot: Batch | null, from = 200): Poll[] {
  return Array.from({ length: times }, (_, index) => [from + seconds * (index + 1), snapshot]);
}

const failed = aFailedBatch();
const answer = aFailedBatch({
  status: 'IN_PROGRESS',
  complete: false,
  endedOn: null,
  phases: RETRIED_PHASES,
});
const rerunning = aRetriedBatch({ groups: failed.groups });
const recovered = aRecoveredBatch();
const failedAgain = aRecoveredBatch({
  status: 'FAILED',
  phases: [
    ...RERUNNING_PHASES.slice(0, -1),
    ...phases(['IN_PROGRESS', 205, 'CLIENT_ERROR'], ['FAILED', 300]),
  ],
  groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')],
});
const retried = afterRetryOf(failed);

describe('polling a batch that was not retried', () => {
  test.each<[string, Poll[], string[]]>([
    [
      'runs, then ends',
      [
        [215, aBatch()],
        [230, failed],
      ],
      ['running', 'over'],
    ],
    ['is over at the first poll', [[200, failed]], ['over']],
    [
      'shows no phases',
      [
        [215, aBatch({ phases: [] })],
        [230, aFailedBatch({ phases: [] })],
      ],
      ['running', 'over'],
    ],
    ['shows no groups', [[215, aFailedBatch({ groups: [] })]], ['over']],
    [
      'goes back in time between polls',
      [
        [215, aBatch()],
        [230, aBatch({ phases: phases(['SUBMITTED', 0]) })],
        [245, failed],
        [260, aBatch()],
      ],
      ['running', 'stale', 'over', 'stale'],
    ],
    [
      'has a final status but is not complete',
      [[215, aFailedBatch({ complete: false, endedOn: null })]],
      ['running'],
    ],
    ['ends with an unknown word', [[215, aFailedBatch({ status: 'EXPLODED' })]], ['over']],
    [
      'is retried by others, whose attempt ends',
      [
        [215, aBatch()],
        [230, rerunning],
        [245, failed],
        [260, recovered],
      ],
      ['running', 'running', 'stale', 'over'],
    ],
    [
      'is absent once',
      [
        [215, aBatch()],
        [230, null],
        [245, aBatch()],
        [260, null],
      ],
      ['running', 'stale', 'running', 'stale'],
    ],
    [
      'is absent twice in a row',
      [
        [215, aBatch()],
        [230, null],
        [245, null],
        [260, aBatch()],
      ],
      ['running', 'stale', 'stale', 'running'],
    ],
    [
      'is absent for as long as reads may lag',
      [[215, aBatch()], ...every(15, 8, null, 215)],
      ['running', ...Array<string>(7).fill('stale'), 'gone'],
    ],
    [
      'is absent at every second, just under 60 s',
      [[215, aBatch()], ...every(1, 59, null, 215)],
      ['running', ...Array<string>(59).fill('stale')],
    ],
    ['is absent from the start', every(15, 8, null), [...Array<string>(7).fill('stale'), 'gone']],
    [
      'is absent and stale by turns',
      [
        [215, aBatch()],
        [230, null],
        [245, aBatch({ phases: phases(['SUBMITTED', 0]) })],
        [260, null],
      ],
      ['running', 'stale', 'stale', 'stale'],
    ],
  ])('that %s', (_, polls, expected) => {
    expect(pollAll(aPast(), polls).kinds).toEqual(expected);
  });

  it('believes what polls have shown for longer than reads lag, as if nothing newer had shown', () => {
    const old = aBatch({ phases: phases(['SUBMITTED', 0]) });
    const { kinds, results } = pollAll(aPast(), [[215, aBatch()], ...every(15, 9, old, 215)]);
    expect(kinds).toEqual(['running', ...Array<string>(7).fill('stale'), 'running', 'running']);
    expect(results.at(-1)).toEqual({ kind: 'running', batch: old });
  });

  it('does not count polls that find no batch as such', () => {
    const old = aBatch({ phases: phases(['SUBMITTED', 0]) });
    const polls: Poll[] = [[215, aBatch()], ...every(15, 7, null, 215), ...every(15, 2, old, 320)];
    expect(pollAll(aPast(), polls).kinds).toEqual(['running', ...Array<string>(9).fill('stale')]);
  });

  it('counts anew after each snapshot that shows something newer', () => {
    const old = aBatch({ phases: phases(['SUBMITTED', 0]) });
    const round: Poll[] = [[0, aBatch()], ...every(15, 7, old, 0)];
    const rounds = [215, 400].flatMap((from) => round.map(([s, b]): Poll => [from + s, b]));
    const kinds = ['running', ...Array<string>(7).fill('stale')];
    expect(pollAll(aPast(), rounds).kinds).toEqual([...kinds, ...kinds]);
  });
});

describe('polling after a retry', () => {
  test.each<[string, Batch]>([
    ['FAILED, complete, with old phases', failed],
    ['the same, not complete', aFailedBatch({ complete: false })],
    ['the same, without its end', aFailedBatch({ endedOn: null })],
    ['the same, without phases', aFailedBatch({ phases: [] })],
    ['the same, without phases and end', aFailedBatch({ phases: [], endedOn: null })],
    ['mixed: new status over old phases', aBatch({ phases: FAILED_PHASES })],
    ['mixed: new end over old phases', aRecoveredBatch({ phases: FAILED_PHASES })],
    ['running', aBatch()],
  ])('is not ended by a stale snapshot, which does not count: %s', (_, snapshot) => {
    for (const given of [null, answer]) {
      const { kinds, polling } = pollAll(
        retried,
        [
          [215, snapshot],
          [230, snapshot],
        ],
        given,
      );
      expect(kinds).toEqual(['stale', 'stale']);
      expect(polling).toMatchObject({ newest: given, seen: false, overSince: null });
    }
  });

  test.each<[string, Batch]>([
    ['old status and end under new phases', aFailedBatch({ phases: RETRIED_PHASES })],
    [
      'old status under new phases, the end gone',
      aFailedBatch({ phases: RETRIED_PHASES, endedOn: null }),
    ],
    [
      'old status, not complete, under new phases',
      aFailedBatch({ phases: RERUNNING_PHASES, complete: false, endedOn: null }),
    ],
    ['no status at all under new phases', aBatch({ status: '', phases: RETRIED_PHASES })],
  ])('is not ended by a mixed snapshot: %s', (_, snapshot) => {
    expect(pollAll(retried, [[215, snapshot]]).kinds).toEqual(['running']);
  });

  test.each<[string, Poll[], Batch | null, string[]]>([
    [
      'after stale snapshots',
      [
        [215, failed],
        [230, rerunning],
        [245, recovered],
      ],
      answer,
      ['stale', 'running', 'over'],
    ],
    [
      'without an answer to the retry',
      [
        [215, rerunning],
        [230, recovered],
      ],
      null,
      ['running', 'over'],
    ],
    [
      'after an answer that showed the attempt before',
      [
        [215, rerunning],
        [230, recovered],
      ],
      failed,
      ['running', 'over'],
    ],
    ['at once', [[215, recovered]], answer, ['over']],
    [
      'that failed again',
      [
        [215, failed],
        [230, failedAgain],
      ],
      answer,
      ['stale', 'over'],
    ],
    [
      'through snapshots that flicker',
      [
        [215, rerunning],
        [230, failed],
        [245, rerunning],
        [260, failed],
        [275, recovered],
      ],
      answer,
      ['running', 'stale', 'running', 'stale', 'over'],
    ],
    [
      'whose phases start anew',
      [
        [215, aBatch({ phases: phases(['SUBMITTED', 200]) })],
        [
          230,
          aRecoveredBatch({
            phases: phases(['SUBMITTED', 200], ['IN_PROGRESS', 205], ['SUCCEEDED', 300]),
          }),
        ],
      ],
      aBatch({ phases: phases(['SUBMITTED', 200]) }),
      ['running', 'over'],
    ],
    [
      'whose phases start anew only after the answer',
      [
        [215, aBatch({ phases: phases(['SUBMITTED', 200], ['DOWNLOAD_BATCHSPEC', 201]) })],
        [
          230,
          aRecoveredBatch({
            phases: phases(['SUBMITTED', 200], ['IN_PROGRESS', 205], ['SUCCEEDED', 300]),
          }),
        ],
      ],
      answer,
      ['running', 'over'],
    ],
    [
      'without any phases',
      [
        [215, aFailedBatch({ phases: [] })],
        [230, aBatch({ phases: [] })],
        [245, aRecoveredBatch({ phases: [] })],
      ],
      null,
      ['stale', 'running', 'over'],
    ],
    [
      'under a new id, whatever its phases',
      [
        [215, aBatch({ id: 'app:new', phases: [] })],
        [230, aFailedBatch({ id: 'app:new', groups: [] })],
      ],
      aBatch({ id: 'app:new', phases: [] }),
      ['running', 'over'],
    ],
    [
      'under a new id that is not found at first',
      [
        [215, null],
        [230, null],
        [245, null],
        [260, aBatch({ id: 'app:new' })],
      ],
      aBatch({ id: 'app:new' }),
      ['stale', 'stale', 'stale', 'running'],
    ],
    [
      'that is deleted once it was seen',
      [[215, rerunning], ...every(15, 8, null, 215)],
      answer,
      ['running', ...Array<string>(7).fill('stale'), 'gone'],
    ],
  ])('shows the new attempt %s', (_, polls, given, expected) => {
    expect(pollAll(retried, polls, given).kinds).toEqual(expected);
  });

  it('knows the attempt from the answer before a poll shows it', () => {
    expect(startPolling(retried, at(200), answer)).toMatchObject({
      newest: answer,
      submittedOn: at(200),
      seen: false,
    });
  });

  it.each([
    ['is lost', null],
    ['shows the attempt before', failed],
  ])('does not know the new attempt where the answer %s', (_, given) => {
    expect(startPolling(retried, at(200), given)).toMatchObject({
      newest: null,
      submittedOn: null,
    });
  });

  it('keeps no time of its builds once the attempt is over, though no phase closes it', () => {
    const timedOut = aRecoveredBatch({ status: 'TIMED_OUT', phases: RERUNNING_PHASES });
    const { polling } = pollAll(retried, [[305, timedOut]], answer);
    expect(polling).toMatchObject({ overSince: at(305), builtSince: null });
  });

  it('ignores an answer where nothing was retried', () => {
    expect(startPolling(aPast(), at(200), answer).newest).toBeNull();
  });
});

describe('how an attempt ended, mixed with the end of the one before', () => {
  const mixed = aRecoveredBatch({ status: 'FAILED', endedOn: failed.endedOn });
  const mixedStatus = aRecoveredBatch({ status: 'FAILED' });

  test.each([
    ['its end is that of the one before', mixed],
    ['only its status is', mixedStatus],
  ])('is waited for where %s', (_, snapshot) => {
    const { kinds, results } = pollAll(
      retried,
      [
        [305, snapshot],
        [310, snapshot],
        [315, recovered],
      ],
      answer,
    );
    expect(kinds).toEqual(['stale', 'stale', 'over']);
    expect(results.at(-1)).toMatchObject({ batch: recovered });
  });

  it('is believed once reads cannot lag any more', () => {
    const { kinds } = pollAll(retried, every(5, 13, mixed, 300), answer);
    expect(kinds).toEqual([...Array<string>(12).fill('stale'), 'over']);
  });

  it('does not replace what was shown before it', () => {
    const stale = aRecoveredBatch({ groups: failed.groups });
    const polls: Poll[] = [
      [300, stale],
      [305, mixed],
    ];
    const { polling } = pollAll(retried, polls, answer);
    expect(knownEnd(polling)).toBe(stale);
    const { results } = pollAll(retried, [...polls, ...every(5, 6, mixed, 305)], answer);
    expect(results.find(({ kind }) => kind === 'over')).toEqual({
      kind: 'over',
      batch: stale,
      groupsStale: true,
    });
  });

  it('leaves as much time for the groups, once it is sure, as if it always had been', () => {
    const stale = aRecoveredBatch({ groups: failed.groups });
    const { kinds } = pollAll(
      retried,
      [
        [300, mixed],
        [350, stale],
        [379, stale],
        [380, stale],
      ],
      answer,
    );
    expect(kinds).toEqual(['stale', 'settling', 'settling', 'over']);
  });

  it('is not the end of a batch that is not found meanwhile', () => {
    const { kinds, polling } = pollAll(retried, [[305, mixed], ...every(5, 12, null, 305)], answer);
    expect(kinds).toEqual(['stale', ...Array<string>(11).fill('stale'), 'never-seen']);
    expect(knownEnd(polling)).toBeNull();
  });
});

describe('a snapshot that was wrong', () => {
  const tooFar = aRetriedBatch({ phases: [...RECOVERED_PHASES, ...phases(['FINALIZING', 250])] });
  const tooLate = submittedAt(201.5);
  const retriedTwice = aBatch({
    phases: [...RETRIED_PHASES, ...phases(['FAILED', 201, 'RETRY'], ['SUBMITTED', 202])],
  });
  /** Phases start anew. */
  const anew = aRecoveredBatch({ phases: phases(['SUBMITTED', 200], ['SUCCEEDED', 300]) });

  test.each([
    ['phases too many', tooFar, recovered],
    ['a retry too many', retriedTwice, recovered],
    ['a much later submission', aBatch({ phases: phases(['SUBMITTED', 350]) }), anew],
  ])('by %s hides the end for no longer than reads may lag', (_, wrong, end) => {
    const { kinds, results } = pollAll(retried, [[230, wrong], ...every(15, 8, end, 285)]);
    expect(kinds).toEqual(['running', ...Array<string>(7).fill('stale'), 'over']);
    expect(results.at(-1)).toMatchObject({ batch: end });
  });

  test.each([
    ['the attempt before it shows', tooLate, recovered],
    ['its phases would overlap', aBatch({ phases: phases(['SUBMITTED', 201.5]) }), anew],
  ])('by a later submission hides nothing where %s', (_, wrong, end) => {
    const polls: Poll[] = [
      [230, wrong],
      [300, end],
    ];
    expect(pollAll(retried, polls).kinds).toEqual(['running', 'over']);
  });

  it('about when the attempt before was submitted does not make its end that of the new one', () => {
    const early = aFailedBatch({
      phases: [...phases(['SUBMITTED', -1.5]), ...FAILED_PHASES.slice(1)],
    });
    expect(pollAll(afterRetryOf(early), every(15, 2, failed)).kinds).toEqual(['stale', 'stale']);
  });

  it('by RetryBuildBatch hides nothing where the attempt before it shows', () => {
    expect(pollAll(retried, [[300, recovered]], tooLate).kinds).toEqual(['over']);
  });

  it('by RetryBuildBatch hides the attempt for no longer than that where it does not', () => {
    const { kinds } = pollAll(
      retried,
      every(15, 8, anew, 285),
      aBatch({ phases: phases(['SUBMITTED', 350]) }),
    );
    expect(kinds).toEqual([...Array<string>(7).fill('stale'), 'over']);
  });

  it('of an attempt between is never believed: it is not the one that was started', () => {
    const between = aRecoveredBatch();
    const third = aBatch({
      phases: [
        ...between.phases.slice(0, -1),
        ...phases(['FAILED', 300, 'RETRY'], ['SUBMITTED', 400]),
      ],
    });
    const { kinds } = pollAll(retried, every(15, 8, between, 400), third);
    expect(kinds.at(-1)).toBe('never-seen');
  });
});

describe('an attempt between the one that was retried and the one that was started', () => {
  const third = aBatch({ phases: phases(['SUBMITTED', 400]) });

  it.each([
    ['after the answer', []],
    ['after a snapshot without phases', [[415, aBatch({ phases: [] })] satisfies Poll]],
  ])('is stale %s', (_, polls) => {
    const { kinds } = pollAll(retried, [...polls, [430, rerunning], [445, third]], third);
    expect(kinds.slice(-2)).toEqual(['stale', 'running']);
  });
});

describe('a retry that is never seen', () => {
  test.each<[string, Poll[], string[]]>([
    ['before the eighth poll', every(15, 7, failed), Array<string>(7).fill('stale')],
    [
      'at the eighth poll, just before 60 s',
      [...every(7.5, 7, failed), [259.999, failed]],
      Array<string>(8).fill('stale'),
    ],
    [
      'at the eighth poll, at 60 s',
      every(7.5, 8, failed),
      [...Array<string>(7).fill('stale'), 'never-seen'],
    ],
    [
      'at the poll that is at 60 s',
      every(1, 60, failed),
      [...Array<string>(59).fill('stale'), 'never-seen'],
    ],
    [
      'at the eighth poll, however long they take',
      every(600, 8, failed),
      [...Array<string>(7).fill('stale'), 'never-seen'],
    ],
    [
      'if the batch is not found',
      every(15, 8, null),
      [...Array<string>(7).fill('stale'), 'never-seen'],
    ],
    [
      'if polls are stale or find nothing',
      [
        [215, failed],
        [230, null],
        [245, failed],
        [260, null],
        [275, failed],
        [290, null],
        [305, null],
        [320, failed],
      ],
      [...Array<string>(7).fill('stale'), 'never-seen'],
    ],
  ])('is given up %s', (_, polls, expected) => {
    expect(pollAll(retried, polls).kinds).toEqual(expected);
  });

  it('has how many polls it took, and how long', () => {
    expect(pollAll(retried, every(20, 8, failed), answer).results.at(-1)).toEqual({
      kind: 'never-seen',
      polls: 8,
      elapsedMs: 160 * SECOND,
    });
  });

  it('is given up also where only some poll has shown it: reads do not lag for so long', () => {
    const { kinds, results } = pollAll(
      retried,
      [[215, rerunning], ...every(15, 8, failed, 215)],
      answer,
    );
    expect(kinds).toEqual(['running', ...Array<string>(7).fill('stale'), 'never-seen']);
    expect(results.at(-1)).toMatchObject({ polls: 8, elapsedMs: 120 * SECOND });
  });
});

describe('stale groups of a batch that is over', () => {
  const stale = aRecoveredBatch({ groups: failed.groups });

  it('are waited for, and then settled', () => {
    const { kinds, results } = pollAll(
      retried,
      [
        [300, stale],
        [305, stale],
        [310, recovered],
      ],
      answer,
    );
    expect(kinds).toEqual(['settling', 'settling', 'over']);
    expect(results.at(-1)).toMatchObject({ batch: recovered, groupsStale: false });
  });

  it('are waited for 30 s after the end was first seen, no longer', () => {
    const { kinds, results } = pollAll(
      retried,
      [
        [300, stale],
        [329.999, stale],
        [330, stale],
      ],
      answer,
    );
    expect(kinds).toEqual(['settling', 'settling', 'over']);
    expect(results.at(-1)).toEqual({ kind: 'over', batch: stale, groupsStale: true });
  });

  it('are waited for anew if the batch turns out to run', () => {
    const more = aRetriedBatch({ phases: RECOVERED_PHASES });
    const { kinds } = pollAll(
      retried,
      [
        [300, stale],
        [310, more],
        [335, stale],
      ],
      answer,
    );
    expect(kinds).toEqual(['settling', 'running', 'settling']);
  });

  it('do not hide that the batch is over when it is not found later', () => {
    const { results } = pollAll(
      retried,
      [
        [300, stale],
        [305, null],
        [310, null],
      ],
      answer,
    );
    expect(results.at(-1)).toEqual({ kind: 'over', batch: stale, groupsStale: true });
  });

  it.each([
    [329, 'stale'],
    [330, 'over'],
  ])('are never waited for without a pause: a stale snapshot at %d s is %s', (seconds, kind) => {
    const over = aRecoveredBatch({ groups: failed.groups });
    const given: [number, Batch][] = [
      [300, over],
      [seconds, failed],
    ];
    const { polling, kinds, results } = pollAll(retried, given, answer);
    expect(kinds.at(-1)).toBe(kind);
    if (kind === 'over') expect(results.at(-1)).toMatchObject({ batch: over, groupsStale: true });
    expect(
      msUntilNextPoll(polling, { past: retried, builds: new Map() }, 15 * SECOND, at(seconds)),
    ).toBeGreaterThan(0);
  });
});

/** A snapshot of the retried batch, whose last attempt was submitted at a second. */
function submittedAt(seconds: number, overrides: Partial<Batch> = {}): Batch {
  const since = phases(['FAILED', 100, 'RETRY'], ['SUBMITTED', seconds]);
  return aBatch({ phases: [...FAILED_PHASES.slice(0, -1), ...since], ...overrides });
}

describe('an attempt between the one that was retried and the one under a new id', () => {
  const underNewId = submittedAt(200, { id: 'app:new' });

  test.each<[string, Batch, string]>([
    ['does not count where it was submitted before', submittedAt(150), 'stale'],
    ['does not count where it was submitted a little before', submittedAt(198.5), 'stale'],
    ['is the new one where the clocks may differ by as much', submittedAt(199), 'running'],
    ['is the new one where no phases show', aBatch({ phases: [] }), 'running'],
  ])('%s', (_, snapshot, kind) => {
    expect(pollAll(retried, [[215, snapshot]], underNewId).kinds).toEqual([kind]);
  });
});

describe('the submission as RetryBuildBatch answered it', () => {
  const begun = startPolling(retried, at(200), answer);

  it.each([199, 199.5, 200, 200.5, 201])('is corrected by the first poll: %d s', (seconds) => {
    expect(correctSubmission(begun, submittedAt(seconds))).toEqual({
      ...begun,
      newest: null,
      submittedOn: at(seconds),
    });
  });

  test.each<[string, Polling, Batch | null]>([
    ['by a poll that found no batch', begun, null],
    ['by a poll without phases', begun, aBatch({ phases: [] })],
    ['by an attempt of much earlier', begun, submittedAt(198.5)],
    ['by an attempt of much later', begun, submittedAt(201.5)],
    ['by another batch', begun, submittedAt(200.5, { id: 'app:new' })],
    ['without an answer', startPolling(retried, at(200)), submittedAt(200.5)],
    [
      'once a poll has shown it',
      interpret(begun, retried, rerunning, at(215))[0],
      submittedAt(200.5),
    ],
    ['twice', correctSubmission(begun, submittedAt(200.5)), submittedAt(201)],
  ])('is not corrected %s', (_, polling, snapshot) => {
    expect(correctSubmission(polling, snapshot)).toBe(polling);
  });

  it('gives no expected end of an attempt that no poll has shown', () => {
    const corrected = correctSubmission(begun, submittedAt(200.5));
    expect(
      msUntilNextPoll(corrected, { past: retried, builds: new Map() }, 15 * SECOND, at(201)),
    ).toBe(15 * SECOND);
  });
});
