import { expect, test } from '@jest/globals';
import type { Batch, Build, BuildDetails, BuildGroup } from '../../src/domain/batch.ts';
import { estimateEnd, estimateFirstEnd } from '../../src/domain/estimate.ts';
import type { Past } from '../../src/domain/past.ts';
import {
  aBatch,
  aFailedBatch,
  aFailedBuild,
  aGroup,
  aPast,
  aRetriedBatch,
  afterRetryOf,
  at,
  SECOND,
} from '../support/batches.ts';

/** A group with a build of the second attempt, requested at 210 s by default. */
function running(identifier: string, build: Partial<Build> = {}): BuildGroup {
  return aGroup(identifier, 'IN_PROGRESS', {
    build: { id: `${identifier}-2`, requestedOn: at(210), ...build },
  });
}

/** Of the first attempt: requested at 10 s, over at 100 s. */
const unit = aGroup('unit', 'FAILED');
const browser = aGroup('browser', 'FAILED');
const lint = aGroup('lint');
/** `unit` ran for 80 s, `browser` for 50 s. */
const BUILDS = new Map(
  [aFailedBuild(), aFailedBuild({ id: 'browser-1', endedOn: at(60) })].map((build) => [
    build.arn,
    build,
  ]),
);
const WITHOUT_TIMES = new Map(
  [aFailedBuild({ startedOn: null, endedOn: null })].map((build) => [build.arn, build]),
);

const expectedOf = (
  now: BuildGroup[],
  before: Batch | null,
  builds: ReadonlyMap<string, BuildDetails> = BUILDS,
): number | null =>
  estimateEnd(
    aRetriedBatch({ groups: now }),
    aPast({ attempts: before === null ? [] : [aBatch(), before] }),
    builds,
  );

const failed = (...groups: BuildGroup[]): Batch => aFailedBatch({ groups });

test.each<[string, BuildGroup[], Batch, number]>([
  ['the one build', [running('unit')], failed(unit), 290],
  [
    'the build that ends last',
    [running('unit'), running('browser', { requestedOn: at(250) })],
    failed(unit, browser),
    300,
  ],
  [
    'the build that ends last, although it is not listed last',
    [running('unit'), running('browser')],
    failed(unit, browser),
    290,
  ],
  ['what still runs', [aGroup('unit'), running('browser')], failed(unit, browser), 260],
  ['what runs, not what was kept', [lint, running('unit')], failed(lint, unit), 290],
  [
    'a build that was expected to be over by now',
    [running('unit', { requestedOn: at(-500) })],
    failed(unit),
    -420,
  ],
])('the expected end is that of %s', (_, now, before, seconds) => {
  expect(expectedOf(now, before)).toBe(at(seconds));
});

test.each<[string, BuildGroup, ReadonlyMap<string, BuildDetails>]>([
  ['succeeded, so that it was not read', lint, BUILDS],
  ['could not be read', unit, new Map<string, BuildDetails>()],
  ['was read, but without its times', unit, WITHOUT_TIMES],
])('a build takes until the end of the attempt where the build before %s', (_, before, builds) => {
  expect(expectedOf([running(before.identifier)], failed(before), builds)).toBe(at(300));
});

test.each<[string, BuildGroup[], Batch | null]>([
  ['there was no attempt before', [running('unit')], null],
  ['no group is listed', [], failed(unit)],
  ['no build runs', [unit, lint], failed(unit, lint)],
  ['a build waits', [running('unit'), aGroup('browser', 'PENDING')], failed(unit, browser)],
  [
    'a build has an unknown status',
    [running('unit'), aGroup('browser', 'INITIALIZED')],
    failed(unit, browser),
  ],
  ['a group has no build yet', [aGroup('unit', '', { current: null })], failed(unit)],
  ['a build runs since an unknown time', [running('unit', { requestedOn: null })], failed(unit)],
  ['a group is new', [running('unit'), running('more')], failed(unit)],
  ['a group had no build before', [running('unit')], failed(aGroup('unit', '', { current: null }))],
  ['a build never ran before', [running('unit')], failed(aGroup('unit', 'STOPPED'))],
  ['a build timed out before', [running('unit')], failed(aGroup('unit', 'TIMED_OUT'))],
  ['a build ended in a fault before', [running('unit')], failed(aGroup('unit', 'FAULT'))],
  ['the end of the attempt before is unknown', [running('lint')], aBatch({ groups: [lint] })],
  [
    'the build before began at an unknown time',
    [running('lint')],
    failed(aGroup('lint', 'SUCCEEDED', { build: { requestedOn: null } })),
  ],
])('the expected end is unknown where %s', (_, now, before) => {
  expect(expectedOf(now, before)).toBeNull();
});

test.each<[string, Batch, Past, number | null, number | null]>([
  ['as long as first attempts take', aBatch(), aPast(), 60, 60],
  ['unknown without earlier batches', aBatch(), aPast(), null, null],
  ['unknown of a second attempt', aRetriedBatch(), aPast(), 60, null],
  ['unknown after an attempt that was seen', aBatch(), afterRetryOf(aFailedBatch()), 60, null],
  ['unknown where nothing says when it began', aBatch({ phases: [] }), aPast(), 60, null],
])('the end of a first attempt is %s', (_, snapshot, past, usual, expected) => {
  const usualMs = usual === null ? null : usual * SECOND;
  const end = expected === null ? null : at(expected);
  expect(estimateFirstEnd(snapshot, past, usualMs)).toBe(end);
});
