import { expect, it } from '@jest/globals';
import type { Batch, Build } from '../../src/domain/batch.ts';
import { NO_PAST, pastAfter, type Past } from '../../src/domain/past.ts';
import { aBuild, aFailedBatch, aGroup, at, phases } from '../support/batches.ts';

const ATTEMPTS = 20;
const NOT_RETRIED = { retried: null, everyGroupRuns: false };

/** The n-th attempt of one group: its snapshot lists the builds of all attempts before, as copies of their own. */
function attempt(number: number): Batch {
  const build = (of: number): Build =>
    aBuild({ id: `unit-${of}`, status: 'FAILED', requestedOn: at(of * 100 + 10) });
  return aFailedBatch({
    phases: phases(['SUBMITTED', number * 100], ['FAILED', number * 100 + 90]),
    groups: [
      aGroup('unit', 'FAILED', {
        build: build(number),
        prior: Array.from({ length: number }, (_, index) => build(index)),
      }),
    ],
  });
}

function buildsIn({ builds }: Past): string[] {
  return [...builds.values()].flatMap((ofGroup) => [...ofGroup.keys()]);
}

it('keeps each build once, however many snapshots list it, and one whole snapshot', () => {
  const attempts = Array.from({ length: ATTEMPTS }, (_, number) => attempt(number));
  const past = attempts.reduce<Past>(
    (before, former) => pastAfter(before, former, NOT_RETRIED),
    NO_PAST,
  );
  expect(buildsIn(past)).toEqual(attempts.map((_, number) => aBuild({ id: `unit-${number}` }).arn));
  expect(past.starts).toEqual(attempts.map((_, number) => at(number * 100)));
  expect(past.previous).toBe(attempts.at(-1));
});

it('takes the newest word on a build, and no build that has not ended', () => {
  const seen = [aGroup('unit', 'STOPPED'), aGroup('lint', 'IN_PROGRESS')];
  const later = aGroup('unit', 'FAILED', {
    build: { id: 'unit-2' },
    prior: [aBuild({ id: 'unit-1' })],
  });
  const first = pastAfter(NO_PAST, aFailedBatch({ groups: seen }), NOT_RETRIED);
  const second = pastAfter(first, aFailedBatch({ groups: [later] }), NOT_RETRIED);
  const statuses = (past: Past, group: string): string[] =>
    [...(past.builds.get(group)?.values() ?? [])].map(({ status }) => status);
  expect(statuses(first, 'unit')).toEqual(['STOPPED']);
  expect(statuses(second, 'unit')).toEqual(['SUCCEEDED', 'FAILED']);
  expect(statuses(second, 'lint')).toEqual([]);
});

it('says what the latest retry was, and changes nothing of what it follows', () => {
  const retried = attempt(0);
  const past = pastAfter(NO_PAST, retried, { retried, everyGroupRuns: true });
  expect(past).toMatchObject({ retried, everyGroupRuns: true });
  expect(NO_PAST.builds.size).toBe(0);
});
