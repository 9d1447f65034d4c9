import { expect, test } from '@jest/globals';
import { createSimulator, type GroupPlan } from '../../simulator/index.ts';
import { createUuids } from '../support/flow.ts';
import { ID, shop } from '../support/scenarios.ts';

test('a batch may be a chain of ten thousand groups', () => {
  const groups = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index): [string, GroupPlan] => [
      `group_${9999 - index}`,
      index === 9999 ? {} : { dependsOn: [`group_${9998 - index}`] },
    ]),
  );
  const simulator = createSimulator(shop({ startedAgo: 0, groups }), {
    now: () => 0,
    uuid: createUuids(),
  });
  expect(
    simulator
      .historyOf(ID)[0]
      ?.builds.slice(1)
      .map(({ group }) => group),
  ).toEqual(Object.keys(groups).toReversed());
});
