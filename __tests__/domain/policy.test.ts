import { describe, expect, it, test } from '@jest/globals';
import { formatCause, type Cause } from '../../src/domain/cause.ts';
import type { LogSearch, LogSearches } from '../../src/domain/log-search.ts';
import {
  decide,
  isWorthARetry,
  unmatchedPatterns,
  type Causes,
  type RetryRules,
  type FailedAttempt,
} from '../../src/domain/policy.ts';
import { describeReadFailure, type ReadFailure } from '../../src/domain/read-failure.ts';
import { cutMiddle } from '../../src/text/cut-middle.ts';
import { aCause } from '../support/batches.ts';
import { testAll } from '../support/test-all.ts';

const RULES: RetryRules = {
  retryOn: ['FAILED', 'FAULT', 'TIMED_OUT'],
  maxRetries: 2,
  maxAttempts: null,
  retryWhen: 'any',
  retryWhenLog: [],
  neverRetry: [],
  onlyRetry: [],
  maxFailedPercent: 100,
};
const DENIED: ReadFailure = { kind: 'denied', permission: 'codebuild:BatchGetBuilds' };
const UNREADABLE: Causes = { kind: 'unreadable', failure: DENIED };
const FAILED_ONCE: FailedAttempt = {
  status: 'FAILED',
  attempts: 1,
  retries: 0,
  failed: ['unit'],
  ran: 4,
  groupsStale: false,
  causes: UNREADABLE,
  logs: new Map(),
};
const FIRST = 'FAILED is listed in retry-on';

const NO_IMAGE = aCause({
  phase: 'PROVISIONING',
  code: 'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
  message: 'toomanyrequests',
  kind: 'infrastructure',
});
const UNKNOWN = aCause({ phase: '', code: '', message: '', kind: 'unknown' });

/** Causes as they were read, of groups by identifier and of the batch. */
function causes(ofGroups: Record<string, Cause>, ofBatch: Cause | null = null): Causes {
  return { kind: 'read', ofGroups: new Map(Object.entries(ofGroups)), ofBatch };
}

const NOT_READ: LogSearch = {
  kind: 'not-searched',
  why: { kind: 'denied', permission: 'logs:GetLogEvents' },
};

/** What came of searching logs: the text that each contains, null for none. */
function logs(found: Record<string, string | null | typeof NOT_READ>): LogSearches {
  return new Map(
    Object.entries(found).map(([group, of]) => [
      group,
      typeof of === 'object' && of !== null ? of : { kind: 'searched', text: of },
    ]),
  );
}

/** Texts of known flakes, with a retry for nothing else. */
const LOG: Partial<RetryRules> = { retryWhen: 'log', retryWhenLog: ['ETIMEDOUT', 'port taken'] };
/** … and for the infrastructure. */
const LOG_TOO: Partial<RetryRules> = { ...LOG, retryWhen: 'infrastructure' };

function decideOn(
  standing: Partial<FailedAttempt>,
  rules: Partial<RetryRules>,
): ReturnType<typeof decide> {
  return decide({ ...FAILED_ONCE, ...standing }, { ...RULES, ...rules });
}

type Case = [string, Partial<FailedAttempt>, Partial<RetryRules>, string];

