import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  CodeBuildClient,
  RetryBuildBatchCommand,
  type CodeBuildClientConfig,
} from '@aws-sdk/client-codebuild';
import { createSimulator, serve, type Served, type Simulator } from '../../simulator/index.ts';
import { FAULT_KINDS } from '../support/fault-kinds.ts';
import { createUuids } from '../support/flow.ts';
import { inProcess } from '../support/in-process.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { ID, shop } from './virtual.ts';

/**
 * Those that take no time, and end in an answer: Jest has an Error of its own, so that the SDK takes
 * those of a socket for no errors.
 */
const ANSWERED = FAULT_KINDS.filter(
  ({ fault }) =>
    ['error', 'html', 'text', 'truncated', 'about-another'].includes(fault.kind) &&
    !('performed' in fault && typeof fault.performed === 'object'),
);

let clock: VirtualClock;
let simulator: Simulator;
let served: Served;
beforeEach(async () => {
  clock = createVirtualClock();
  simulator = createSimulator(shop({}), { now: () => clock.othersNow(), uuid: createUuids() });
  served = await serve(simulator);
});
afterEach(() => served.close());

/** What the SDK makes of the answer to a retry: the id in it, or the error. */
async function retriedBy(how: Partial<CodeBuildClientConfig>): Promise<unknown> {
  const client = new CodeBuildClient({
    region: 'us-west-2',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
    ...how,
  });
  const signal = new AbortController().signal;
  try {
    const retry = new RetryBuildBatchCommand({ id: ID, idempotencyToken: 'the same' });
    const { buildBatch } = await client.send(retry, { abortSignal: signal });
    return ['answered', buildBatch?.id];
  } catch (error) {
    const { name, code, $metadata } = error as Partial<Record<string, unknown>> & {
      $metadata?: { httpStatusCode?: number };
    };
    return [name, code, $metadata?.httpStatusCode];
  } finally {
    client.destroy();
  }
}

test.each(ANSWERED.map(({ name, fault }) => [name, fault] as const))(
  'the SDK gets the same result in this process as over a socket: %s',
  async (_, fault) => {
    simulator.faults.push({ fault });
    const overSocket = await retriedBy({ endpoint: served.url });
    const here = await retriedBy({ requestHandler: inProcess(simulator, clock) });
    expect(here).toEqual(overSocket);
    expect(simulator.calls).toHaveLength(2);
  },
);
