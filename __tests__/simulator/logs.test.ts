import { describe, expect, test } from '@jest/globals';
import { accessDenied, type BatchPlan, type Switches } from '../../simulator/index.ts';
import { type BuildView, groupOf, ID, shop, START, virtual, type Virtual } from './virtual.ts';

describe('GetLogEvents', () => {
  const log = ['one', 'two', 'three', 'four'];
  const groups = { a: { ends: [{ status: 'FAILED', log }] } };
  const parts = virtual(shop({ groups }));
  const logStreamName = groupOf(parts.poll(ID), 'a').currentBuildSummary?.arn.split(':').at(-1);
  const stream = { logGroupName: '/aws/codebuild/shop', logStreamName };
  const lines = (more: object): string[] => {
    const { events } = parts.ask('GetLogEvents', { ...stream, ...more });
    return (events as { message: string }[]).map(({ message }) => message.trimEnd());
  };

  test.each<[string, object, string[]]>([
    ['all of a short log', {}, log],
    ['the last lines', { limit: 3 }, ['two', 'three', 'four']],
    ['the first lines', { limit: 3, startFromHead: true }, ['one', 'two', 'three']],
    ['what follows a token', { nextToken: 'f/3' }, ['four']],
    ['nothing after the end', { nextToken: 'f/4' }, []],
    ['what is before a token', { nextToken: 'b/2', limit: 1 }, ['two']],
    ['nothing before its time', { endTime: 1 }, []],
    ['nothing after its time', { startTime: START }, []],
    [
      'a group by its ARN',
      {
        logGroupName: null,
        logGroupIdentifier: 'arn:aws:logs:us-west-2:123456789012:log-group:/aws/codebuild/shop',
      },
      log,
    ],
  ])('%s', (_, more, expected) => expect(lines(more)).toEqual(expected));

  test('gives the tokens of the next pages', () =>
    expect(parts.ask('GetLogEvents', { ...stream, limit: 2 })).toMatchObject({
      nextForwardToken: 'f/4',
      nextBackwardToken: 'b/2',
    }));

  test('grows while the build runs', () => {
    const running = virtual(shop({ groups: { a: { takes: 60 } } }));
    const { id } = running.start();
    running.pass(12);
    const uuid = groupOf(running.poll(id), 'a').currentBuildSummary?.arn.split(':').at(-1);
    const count = (): number => {
      const asked = { logGroupName: '/aws/codebuild/shop', logStreamName: uuid };
      return (running.ask('GetLogEvents', asked)['events'] as []).length;
    };
    running.pass(1);
    expect(count()).toBe(0);
    running.pass(30);
    expect(count()).toBe(2);
    running.pass(30);
    expect(count()).toBe(4);
  });
});

test('lines arrive late if the plan says so', () => {
  const { parts, stream } = failed({ logs: { lateBy: 3600 } }, ['one']);
  const count = (): number => (parts.ask('GetLogEvents', stream)['events'] as []).length;
  expect(count()).toBe(0);
  parts.pass(3600);
  expect(count()).toBe(1);
});

/** A failed build of a batch with that plan, its log stream and what it shows of its logs. */
function failed(
  plan: Partial<BatchPlan>,
  log?: string[],
  switches?: Switches,
): { parts: Virtual; stream: object; logs: Record<string, unknown>; uuid: string } {
  const groups = { a: { ends: [{ status: 'FAILED', ...(log !== undefined && { log }) }] } };
  const parts = virtual(shop({ groups, ...plan }, switches));
  const { arn = '' } = groupOf(parts.poll(ID), 'a').currentBuildSummary ?? {};
  const { builds } = parts.ask('BatchGetBuilds', { ids: [arn] });
  const uuid = arn.slice(arn.lastIndexOf(':') + 1);
  const stream = { logGroupName: '/aws/codebuild/shop', logStreamName: uuid };
  return { parts, stream, uuid, logs: (builds as [BuildView])[0].logs };
}

interface Page {
  events: { message: string; timestamp: number }[];
  nextForwardToken: string;
  nextBackwardToken: string;
}