describe('a retry is made', () => {
  test.each<Case>([
    ['of a status to retry on', {}, {}, FIRST],
    ['while one is left', { retries: 1, attempts: 2 }, {}, 'FAILED is listed in retry-on'],
    [
      'of STOPPED, if it was added',
      { status: 'STOPPED', failed: [] },
      { retryOn: ['STOPPED'] },
      'STOPPED is listed in retry-on',
    ],
    [
      'of a status without regard to case',
      { status: 'failed' },
      {},
      'failed is listed in retry-on',
    ],
    [
      'one attempt below the limit',
      { attempts: 2 },
      { maxAttempts: 3 },
      `${FIRST}; attempt 3 of at most 3 (max-attempts)`,
    ],
    [
      'where no failed group matches',
      {},
      { neverRetry: ['deploy_*'] },
      `${FIRST}; no failed group matches never-retry`,
    ],
    [
      'where no group failed',
      { failed: [] },
      { neverRetry: ['*'] },
      `${FIRST}; no failed group matches never-retry`,
    ],
    [
      'where every failed group matches',
      { failed: ['unit', 'e2e_1', 'unit'] },
      { onlyRetry: ['lint', 'e2e_?', 'unit'] },
      `${FIRST}; every failed group matches only-retry`,
    ],
    [
      'where every failed group matches, and none is never retried',
      {},
      { neverRetry: ['deploy_*'], onlyRetry: ['*'] },
      `${FIRST}; no failed group matches never-retry; every failed group matches only-retry`,
    ],
    [
      'of no more than the allowed share',
      {},
      { maxFailedPercent: 25 },
      `${FIRST}; the share of failed build groups is within the limit: 1 of the 4 that ran (max-failed-percent: 25)`,
    ],
    [
      'of a batch that failed of itself, whose groups are those of the attempt before',
      { status: 'FAULT', failed: [], groupsStale: true, causes: causes({}, NO_IMAGE) },
      { retryWhen: 'infrastructure', retryOn: ['FAULT'] },
      'FAULT is listed in retry-on; the batch failed for a cause worth retrying (retry-when: infrastructure)',
    ],
    ['where no group ran', { ran: 0, failed: [] }, { maxFailedPercent: 0 }, FIRST],
    [
      'of infrastructure failures',
      { causes: causes({ unit: NO_IMAGE }) },
      { retryWhen: 'infrastructure' },
      `${FIRST}; unit failed for a cause worth retrying (retry-when: infrastructure)`,
    ],
    [
      'of many, some of them named',
      {
        failed: ['a', 'b', 'c', 'd', 'e', 'f'],
        causes: causes(
          Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, NO_IMAGE])),
        ),
      },
      { retryWhen: 'infrastructure' },
      `${FIRST}; a, b, c, d, e and 1 more failed for a cause worth retrying (retry-when: infrastructure)`,
    ],
    [
      'of named phases and codes',
      {
        failed: ['unit', 'image'],
        causes: causes({ unit: aCause(), image: NO_IMAGE }),
      },
      { retryWhen: ['PROVISIONING', 'COMMAND_EXECUTION_ERROR'] },
      `${FIRST}; unit, image failed for a cause worth retrying (retry-when: PROVISIONING, COMMAND_EXECUTION_ERROR)`,
    ],
    [
      'of a permanent cause that is named',
      { causes: causes({ unit: aCause({ permanent: true }) }) },
      { retryWhen: ['BUILD'] },
      `${FIRST}; unit failed for a cause worth retrying (retry-when: BUILD)`,
    ],
    [
      "for the batch's own cause, where no group failed",
      { status: 'FAULT', failed: [], causes: causes({}, { ...UNKNOWN, kind: 'infrastructure' }) },
      { retryWhen: 'infrastructure' },
      'FAULT is listed in retry-on; the batch failed for a cause worth retrying (retry-when: infrastructure)',
    ],
    [
      'of a known flake, whatever its cause',
      { causes: causes({ unit: aCause({ permanent: true }) }), logs: logs({ unit: 'ETIMEDOUT' }) },
      LOG,
      `${FIRST}; retry-when-log matches the log of unit ("ETIMEDOUT")`,
    ],
    [
      'of known flakes, where causes would not do',
      {
        failed: ['unit', 'e2e'],
        causes: causes({ unit: aCause(), e2e: aCause() }),
        logs: logs({ unit: 'ETIMEDOUT', e2e: 'port taken' }),
      },
      { ...LOG, retryWhen: ['QUEUED'] },
      `${FIRST}; retry-when-log matches the logs of unit ("ETIMEDOUT"), e2e ("port taken")`,
    ],
    [
      'of known flakes and infrastructure failures together',
      {
        failed: ['unit', 'image', 'base'],
        causes: causes({ unit: aCause(), image: NO_IMAGE, base: NO_IMAGE }),
        logs: logs({ unit: 'ETIMEDOUT', image: NOT_READ, base: 'port taken' }),
      },
      LOG_TOO,
      `${FIRST}; image failed for a cause worth retrying (retry-when: infrastructure); retry-when-log matches the logs of unit ("ETIMEDOUT"), base ("port taken")`,
    ],
    [
      'of a known flake whose cause cannot be read',
      { logs: logs({ unit: 'ETIMEDOUT' }) },
      LOG_TOO,
      `${FIRST}; retry-when-log matches the log of unit ("ETIMEDOUT")`,
    ],
    [
      "for the batch's own cause, where there are no logs",
      { status: 'FAULT', failed: [], causes: causes({}, { ...UNKNOWN, kind: 'infrastructure' }) },
      LOG_TOO,
      'FAULT is listed in retry-on; the batch failed for a cause worth retrying (retry-when: infrastructure)',
    ],
  ])('%s', (_, standing, rules, reason) => {
    expect(decideOn(standing, rules)).toEqual({
      retry: true,
      decidedBy: null,
      reason,
      quotedCause: null,
    });
  });
});

