import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import {
  accessDenied,
  ACCOUNT_LIMIT,
  type AnswerReplaced,
  EXPIRED_TOKEN,
  type Fault,
  type FaultRule,
  INTERNAL_FAILURE,
  type Operation,
  serve,
  type Served,
  THROTTLED,
} from '../../simulator/index.ts';
import { ID, phasesOf, shop, virtual } from './virtual.ts';

let served: Served | null = null;
afterEach(async () => {
  await served?.close();
  served = null;
});

/** One call over a real socket, with that fault on it, and the batch's status after it. */
async function callWith(
  fault: Fault,
): Promise<{ answer: Promise<Response>; after: () => unknown; pass: (seconds: number) => void }> {
  const { simulator, pass } = virtual(shop({}));
  simulator.faults.push({ fault });
  served = await serve(simulator);
  const answer = fetch(served.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'CodeBuild_20161006.RetryBuildBatch' },
    body: JSON.stringify({ id: ID }),
  });
  const after = (): unknown => {
    const { buildBatches } = simulator.perform('BatchGetBuildBatches', { ids: [ID] });
    return (buildBatches as { buildBatchStatus: string }[])[0]?.buildBatchStatus;
  };
  return { answer, after, pass };
}

describe('over a socket', () => {
  const project = 'arn:aws:codebuild:us-west-2:123456789012:project/shop';
  test.each<[Fault, number, object]>([
    [THROTTLED, 400, { __type: 'ThrottlingException', message: 'Rate exceeded' }],
    [
      EXPIRED_TOKEN,
      400,
      {
        __type: 'ExpiredTokenException',
        message: 'The security token included in the request is expired',
      },
    ],
    [
      ACCOUNT_LIMIT,
      400,
      {
        __type: 'AccountLimitExceededException',
        message: 'Cannot have more than 1 builds in queue for the account',
      },
    ],
    [INTERNAL_FAILURE, 500, { __type: 'InternalFailure', message: 'An internal error occurred' }],
    [
      accessDenied('RetryBuildBatch', project),
      400,
      {
        __type: 'AccessDeniedException',
        Message:
          'User: arn:aws:sts::123456789012:assumed-role/ci/GitHubActions is not authorized to perform: ' +
          `codebuild:RetryBuildBatch on resource: ${project} ` +
          'because no identity-based policy allows the codebuild:RetryBuildBatch action',
      },
    ],
  ])('error %#', async (fault, status, body) => {
    const { answer, after } = await callWith(fault);
    const response = await answer;
    expect([response.status, await response.json()]).toEqual([status, body]);
    expect(after()).toBe('FAILED');
  });

  test('html', async () => {
    const { answer, after } = await callWith({ kind: 'html' });
    const response = await answer;
    expect(response.status).toBe(502);
    expect(await response.text()).toMatch(/^<html>/);
    expect(after()).toBe('FAILED');
  });

  test('truncated: performed, the JSON is cut', async () => {
    const { answer, after } = await callWith({ kind: 'truncated' });
    const response = await answer;
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow('JSON');
    expect(after()).toBe('IN_PROGRESS');
  });

  test('reset: the connection drops, nothing is performed', async () => {
    const { answer, after } = await callWith({ kind: 'reset' });
    await expect(answer).rejects.toThrow();
    expect(after()).toBe('FAILED');
  });

  test('lost: performed, then the connection drops', async () => {
    const { answer, after } = await callWith({ kind: 'lost', afterSeconds: 0.01 });
    await expect(answer).rejects.toThrow();
    expect(after()).toBe('IN_PROGRESS');
  });

  test('slow: answered late', async () => {
    const { answer } = await callWith({ kind: 'slow', seconds: 0.01 });
    expect((await answer).status).toBe(200);
  });

  test.each<[string, AnswerReplaced, number, string]>([
    ['a page of any status', { kind: 'html', status: 403 }, 403, 'text/html'],
    ['any text', { kind: 'text', body: 'null' }, 200, 'application/x-amz-json-1.1'],
    ['nothing', { kind: 'text', body: '', status: 301 }, 301, 'application/x-amz-json-1.1'],
    [
      'an error without its name',
      { ...THROTTLED, untyped: true },
      400,
      'application/x-amz-json-1.1',
    ],
  ])('%s in place of the answer', async (_, fault, status, type) => {
    for (const [performed, result] of [
      [undefined, 'FAILED'],
      [true, 'IN_PROGRESS'],
    ] as const) {
      const how = performed === undefined ? fault : { ...fault, performed };
      const { answer, after } = await callWith(how);
      const response = await answer;
      expect([response.status, response.headers.get('content-type')]).toEqual([status, type]);
      expect(await response.text()).not.toMatch(/buildBatch|__type/);
      expect(after()).toBe(result);
      await served?.close();
    }
  });

  test('not-http: what comes is no HTTP', async () => {
    const { simulator } = virtual(shop({}));
    simulator.faults.push({ fault: { kind: 'not-http', performed: true } });
    served = await serve(simulator);
    const headers = { 'x-amz-target': 'CodeBuild_20161006.RetryBuildBatch' };
    // What the SDK asks with.
    const asked = request(served.url, { method: 'POST', headers }).end(JSON.stringify({ id: ID }));
    const [error] = (await once(asked, 'error')) as unknown[];
    expect(error).toMatchObject({ code: 'HPE_INVALID_CONSTANT' });
    expect(simulator.retriesOf(ID)).toHaveLength(1);
  });

  test('stalled: headers and some bytes, then silence', async () => {
    const { answer, after } = await callWith({ kind: 'stalled', bytes: 12 });
    const response = await answer;
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"buildBatch');
    const rest = expect(reader?.read()).rejects.toThrow();
    expect(after()).toBe('IN_PROGRESS');
    await served?.close();
    await rest;
  });

  test('dripping: the rest comes piece by piece', async () => {
    const fault = { kind: 'dripping', bytes: 12, bytesPerSecond: 100_000 } as const;
    const { answer } = await callWith(fault);
    expect(await (await answer).json()).toMatchObject({ buildBatch: { id: ID } });
  });

  test('silent: nothing comes until the connection is closed', async () => {
    const { answer, after } = await callWith({ kind: 'silent', performed: true });
    const cut = expect(answer).rejects.toThrow();
    while (after() === 'FAILED') await new Promise(setImmediate);
    await served?.close();
    await cut;
  });

  test('a call is carried out late, after the connection broke', async () => {
    const { answer, after, pass } = await callWith({
      kind: 'reset',
      performed: { afterSeconds: 40 },
    });
    await expect(answer).rejects.toThrow();
    pass(39);
    expect(after()).toBe('FAILED');
    pass(1);
    expect(after()).toBe('IN_PROGRESS');
  });

  test('closing does not wait for a slow answer', async () => {
    const { answer, after } = await callWith({ kind: 'slow', seconds: 3600 });
    const cut = expect(answer).rejects.toThrow();
    while (after() === 'FAILED') await new Promise(setImmediate);
    await served?.close();
    await cut;
  });
});