describe('pages of a log', () => {
  const { parts, stream } = failed({}, ['1', '2', '3', '4', '5']);
  const page = (more: object, from = parts): Page =>
    from.ask('GetLogEvents', { ...stream, ...more }) as unknown as Page;
  const lines = ({ events }: Page): string[] => events.map(({ message }) => message.trimEnd());

  test('go back from the tail to the head; there the token comes back', () => {
    const seen: string[][] = [];
    let { nextBackwardToken: token, ...last } = page({ limit: 2 });
    seen.push(lines(last as Page));
    for (;;) {
      const before = page({ limit: 2, nextToken: token });
      if (before.nextBackwardToken === token) break;
      seen.push(lines(before));
      token = before.nextBackwardToken;
    }
    expect(seen).toEqual([['4', '5'], ['2', '3'], ['1']]);
    last = page({ nextToken: token });
    expect(last.events).toEqual([]);
  });

  test('continue from the head to the tail; there the token comes back', () => {
    const first = page({ limit: 4, startFromHead: true });
    const second = page({ limit: 4, startFromHead: true, nextToken: first.nextForwardToken });
    expect([lines(first), lines(second)]).toEqual([['1', '2', '3', '4'], ['5']]);
    const { events, nextForwardToken } = page({ nextToken: second.nextForwardToken });
    expect([events, nextForwardToken]).toEqual([[], second.nextForwardToken]);
  });

  test('hold one mebibyte, and never less than a line', () => {
    const half = 'x'.repeat(524_000);
    const long = failed({}, [half, 'y'.repeat(2_000_000), half, half]);
    const ask = (more: object): Page =>
      long.parts.ask('GetLogEvents', { ...long.stream, ...more }) as unknown as Page;
    const lengths = (answer: Page): number[] => answer.events.map(({ message }) => message.length);
    const tail = ask({});
    expect(lengths(tail)).toEqual([524_001, 524_001]);
    const middle = ask({ nextToken: tail.nextBackwardToken });
    expect(lengths(middle)).toEqual([2_000_001]);
    expect(lengths(ask({ nextToken: middle.nextBackwardToken }))).toEqual([524_001]);
    expect(lengths(ask({ startFromHead: true }))).toEqual([524_001]);
  });

  test('may begin with an empty one', () => {
    const late = failed({}, ['1', '2'], { emptyFirstLogPage: true });
    const first = page({ ...late.stream }, late.parts);
    expect(first.events).toEqual([]);
    const second = page({ ...late.stream, nextToken: first.nextBackwardToken }, late.parts);
    expect(lines(second)).toEqual(['1', '2']);
  });
});

describe('unexpected pages', () => {
  const pagesOf = (logs: BatchPlan['logs'], limit: number, most = 9): string[][] => {
    const { parts, stream } = failed({ logs: logs ?? {} }, ['1', '2', '3', '4', '5']);
    const pages: string[][] = [];
    for (let token: string | undefined; pages.length < most;) {
      const { events, nextBackwardToken } = parts.ask('GetLogEvents', {
        ...stream,
        limit,
        ...(token !== undefined && { nextToken: token }),
      }) as unknown as Page;
      pages.push(events.map(({ message }) => message.trimEnd()));
      if (token === nextBackwardToken) break;
      token = nextBackwardToken;
    }
    return pages;
  };

  test('several are empty', () => {
    expect(pagesOf({ emptyPages: 3 }, 3)).toEqual([[], [], [], ['3', '4', '5'], ['1', '2'], []]);
  });

  test('all are empty, and there is no end of them', () => {
    expect(pagesOf({ emptyPages: Infinity }, 3)).toEqual(Array.from({ length: 9 }, () => []));
  });

  test('each repeats some of the one before it', () => {
    const pages = [['4', '5'], ['2', '3', '4', '5'], ['1', '2', '3'], []];
    expect(pagesOf({ overlap: 2 }, 2)).toEqual(pages);
  });

  test('they hold more than was asked for', () => {
    expect(pagesOf({ exceedsLimit: true }, 2)).toEqual([['1', '2', '3', '4', '5'], []]);
  });
});