describe('no retry is made', () => {
  const STATUS = 'STOPPED is not listed in retry-on (FAILED, FAULT, TIMED_OUT)';
  const INFRASTRUCTURE: Partial<RetryRules> = { retryWhen: 'infrastructure' };

  test.each<[string, string, Partial<FailedAttempt>, Partial<RetryRules>, string]>([
    ['of a status that is not listed', 'retry-on', { status: 'STOPPED' }, {}, STATUS],
    [
      'of an unknown status',
      'retry-on',
      { status: 'EXPLODED' },
      {},
      'EXPLODED is not listed in retry-on (FAILED, FAULT, TIMED_OUT)',
    ],
    ['by a step that only watches', 'max-retries', {}, { maxRetries: 0 }, 'max-retries is 0'],
    [
      'when all are made',
      'max-retries',
      { retries: 2, attempts: 3 },
      {},
      'retry limit reached (max-retries: 2)',
    ],
    [
      'when the batch had its attempts',
      'max-attempts',
      { attempts: 3 },
      { maxAttempts: 3 },
      'attempt limit reached (max-attempts: 3)',
    ],
    [
      'when others made more attempts than allowed',
      'max-attempts',
      { attempts: 9 },
      { maxAttempts: 3 },
      'attempt limit reached (max-attempts: 3)',
    ],
    [
      'of a group that is never retried',
      'never-retry',
      { failed: ['unit', 'deploy_eu'] },
      { neverRetry: ['release', 'deploy_*'] },
      'deploy_eu failed and matches never-retry (deploy_*)',
    ],
    [
      'of a group that is not among those to retry',
      'only-retry',
      { failed: ['e2e_1', 'unit', 'docs', 'lint'] },
      { onlyRetry: ['e2e_*', 'lint'] },
      'unit failed and does not match only-retry (e2e_*, lint)',
    ],
    [
      'of a group that is to be retried, and never',
      'never-retry',
      { failed: ['e2e_1', 'e2e_deploy'] },
      { neverRetry: ['*_deploy'], onlyRetry: ['e2e_*'] },
      'e2e_deploy failed and matches never-retry (*_deploy)',
    ],
    [
      'where no group failed, and only some are retried',
      'only-retry',
      { status: 'FAULT', failed: [] },
      { onlyRetry: ['*'] },
      'no build group failed, so none matches only-retry (*)',
    ],
    [
      'where the groups are those of the attempt before, and only some are retried',
      'only-retry',
      { groupsStale: true, failed: [] },
      { onlyRetry: ['e2e_*', 'unit'] },
      'CodeBuild still shows the build groups of the previous attempt, so it is unknown which groups failed (only-retry: e2e_*, unit)',
    ],
    [
      'of more than the allowed share',
      'max-failed-percent',
      { failed: ['a', 'b'], ran: 4 },
      { maxFailedPercent: 49.9 },
      'too many build groups failed: 2 of the 4 that ran (max-failed-percent: 49.9)',
    ],
    [
      'where the groups are those of the attempt before, and some are never retried',
      'never-retry',
      { groupsStale: true, failed: [] },
      { neverRetry: ['deploy_*'] },
      'CodeBuild still shows the build groups of the previous attempt, so it is unknown which groups failed (never-retry: deploy_*)',
    ],
    [
      'where the groups are those of the attempt before, and their share counts',
      'max-failed-percent',
      { groupsStale: true, failed: [], ran: 0 },
      { maxFailedPercent: 50 },
      'CodeBuild still shows the build groups of the previous attempt, so it is unknown which groups failed (max-failed-percent: 50)',
    ],
    [
      'where causes cannot be read',
      'retry-when',
      {},
      INFRASTRUCTURE,
      `${describeReadFailure(DENIED)} (retry-when: infrastructure)`,
    ],
    [
      'where causes cannot be read, also of named ones',
      'retry-when',
      {},
      { retryWhen: ['QUEUED', 'BUILD'] },
      `${describeReadFailure(DENIED)} (retry-when: QUEUED, BUILD)`,
    ],
    [
      'of the code',
      'retry-when',
      { causes: causes({ unit: aCause() }) },
      INFRASTRUCTURE,
      'unit failed because of its code or configuration, not the infrastructure (retry-when: infrastructure): BUILD, COMMAND_EXECUTION_ERROR: exit status 1',
    ],
    [
      'if one group of several failed for the code',
      'retry-when',
      { failed: ['image', 'unit'], causes: causes({ image: NO_IMAGE, unit: aCause() }) },
      INFRASTRUCTURE,
      'unit failed because of its code or configuration, not the infrastructure (retry-when: infrastructure): BUILD, COMMAND_EXECUTION_ERROR: exit status 1',
    ],
    [
      'of a permanent cause, even of the infrastructure',
      'retry-when',
      { causes: causes({ unit: { ...NO_IMAGE, permanent: true } }) },
      INFRASTRUCTURE,
      'unit failed for a cause that a retry cannot fix (retry-when: infrastructure): PROVISIONING, BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE: toomanyrequests',
    ],
    [
      'of an unknown cause',
      'retry-when',
      { causes: causes({ unit: UNKNOWN }) },
      INFRASTRUCTURE,
      'unit failed for an unknown reason, which does not count as infrastructure (retry-when: infrastructure)',
    ],
    [
      'of a group whose build was not found',
      'retry-when',
      { causes: causes({}) },
      INFRASTRUCTURE,
      'unit failed for an unknown reason (retry-when: infrastructure)',
    ],
    [
      'of a cause that is not named',
      'retry-when',
      { causes: causes({ unit: NO_IMAGE }) },
      { retryWhen: ['QUEUED', 'BUILD'] },
      'unit failed for a cause that is not listed (retry-when: QUEUED, BUILD): PROVISIONING, BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE: toomanyrequests',
    ],
    [
      "for the batch's own cause, where no group failed",
      'retry-when',
      {
        failed: [],
        causes: causes(
          {},
          aCause({
            phase: 'DOWNLOAD_BATCHSPEC',
            code: 'BATCH_SPEC_VALIDATION_ERROR',
            message: 'bad\nspec',
            permanent: true,
          }),
        ),
      },
      INFRASTRUCTURE,
      'the batch failed for a cause that a retry cannot fix (retry-when: infrastructure): DOWNLOAD_BATCHSPEC, BATCH_SPEC_VALIDATION_ERROR: bad spec',
    ],
    [
      'where no group failed and the batch has no cause',
      'retry-when',
      { status: 'TIMED_OUT', failed: [], causes: causes({}) },
      INFRASTRUCTURE,
      'the batch failed for an unknown reason (retry-when: infrastructure)',
    ],
    [
      'of what is no known flake, even of the infrastructure',
      'retry-when',
      { causes: causes({ unit: NO_IMAGE }), logs: logs({ unit: null }) },
      LOG,
      'the log of unit contains none of the strings in retry-when-log (retry-when: log)',
    ],
    [
      'if one group of several is no known flake',
      'retry-when',
      {
        failed: ['unit', 'e2e', 'docs', 'lint'],
        causes: causes({ unit: aCause() }),
        logs: logs({ unit: 'ETIMEDOUT', e2e: null, docs: NOT_READ, lint: NOT_READ }),
      },
      LOG,
      'the log of e2e contains none of the strings in retry-when-log; 2 more logs could not be searched (retry-when: log)',
    ],
    [
      'where the log cannot be read',
      'retry-when',
      { causes: causes({ unit: aCause() }), logs: logs({ unit: NOT_READ }) },
      LOG,
      'the log of unit could not be searched: the role is not authorized to perform logs:GetLogEvents (retry-when: log)',
    ],
    [
      'where no group failed, and only logs count',
      'retry-when',
      { status: 'FAULT', failed: [], causes: causes({}, NO_IMAGE) },
      LOG,
      'no build group failed, so there is no log to search (retry-when: log)',
    ],
    [
      'where the groups are those of the attempt before, and only logs count',
      'retry-when',
      { groupsStale: true, failed: ['unit'], logs: logs({ unit: 'ETIMEDOUT' }) },
      LOG,
      'CodeBuild still shows the build groups of the previous attempt, so it is unknown which groups failed (retry-when: log)',
    ],
    [
      'of the code, and of no known flake',
      'retry-when',
      {
        failed: ['image', 'unit', 'e2e'],
        causes: causes({ image: NO_IMAGE, unit: aCause(), e2e: aCause() }),
        logs: logs({ image: NOT_READ, unit: null, e2e: 'ETIMEDOUT' }),
      },
      LOG_TOO,
      'unit failed because of its code or configuration, not the infrastructure (retry-when: infrastructure): BUILD, COMMAND_EXECUTION_ERROR: exit status 1; the log of unit contains none of the strings in retry-when-log',
    ],
    [
      'of the code, where the logs cannot be read',
      'retry-when',
      {
        failed: ['unit', 'e2e'],
        causes: causes({ unit: aCause(), e2e: aCause() }),
        logs: logs({ unit: NOT_READ, e2e: NOT_READ }),
      },
      LOG_TOO,
      'unit failed because of its code or configuration, not the infrastructure (retry-when: infrastructure): BUILD, COMMAND_EXECUTION_ERROR: exit status 1; the log of unit could not be searched: the role is not authorized to perform logs:GetLogEvents; 1 more log could not be searched',
    ],
    [
      'where causes cannot be read, and one group is no known flake',
      'retry-when',
      { failed: ['unit', 'e2e'], logs: logs({ unit: 'ETIMEDOUT', e2e: null }) },
      LOG_TOO,
      `${describeReadFailure(DENIED)} (retry-when: infrastructure)`,
    ],
    [
      "for the batch's own cause, without a word of logs",
      'retry-when',
      { status: 'TIMED_OUT', failed: [], causes: causes({}) },
      LOG_TOO,
      'the batch failed for an unknown reason (retry-when: infrastructure)',
    ],
  ])('%s (%s)', (_, decidedBy, standing, rules, reason) => {
    const { quotedCause, ...decision } = decideOn(standing, rules);
    expect(decision).toEqual({ retry: false, decidedBy, reason });
    expect(quotedCause !== null).toBe(/: [A-Z_]+, [A-Z_]+: /.test(reason));
  });

  it('for one reason: the first rule that forbids it decides', () => {
    const against = [
      ['retry-on', { retryOn: ['FAULT'] }],
      ['max-retries', { maxRetries: 0 }],
      ['max-attempts', { maxAttempts: 1 }],
      ['never-retry', { neverRetry: ['unit'] }],
      ['only-retry', { onlyRetry: ['lint'] }],
      ['max-failed-percent', { maxFailedPercent: 0 }],
      ['retry-when', { retryWhen: 'infrastructure' }],
    ] as const;
    against.forEach(([input], from) => {
      const rules = Object.assign({}, ...against.slice(from).map(([, rule]) => rule)) as object;
      expect(decideOn({}, rules)).toMatchObject({ retry: false, decidedBy: input });
    });
  });

  it('with the cause that the reason quotes as data', () => {
    const standing = {
      failed: ['image', 'unit', 'e2e'],
      causes: causes({ image: NO_IMAGE, unit: aCause(), e2e: aCause({ code: 'OTHER' }) }),
    };
    expect(decideOn(standing, { retryWhen: 'infrastructure' }).quotedCause).toEqual(aCause());
  });

  it('and the reason stays short, however long the cause is', () => {
    const standing = { causes: causes({ unit: aCause({ message: 'é'.repeat(5000) }) }) };
    const { reason } = decideOn(standing, { retryWhen: 'infrastructure' });
    expect(reason.length).toBeLessThan(450);
    expect(reason).toMatch(/\(retry-when: infrastructure\): .*é … é+$/);
  });

  test.each([
    [300, 'whole'],
    [301, 'without its middle'],
  ])('and a cause of %d characters is quoted %s', (length, how) => {
    const before = formatCause(aCause({ message: '' })).length + ': '.length;
    const cause = aCause({ message: 'x'.repeat(length - before) });
    const { reason } = decideOn({ causes: causes({ unit: cause }) }, INFRASTRUCTURE);
    const quote = cutMiddle(formatCause(cause), 300);
    expect(reason).toContain(`(retry-when: infrastructure): ${quote}`);
    expect(quote.includes(' … ')).toBe(how !== 'whole');
  });

  it('by the failed group that comes first and is never retried', () => {
    const { reason } = decideOn(
      { failed: ['lint', 'e2e', 'unit'] },
      { neverRetry: ['?2e', 'u*', 'e*'] },
    );
    expect(reason).toBe('e2e failed and matches never-retry (?2e)');
    const both = decideOn({ failed: ['a1', 'a2'] }, { neverRetry: ['a*'] });
    expect(both.reason).toBe('a1 failed and matches never-retry (a*)');
  });

  it('and all patterns are named where the failed groups are not known', () => {
    const { reason } = decideOn({ groupsStale: true }, { neverRetry: ['deploy_*', 'e2e'] });
    expect(reason).toMatch(/ \(never-retry: deploy_\*, e2e\)$/);
  });
});

