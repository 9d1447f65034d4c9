import { expect, test } from '@jest/globals';
import { runFlow } from '../support/flow.ts';
import { BROKEN, ID, shop } from '../support/scenarios.ts';

test('the run state follows each change of a request: made perhaps, then with another token', async () => {
  const faults = [{ operation: 'RetryBuildBatch', fault: { kind: 'lost' } as const }];
  const scenario = { ...shop(BROKEN, { staleSecondsAfterRetry: 1000 }), faults };
  const { events } = await runFlow(scenario, { 'batch-id': ID, timeout: '6m' });
  const requests = events.flatMap((event) => ('request' in event ? [event] : []));
  const first = requests.findIndex(({ request }) => request.tokenSent === null);
  // A canceled step must not ask with the token before, nor with one that was never sent.
  expect(requests.slice(first - 1, first + 2)).toMatchObject([
    { kind: 'retry-sent' },
    { kind: 'retry-request-changed', request: { tokenSent: null } },
    { kind: 'retry-sent' },
  ]);
  const [before, renewed] = requests.slice(first - 1).map(({ request }) => request.token);
  expect(renewed).not.toBe(before);
});