describe('where logs are', () => {
  const GONE = 'The specified log group does not exist.';
  const s3 = 'demo-logs/codebuild';

  test('in S3 alone: a link to the object, no name in CloudWatch Logs', () => {
    const { parts, stream, logs, uuid } = failed({ logs: { cloudWatch: 'DISABLED', s3 } });
    expect(logs).toEqual({
      deepLink:
        'https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#logEvent:group=null;stream=null',
      s3DeepLink: `https://s3.console.aws.amazon.com/s3/object/${s3}/${uuid}.gz?region=us-west-2`,
      cloudWatchLogsArn: 'arn:aws:logs:us-west-2:123456789012:log-group:null:log-stream:null',
      s3LogsArn: `arn:aws:s3:::${s3}/${uuid}.gz`,
      cloudWatchLogs: { status: 'DISABLED' },
      s3Logs: { status: 'ENABLED', location: s3, encryptionDisabled: false },
    });
    expect(() => parts.ask('GetLogEvents', stream)).toThrow(GONE);
    expect(parts.poll(ID)).toHaveProperty('logConfig.s3Logs.status', 'ENABLED');
  });

  test('in both', () => {
    const { parts, stream, logs, uuid } = failed({ logs: { s3 } });
    expect(logs).toMatchObject({ streamName: uuid, s3LogsArn: `arn:aws:s3:::${s3}/${uuid}.gz` });
    expect(parts.ask('GetLogEvents', stream)['events']).toHaveLength(4);
  });

  test('nowhere', () => {
    const { parts, stream, logs } = failed({ logs: { cloudWatch: 'DISABLED' } });
    expect(logs).not.toHaveProperty('groupName');
    expect(logs).not.toHaveProperty('s3LogsArn');
    expect(() => parts.ask('GetLogEvents', stream)).toThrow(GONE);
  });

  test('named and gone', () => {
    const { parts, stream, logs, uuid } = failed({ logs: { cloudWatch: 'DELETED' } });
    expect(logs).toMatchObject({ groupName: '/aws/codebuild/shop', streamName: uuid });
    expect(() => parts.ask('GetLogEvents', stream)).toThrow(GONE);
  });

  test('of a build whose container never ran: empty, or there is none', () => {
    const cause = { code: 'CODE', message: 'text' };
    const groups = {
      a: { ends: [{ status: 'FAILED', cause: { ...cause, phase: 'PROVISIONING' } }] },
      b: { ends: [{ status: 'FAILED', cause: { ...cause, phase: 'QUEUED' } }] },
    };
    const parts = virtual(shop({ groups }));
    const ask = (group: string): unknown => {
      const { arn } = groupOf(parts.poll(ID), group).currentBuildSummary ?? {};
      const logStreamName = arn?.split(':').at(-1);
      const stream = { logGroupName: '/aws/codebuild/shop', logStreamName };
      return parts.ask('GetLogEvents', stream)['events'];
    };
    expect(ask('a')).toEqual([]);
    expect(() => ask('b')).toThrow('The specified log stream does not exist.');
  });
});

test('a caller without the permission is refused in the words of IAM', () => {
  const { parts, stream } = failed({});
  const resource = 'arn:aws:logs:us-west-2:123456789012:log-group:/aws/codebuild/shop:log-stream:x';
  const fault = accessDenied('logs:GetLogEvents', resource);
  parts.simulator.faults.push({ operation: 'GetLogEvents', fault });
  expect(
    parts.simulator.handle({ target: 'Logs_20140328.GetLogEvents', body: JSON.stringify(stream) }),
  ).toMatchObject({
    status: 400,
    body: JSON.stringify({
      __type: 'AccessDeniedException',
      Message:
        'User: arn:aws:sts::123456789012:assumed-role/ci/GitHubActions is not authorized to perform: ' +
        `logs:GetLogEvents on resource: ${resource} ` +
        'because no identity-based policy allows the logs:GetLogEvents action',
    }),
  });
});