test.each([
  [NO_IMAGE, 'any', true],
  [NO_IMAGE, 'infrastructure', true],
  [NO_IMAGE, 'log', false],
  [NO_IMAGE, ['PROVISIONING'], true],
  [NO_IMAGE, ['BUILD'], false],
  [aCause(), 'infrastructure', false],
  [undefined, 'infrastructure', false],
  [undefined, 'any', true],
] as const)('whether a cause is worth a retry: %j, %j: %j', (cause, wanted, expected) => {
  expect(isWorthARetry(cause, wanted)).toBe(expected);
});

describe('a pattern', () => {
  testAll([
    ['unit', 'unit', true],
    ['unit', 'units', false],
    ['unit', 'Unit', false],
    ['*', 'anything', true],
    ['*', '', true],
    ['deploy_*', 'deploy_', true],
    ['deploy_*', 'deploy_eu_1', true],
    ['deploy_*', 'pre_deploy_eu', false],
    ['*_eu', 'deploy_eu', true],
    ['*_eu', 'deploy_eu_1', false],
    ['d*_*u', 'deploy_eu', true],
    ['u?it', 'unit', true],
    ['u?it', 'uit', false],
    ['??', 'ab', true],
    ['??', 'abc', false],
    ['a.b', 'a.b', true],
    ['a.b', 'axb', false],
    ['[a-z]+', 'abc', false],
    ['(', '(', true],
    ['^$|\\{}', '^$|\\{}', true],
    [`${'*'.repeat(60)}b`, 'a'.repeat(128), false],
  ])(
    'is matched as a whole, with * for any text and ? for any character',
    (pattern, identifier, matched) => {
      const failed = { failed: [identifier] };
      expect(decideOn(failed, { neverRetry: [pattern] }).retry).toBe(!matched);
      expect(decideOn(failed, { onlyRetry: [pattern] }).retry).toBe(matched);
    },
  );
});

