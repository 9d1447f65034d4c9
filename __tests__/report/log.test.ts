import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import type { CommitStatus, StatusEvent } from '../../src/commit-status/status.ts';
import type { CommentEvent } from '../../src/pull-request-comment/pull-request.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { describeReadFailure, type ReadFailure } from '../../src/domain/read-failure.ts';
import { viewGroups } from '../../src/domain/groups.ts';
import { formatEvent, type LogEntry } from '../../src/report/log.ts';
import { aFailedBatch, aBatch, aGroup, aPast } from '../support/batches.ts';
import { TESTS_FAILED } from '../support/build-details.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const CONSOLE = aBatch().consoleUrl;
const line = (text: string): LogEntry => ({ kind: 'line', text });
const aStatus: CommitStatus = {
  repository: { owner: 'octo-org', name: 'app' },
  commit: '3a9e11cb419e8fff14b03883dc4e64f6155aaa7e',
  context: 'AWS CodeBuild BuildBatch us-west-2 (app)',
  state: 'pending',
  description: 'Retry 1 of 1 is running',
  targetUrl: 'https://github.com/octo-org/app/actions/runs/42/attempts/1',
};
const DENIED: ReadFailure = { kind: 'denied', permission: 'codebuild:BatchGetBuilds' };
const groups = viewGroups(
  aBatch({
    groups: [
      aGroup('DOWNLOAD_SOURCE'),
      aGroup('lint', 'IN_PROGRESS'),
      aGroup('unit', '', { current: null }),
    ],
  }),
  aPast(),
);