describe('answers about something else', () => {
  const OTHER = ID.replace(':11111111', ':ffffffff');

  test('about-another: another batch, as if it had been asked for', () => {
    const { simulator, poll } = virtual(shop({}));
    simulator.faults.push({ calls: [1], fault: { kind: 'about-another' } });
    expect(poll(ID)).toMatchObject({
      id: OTHER,
      arn: expect.stringMatching(new RegExp(`${OTHER}$`)),
      buildBatchStatus: 'FAILED',
    });
    expect(poll(ID).id).toBe(ID);
  });

  test.each<[Operation, Fault, object]>([
    [
      'BatchGetBuildBatches',
      { kind: 'none-found' },
      { buildBatches: [], buildBatchesNotFound: [ID] },
    ],
    [
      'BatchGetBuildBatches',
      { kind: 'none-found', asArn: true },
      {
        buildBatches: [],
        buildBatchesNotFound: [`arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}`],
      },
    ],
    ['BatchGetBuilds', { kind: 'none-found' }, { builds: [], buildsNotFound: [ID] }],
  ])('none-found: %s', (operation, fault, answer) => {
    const { simulator, ask } = virtual(shop({}));
    simulator.faults.push({ fault });
    expect(ask(operation, { ids: [ID] })).toEqual(answer);
  });

  test('outdated: the state of so many seconds ago', () => {
    const { simulator, ask, poll, pass, retry } = virtual(shop({}));
    retry(ID);
    pass(100);
    const after = poll(ID);
    simulator.faults.push({ fault: { kind: 'outdated', seconds: 60 } });
    expect(poll(ID)).toMatchObject({ buildBatchStatus: 'IN_PROGRESS', complete: false });
    simulator.faults[0] = { fault: { kind: 'outdated', seconds: 101 } };
    const before = poll(ID);
    expect(before).toMatchObject({ buildBatchStatus: 'FAILED', complete: true });
    expect(phasesOf(before).at(-1)).toBe('FAILED');
    expect(after.phases.length).toBeGreaterThan(before.phases.length);
    const started = ask('StartBuildBatch', { projectName: 'shop' })['buildBatch'];
    expect(() => poll((started as { id: string }).id)).toThrow('not found');
    expect(ask('ListBuildBatchesForProject', { projectName: 'shop' })['ids']).toEqual([ID]);
  });
});