describe('max-failed-percent', () => {
  test.each([
    [0, 4, 0, true],
    [1, 4, 0, false],
    [1, 4, 25, true],
    [1, 4, 24.999999, false],
    [1, 3, 33.3, false],
    [1, 3, 33.34, true],
    [2, 3, 66.7, true],
    [3, 3, 99.9, false],
    [3, 3, 100, true],
    [1, 183, 0.5, false],
    [1, 200, 0.5, true],
  ])('%d of %d failed, %d %% allowed: %s', (failed, ran, maxFailedPercent, retry) => {
    const names = Array.from({ length: failed }, (_, index) => `g${index}`);
    expect(decideOn({ failed: names, ran }, { maxFailedPercent }).retry).toBe(retry);
  });
});

describe('patterns that match no group', () => {
  test.each([
    ['none, where each matches a group', ['unit', 'lint'], ['unit', 'lint'], []],
    ['none, where one of several groups is enough', ['un*'], ['lint', 'unit'], []],
    ['those that match nothing, in their order', ['z', 'unit', 'a*'], ['unit'], ['z', 'a*']],
    ['all, without groups', ['*'], [], ['*']],
    ['none, without patterns', [], ['unit'], []],
  ])('are %s', (_, patterns, identifiers, expected) => {
    expect(unmatchedPatterns(patterns, identifiers)).toEqual(expected);
  });
});
