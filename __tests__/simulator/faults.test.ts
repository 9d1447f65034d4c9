import { afterEach, describe, expect, test } from '@jest/globals';
import {
  accessDenied,
  EXPIRED_TOKEN,
  type Fault,
  type FaultRule,
  INTERNAL_FAILURE,
  serve,
  type Served,
  THROTTLED,
} from '../../simulator/index.ts';
import { ID, shop, virtual } from './virtual.ts';

let served: Served | null = null;
afterEach(async () => {
  await served?.close();
  served = null;
});

/** One call over a real socket, with that fault on it, and the batch's status after it. */
async function callWith(
  fault: Fault,
): Promise<{ answer: Promise<Response>; after: () => unknown }> {
  const { simulator } = virtual(shop({}));
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
  return { answer, after };
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

  test('closing does not wait for a slow answer', async () => {
    const { answer, after } = await callWith({ kind: 'slow', seconds: 3600 });
    const cut = expect(answer).rejects.toThrow();
    while (after() === 'FAILED') await new Promise(setImmediate);
    await served?.close();
    await cut;
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
    const { simulator, look } = virtual(scenario);
    expect(() => look(ID)).toThrow('Rate exceeded');
    simulator.faults.length = 0;
    expect(look(ID).id).toBe(ID);
    expect(scenario.faults).toHaveLength(1);
  });

  test('a dropped call is known to a caller without a socket', () => {
    const { simulator } = virtual({ ...shop({}), faults: [{ fault: { kind: 'reset' } }] });
    expect(simulator.handle({ target: '', body: '' })).toEqual({ kind: 'dropped' });
    simulator.faults[0] = { fault: { kind: 'lost', afterSeconds: 2 } };
    expect(simulator.handle({ target: '', body: '' })).toEqual({
      kind: 'dropped',
      afterSeconds: 2,
    });
    simulator.faults[0] = { fault: { kind: 'slow', seconds: 3 } };
    expect(simulator.handle({ target: '', body: '' })).toMatchObject({ delaySeconds: 3 });
    expect(simulator.calls).toHaveLength(3);
  });
});
