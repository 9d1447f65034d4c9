import { createSimulator, type Scenario } from '../../simulator/index.ts';
import { record, type RecordOptions } from '../../scripts/record/recorder.ts';
import type { Call } from '../../scripts/record/recording.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { ID } from '../support/scenarios.ts';

const OPTIONS: RecordOptions = {
  id: ID,
  retryType: 'RETRY_FAILED_BUILDS',
  byArn: false,
  again: false,
  pollIntervalMs: 5000,
};

/** Records a retry on the simulator, on a virtual clock: the calls and the lines that were logged. */
export async function recorded(
  scenario: Scenario,
  options: Partial<RecordOptions> = {},
): Promise<{ calls: Call[]; lines: string[] }> {
  const clock = createVirtualClock();
  let uuids = 0;
  const uuid = (): string => `c0ffee00-0000-4000-8000-${String(++uuids).padStart(12, '0')}`;
  const simulator = createSimulator(scenario, { now: () => clock.othersNow(), uuid });
  const calls: Call[] = [];
  const lines: string[] = [];
  await record(
    { ...OPTIONS, ...options },
    {
      clock,
      uuid,
      signal: new AbortController().signal,
      log: (line) => lines.push(line),
      ask: (purpose, operation, input) => {
        const target = `CodeBuild_20161006.${operation}`;
        const answer = simulator.handle({ target, body: JSON.stringify(input) });
        if (answer.kind !== 'answer') throw new Error(answer.kind);
        const { status, body } = answer;
        const [askedAt, answeredAt] = [clock.now(), clock.now()];
        const call = { purpose, operation, input, askedAt, answeredAt, status, body };
        calls.push(call);
        return Promise.resolve(call);
      },
    },
  );
  return { calls, lines };
}