describe('retriesOf and stopsOf list what was made, not what was asked', () => {
  const FAILING = shop({ groups: { a: { takes: 1, ends: ['FAILED'] } } });

  test('retries, by whom and with which token', () => {
    const { simulator, retry, pass, now } = virtual(FAILING);
    const idempotencyToken = 'mine';
    retry(ID, { idempotencyToken });
    expect(retry(ID, { idempotencyToken }).id).toBe(ID);
    expect(() => retry(ID, { idempotencyToken: 'refused' })).toThrow('cannot be retried');
    pass(60);
    simulator.perform('RetryBuildBatch', { id: ID });
    const begun = { kind: 'retry', batchId: ID, resultId: ID };
    expect(simulator.retriesOf(ID)).toEqual([
      { ...begun, by: 'wire', token: 'mine', at: now() - 60_000, attempt: 2 },
      { ...begun, by: 'other', token: null, at: now(), attempt: 3 },
    ]);
    expect([simulator.retriesOf('shop:nope'), simulator.stopsOf(ID)]).toEqual([[], []]);
  });

  test('retries of what a retry has made anew', () => {
    const { simulator, retry, pass } = virtual({ ...FAILING, switches: { newIdOnRetry: true } });
    const { id } = retry(ID);
    pass(60);
    retry(id);
    expect(simulator.retriesOf(ID).map(({ attempt }) => attempt)).toEqual([2, 3]);
    expect(simulator.retriesOf(id).map(({ attempt }) => attempt)).toEqual([3]);
  });

  test('retries that are carried out late, in the order in which they fall due', () => {
    const { simulator, pass, now } = virtual(FAILING);
    for (const afterSeconds of [50, 10]) {
      simulator.faults[0] = { fault: { kind: 'silent', performed: { afterSeconds } } };
      const body = JSON.stringify({ id: ID, idempotencyToken: String(afterSeconds) });
      simulator.handle({ target: 'CodeBuild_20161006.RetryBuildBatch', body });
    }
    pass(100);
    expect(simulator.retriesOf(ID)).toMatchObject([
      { token: '10', at: now() - 90_000 },
      { token: '50', at: now() - 50_000 },
    ]);
  });

  test('attempts, with their ends', () => {
    const { simulator, retry, pass, now } = virtual(FAILING);
    retry(ID);
    const [before, after] = simulator.historyOf(ID);
    expect(before).toMatchObject({ number: 1, status: 'FAILED' });
    expect(after).toMatchObject({ number: 2, submittedOn: now(), status: 'FAILED' });
    pass(60);
    expect(after?.endsOn).toBeLessThan(now());
    expect(simulator.historyOf('shop:nope')).toEqual([]);
  });

  test('attempts that were stopped, but not those that were over', () => {
    const { simulator, retry, pass } = virtual(FAILING);
    simulator.perform('StopBuildBatch', { id: ID });
    retry(ID);
    pass(5);
    simulator.perform('StopBuildBatch', { id: ID });
    expect(simulator.stopsOf(ID)).toMatchObject([{ by: 'other', attempt: 2 }]);
  });

  test('onCall may act right before and right after each call', () => {
    const { simulator, poll, retry } = virtual(FAILING);
    const seen: unknown[] = [];
    simulator.onCall = ({ operation }, moment) => {
      seen.push([operation, moment, simulator.attemptsOf(ID)]);
      if (operation === 'BatchGetBuildBatches' && moment === 'after') {
        simulator.perform('RetryBuildBatch', { id: ID });
      }
    };
    expect(poll(ID).buildBatchStatus).toBe('FAILED');
    expect(() => retry(ID)).toThrow('cannot be retried');
    expect(seen).toEqual([
      ['BatchGetBuildBatches', 'before', 1],
      ['BatchGetBuildBatches', 'after', 1],
      ['RetryBuildBatch', 'before', 2],
      ['RetryBuildBatch', 'after', 2],
    ]);
  });
});