describe('formatEvent', () => {
  test.each<[string, RunEvent | StatusEvent | CommentEvent, LogEntry[]]>([
    [
      'the batch',
      { kind: 'batch-found', batch: aBatch(), attempt: 1 },
      [line('Batch app #7 (app:8472cae5): IN_PROGRESS, commit 3a9e11cb419e'), line(CONSOLE)],
    ],
    [
      'a batch without number and commit, in a later attempt',
      {
        kind: 'batch-found',
        batch: aBatch({ number: null, resolvedSourceVersion: null }),
        attempt: 3,
      },
      [line('Batch app:8472cae5: IN_PROGRESS, attempt 3'), line(CONSOLE)],
    ],
    [
      'an attempt that others began',
      { kind: 'attempt-began', attempt: 1, retry: null, maxRetries: 2, batch: aBatch() },
      [{ kind: 'fold', title: 'Attempt 1' }],
    ],
    [
      'an attempt that this step began',
      { kind: 'attempt-began', attempt: 3, retry: 1, maxRetries: 2, batch: aBatch() },
      [{ kind: 'fold', title: 'Attempt 3 (retry 1 of 2)' }],
    ],
    [
      'an attempt that this step may have started',
      { kind: 'attempt-unproven', attempt: 2, doubt: 'no-response' },
      [
        {
          kind: 'warning',
          text: 'RetryBuildBatch got no response, so it is unknown whether this step started attempt 2. The attempt counts against max-retries, and canceling this step does not stop it.',
        },
      ],
    ],
    [
      'that a repeated request for a retry was rejected',
      { kind: 'repeated-retry-rejected', message: 'It runs already' },
      [
        {
          kind: 'line',
          text: 'CodeBuild rejected the resent RetryBuildBatch: It runs already. Polling for the attempt that an earlier request may have started.',
        },
      ],
    ],
    [
      'the end of an attempt',
      {
        kind: 'attempt-ended',
        attempt: 2,
        status: 'SUCCEEDED',
        failed: [],
        groups: 2,
        groupsStale: false,
      },
      [{ kind: 'unfold' }, line('Attempt 2 succeeded')],
    ],
    [
      'a bad end of an attempt',
      {
        kind: 'attempt-ended',
        attempt: 1,
        status: 'FAILED',
        failed: ['unit'],
        groups: 2,
        groupsStale: false,
      },
      [{ kind: 'unfold' }, line('Attempt 1 failed: 1 of 2 build groups failed (unit)')],
    ],
    [
      'groups by status, in the order of appearance',
      {
        kind: 'groups-appeared',
        groups: viewGroups(
          aBatch({
            groups: ['SUCCEEDED', 'PENDING', 'SUCCEEDED'].map((status, index) =>
              aGroup(`g${index}`, status),
            ),
          }),
          aPast(),
        ),
      },
      [line('3 build groups: 2 SUCCEEDED, 1 PENDING')],
    ],
    [
      'a change of a group',
      {
        kind: 'group-changed',
        identifier: 'unit',
        from: 'PENDING',
        to: 'IN_PROGRESS',
        lasted: null,
      },
      [line('unit: PENDING → IN_PROGRESS')],
    ],
    [
      'how long a state lasted',
      {
        kind: 'group-changed',
        identifier: 'unit',
        from: 'IN_PROGRESS',
        to: 'FAILED',
        lasted: 95_000,
      },
      [line('unit: IN_PROGRESS → FAILED (1m 35s)')],
    ],
    [
      'a change of phase',
      { kind: 'phase-changed', from: 'SUBMITTED', to: 'IN_PROGRESS', lasted: 31_000 },
      [line('batch: SUBMITTED → IN_PROGRESS (31s)')],
    ],
    [
      'that it still waits',
      { kind: 'heartbeat', status: 'IN_PROGRESS', groups: groups.slice(1), elapsed: 1_800_000 },
      [line('Still IN_PROGRESS after 30m: 1 IN_PROGRESS, 1 PENDING')],
    ],
    [
      'why a group failed',
      {
        kind: 'cause',
        group: 'unit',
        cause: { ...TESTS_FAILED, phase: 'BUILD', kind: 'code', permanent: false },
      },
      [
        line(
          `unit failed in BUILD, ${TESTS_FAILED.code}: ${TESTS_FAILED.message} [code or configuration]`,
        ),
      ],
    ],
    [
      'why the batch itself failed, where the cause has no details',
      {
        kind: 'cause',
        group: null,
        cause: { phase: '', code: '', message: '', kind: 'infrastructure', permanent: false },
      },
      [line('The batch failed [infrastructure]')],
    ],
    [
      'an unknown cause',
      {
        kind: 'cause',
        group: 'unit',
        cause: { phase: 'ODD', code: '', message: '', kind: 'unknown', permanent: false },
      },
      [line('unit failed in ODD [unknown cause]')],
    ],
    [
      'the end of a log, folded, however its lines are broken',
      {
        kind: 'log',
        group: 'unit',
        arn: 'arn:unit',
        tail: {
          kind: 'lines',
          lines: ['\u001b[31mred\u001b[0m', '::error::a\r##[error]b\n'],
          url: '',
        },
      },
      [
        { kind: 'fold', title: 'Log of unit: last 2 lines' },
        line('│ \u001b[31mred\u001b[0m\u001b[0m'),
        line('│ ::error::a'),
        line('│ ## [error]b'),
        { kind: 'unfold' },
      ],
    ],
    [
      'why there is no log',
      {
        kind: 'log',
        group: 'unit',
        arn: 'arn:unit',
        tail: { kind: 'none', why: { kind: 'in-s3-only' }, url: 'https://x' },
      },
      [line('No log shown for unit: the log is only in S3. See https://x')],
    ],
    [
      'why there is no log, where CodeBuild names no URL',
      {
        kind: 'log',
        group: 'unit',
        arn: 'arn:unit',
        tail: { kind: 'none', why: { kind: 'empty' }, url: '' },
      },
      [line('No log shown for unit: the log is empty.')],
    ],
    [
      'what could not be read',
      {
        ...{ kind: 'details-unreadable', permission: 'p', level: 'warning' },
        ...{ failure: DENIED, neededBy: null },
      },
      [
        {
          kind: 'warning',
          text: `Could not read optional details: ${describeReadFailure(DENIED)}. This does not affect the result.`,
        },
      ],
    ],
    [
      'what an input depends on, and could not be read',
      {
        ...{ kind: 'details-unreadable', permission: 'p', level: 'warning' },
        ...{ failure: DENIED, neededBy: 'retry-when-log' },
      },
      [
        {
          kind: 'warning',
          text: `Could not read what retry-when-log depends on: ${describeReadFailure(DENIED)}.`,
        },
      ],
    ],
    [
      'which text a log contains',
      {
        ...{ kind: 'log-searched', group: 'unit', arn: 'unit-1' },
        search: { kind: 'searched', text: 'connect ETIMEDOUT' },
      },
      [line('The log of unit contains "connect ETIMEDOUT" (retry-when-log)')],
    ],
    [
      'no text',
      {
        ...{ kind: 'log-searched', group: 'unit', arn: 'unit-1' },
        search: { kind: 'searched', text: null },
      },
      [],
    ],
    [
      'nothing of a log that was not searched',
      {
        ...{ kind: 'log-searched', group: 'unit', arn: 'unit-1' },
        search: { kind: 'not-searched', why: { kind: 'gone' } },
      },
      [],
    ],
    [
      'that an attempt could not be stopped',
      { kind: 'not-stopped', error: 'Access denied.' },
      [{ kind: 'warning', text: 'The attempt could not be stopped. Access denied.' }],
    ],
    [
      'a retry',
      { kind: 'retrying', retry: 1, maxRetries: 2, reason: 'a reason', delay: 0 },
      [line('Retrying (1 of 2): a reason.')],
    ],
    [
      'a pause before a retry',
      { kind: 'retrying', retry: 1, maxRetries: 2, reason: 'a reason', delay: 90_000 },
      [line('Retrying (1 of 2): a reason. Waiting 1m 30s first.')],
    ],
    [
      "someone else's retry",
      { kind: 'retried-by-others', attempt: 2, batch: aBatch(), former: aFailedBatch() },
      [
        { kind: 'unfold' },
        line('The batch was retried by someone else; now watching that attempt.'),
        { kind: 'fold', title: 'Attempt 2 (started by someone else)' },
      ],
    ],
    [
      'a new id',
      { kind: 'batch-id-changed', from: 'app:old', batch: aBatch() },
      [
        {
          kind: 'warning',
          text: `CodeBuild returned a different batch for the retry of app:old: now watching app:8472cae5. ${CONSOLE}`,
        },
      ],
    ],
    [
      'stale groups',
      { kind: 'groups-stale', batch: aBatch({ status: 'SUCCEEDED' }) },
      [
        {
          kind: 'warning',
          text: 'Batch app #7 succeeded, but CodeBuild still shows build groups of the previous attempt. This does not affect the result. The job summary marks these groups.',
        },
      ],
    ],
    [
      'calls that fail',
      { kind: 'call-failed', message: 'AWS throttled it.', failures: 1, isRetried: true },
      [line('AWS throttled it. The batch itself is not affected. Retrying the call.')],
    ],
    [
      'calls that AWS throttles for long',
      { kind: 'still-throttled', milliseconds: 3_900_000 },
      [
        line(
          'AWS is still throttling this step after 1h 5m. The batch itself is not affected. Retrying the call.',
        ),
      ],
    ],
    [
      'calls that succeed again',
      { kind: 'calls-recovered', failures: 1, milliseconds: 8000 },
      [line('AWS is responding again after 1 failed call (8s).')],
    ],
    [
      'a commit status',
      { kind: 'status-written', status: aStatus },
      [
        line(
          'Commit status AWS CodeBuild BuildBatch us-west-2 (app): pending (Retry 1 of 1 is running)',
        ),
      ],
    ],
    ...(['created', 'updated'] as const).map((how): [string, CommentEvent, LogEntry[]] => [
      `a comment that was ${how}`,
      { kind: 'comment-written', number: 12, how },
      [line(`Comment on pull request 12 ${how}.`)],
    ]),
    ...(['line', 'notice', 'warning'] as const).map((level): [string, CommentEvent, LogEntry[]] => [
      `a comment that is not updated, with a ${level}`,
      { kind: 'comment-not-updated', level, reason: 'GitHub returned 502' },
      [{ kind: level, text: 'Pull request comment not updated: GitHub returned 502.' }],
    ]),
    ...(['notice', 'warning'] as const).map(
      (level): [string, RunEvent | StatusEvent, LogEntry[]] => [
        `a commit status that is not updated, with a ${level}`,
        { kind: 'status-not-updated', level, reason: 'GitHub returned 502' },
        [{ kind: level, text: 'Commit status not updated: GitHub returned 502.' }],
      ],
    ),
    [
      'a commit status that cannot be set to pending',
      { kind: 'status-not-pending', reason: 'GitHub returned 502' },
      [
        line(
          'Commit status not set to pending: GitHub returned 502. The step writes the result when it ends.',
        ),
      ],
    ],
    [
      'a commit status that is left to the post step',
      { kind: 'status-postponed', reason: 'GitHub returned 502' },
      [line('Commit status not written yet: GitHub returned 502. The post step tries again.')],
    ],
    [
      'an error of ours, for debugging',
      { kind: 'internal-error', error: 'a string' },
      [{ kind: 'debug', text: 'a string' }],
    ],
  ])('formats %s', (_, event, expected) => {
    expect(formatEvent(event)).toEqual(expected);
  });

  it('does not count DOWNLOAD_SOURCE among the groups it waits for', () => {
    const heartbeat: RunEvent = {
      kind: 'heartbeat',
      status: 'IN_PROGRESS',
      groups,
      elapsed: 60_000,
    };
    expect(formatEvent(heartbeat)).toEqual([
      line('Still IN_PROGRESS after 1m: 1 IN_PROGRESS, 1 PENDING'),
    ]);
  });

  it('leaves no empty line where a batch has no console URL', () => {
    const found: RunEvent = { kind: 'batch-found', batch: aBatch({ consoleUrl: '' }), attempt: 1 };
    expect(formatEvent(found)).toHaveLength(1);
  });

  it('gives the stack of an error of ours, or its message', () => {
    const error = new TypeError('x is undefined');
    expect(formatEvent({ kind: 'internal-error', error })).toEqual([
      { kind: 'debug', text: error.stack },
    ]);
    delete error.stack;
    expect(formatEvent({ kind: 'internal-error', error })).toEqual([
      { kind: 'debug', text: 'x is undefined' },
    ]);
  });

  testAll(HOSTILE)('lets no name or status act on the runner', (_, text) => {
    const hostileGroups = viewGroups(aHostileBatch(text), aPast());
    const events: (RunEvent | StatusEvent | CommentEvent)[] = [
      { kind: 'batch-found', batch: aHostileBatch(text), attempt: 1 },
      { kind: 'group-changed', identifier: text, from: text, to: text, lasted: null },
      { kind: 'phase-changed', from: text, to: text, lasted: null },
      { kind: 'groups-appeared', groups: hostileGroups },
      { kind: 'heartbeat', status: text, groups: hostileGroups, elapsed: 0 },
      {
        kind: 'attempt-ended',
        attempt: 1,
        status: text,
        failed: [text],
        groups: 1,
        groupsStale: false,
      },
      { kind: 'retrying', retry: 1, maxRetries: 1, reason: text, delay: 0 },
      { kind: 'call-failed', message: text, failures: 1, isRetried: true },
      { kind: 'repeated-retry-rejected', message: text },
      { kind: 'status-written', status: { ...aStatus, context: text, description: text } },
      { kind: 'status-not-pending', reason: text },
      { kind: 'status-postponed', reason: text },
      { kind: 'comment-not-updated', level: 'line', reason: text },
    ];
    const lines = events.flatMap(formatEvent).filter((step) => step.kind === 'line');
    expect(lines.length).toBeGreaterThanOrEqual(events.length);
    for (const { text: printed } of lines) {
      expect(printed).not.toMatch(/^\s*::/);
      expect(printed).not.toContain('##[');
      expect(printed).not.toMatch(UNPRINTABLE);
    }
  });

  testAll(HOSTILE)('warns in one printable line of at most 4,000 characters', (_, text) => {
    const batch = aHostileBatch(text);
    const warnings = [
      ...formatEvent({ kind: 'batch-id-changed', from: text, batch }),
      ...formatEvent({ kind: 'groups-stale', batch }),
      ...formatEvent({ kind: 'status-not-updated', level: 'warning', reason: text }),
      ...formatEvent({ kind: 'comment-not-updated', level: 'warning', reason: text }),
    ].filter((step) => step.kind === 'warning');
    for (const warning of warnings) {
      expect(warning.text).not.toMatch(UNPRINTABLE);
      expect(warning.text.length).toBeLessThanOrEqual(4000);
    }
  });
});

function aHostileBatch(text: string): Batch {
  return aBatch({
    id: text,
    projectName: text,
    status: text,
    consoleUrl: text,
    resolvedSourceVersion: text,
    groups: [aGroup(text, text)],
  });
}