describe('a rule picks its calls', () => {
  const hits = (rule: Omit<FaultRule, 'fault'>): number[] => {
    const { simulator, ask, pass } = virtual(shop({}));
    simulator.faults.push({ ...rule, fault: THROTTLED });
    const failed: number[] = [];
    for (let call = 1; call <= 6; call++) {
      pass(10);
      try {
        ask('ListBuildBatchesForProject', { projectName: 'shop' });
        ask('BatchGetBuildBatches', { ids: [ID] });
      } catch {
        failed.push(call);
      }
    }
    return failed;
  };
  const operation = 'BatchGetBuildBatches';

  test.each<[Omit<FaultRule, 'fault'>, number[]]>([
    [{}, [1, 2, 3, 4, 5, 6]],
    [{ operation, calls: [3, 4] }, [3, 4]],
    [{ operation, every: 2 }, [2, 4, 6]],
    [{ operation, from: 20, until: 40 }, [2, 3]],
    [{ operation, every: 2, from: 30 }, [4, 6]],
    [{ calls: [2, 11] }, [1, 6]],
    [{ operation: 'StopBuildBatch' }, []],
  ])('%j', (rule, calls) => expect(hits(rule)).toEqual(calls));

  test('those of the scenario hold from the start, and may be taken away', () => {
    const scenario = { ...shop({}), faults: [{ fault: THROTTLED }] };
    const { simulator, poll } = virtual(scenario);
    expect(() => poll(ID)).toThrow('Rate exceeded');
    simulator.faults.length = 0;
    expect(poll(ID).id).toBe(ID);
    expect(scenario.faults).toHaveLength(1);
  });

  test('a call has the fault that made it go wrong', () => {
    const { simulator, poll } = virtual(shop({}));
    simulator.faults.push({ calls: [2], fault: { kind: 'slow', seconds: 1 } });
    for (let call = 1; call <= 3; call += 1) poll(ID);
    expect(simulator.calls.map(({ fault }) => fault?.kind)).toEqual([undefined, 'slow', undefined]);
  });

  test('a dropped call is reported to a caller without a socket', () => {
    const { simulator } = virtual({ ...shop({}), faults: [{ fault: { kind: 'reset' } }] });
    expect(simulator.handle({ target: '', body: '' })).toEqual({ kind: 'dropped' });
    simulator.faults[0] = { fault: { kind: 'lost', afterSeconds: 2 } };
    expect(simulator.handle({ target: '', body: '' })).toEqual({
      kind: 'dropped',
      afterSeconds: 2,
    });
    simulator.faults[0] = { fault: { kind: 'slow', seconds: 3 } };
    expect(simulator.handle({ target: '', body: '' })).toMatchObject({ delaySeconds: 3 });
    simulator.faults[0] = { fault: { ...THROTTLED, afterSeconds: 4 } };
    expect(simulator.handle({ target: '', body: '' })).toMatchObject({ delaySeconds: 4 });
    simulator.faults[0] = { fault: { kind: 'silent' } };
    expect(simulator.handle({ target: '', body: '' })).toEqual({ kind: 'silent' });
    simulator.faults[0] = { fault: { kind: 'stalled', performed: false } };
    expect(simulator.handle({ target: '', body: '' })).toMatchObject({
      headers: { 'content-type': 'text/html' },
      delivery: { bytes: 40, bytesPerSecond: 0 },
    });
    expect(simulator.calls).toHaveLength(6);
  });
});
