import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BuildGroup } from '../../src/domain/batch.ts';
import type { RunState } from '../../src/domain/state.ts';
import { OUTPUT_NAMES, outputsOf } from '../../src/report/outputs.ts';
import { resultsOf, type Results } from '../../src/report/results.ts';
import {
  aBuild,
  aGroup,
  anArtifact,
  anOutcome,
  aRecoveredBatch,
  at,
  NOT_RETRIED,
  FILES,
} from '../support/batches.ts';
import { buildsByArn, someDetails } from '../support/build-details.ts';
import { randomRuns } from '../support/random-runs.ts';

const LIMIT = 500_000;
const DELIMITER = 'ghadelimiter_00000000-0000-0000-0000-000000000000';

/** Mostly small, now and then as large as is taken. */
const upTo = (most: number): fc.Arbitrary<number> =>
  fc.oneof(fc.nat(Math.ceil(most / 100)), fc.nat(Math.ceil(most / 10)), fc.nat(most));

/** The most of anything over all groups: many times what fits. More would only take time. */
const MOST_IN_ALL = 100_000;

/** How much there is of everything, over all groups, and how long names and texts are. */
const sizes = fc.record({
  groups: upTo(10_000),
  attempts: upTo(40),
  artifacts: upTo(13),
  dependencies: upTo(300),
  reports: upTo(5000),
  name: upTo(128),
  location: upTo(1000),
  message: upTo(5000),
  letter: fc.constantFrom('x', '日', '"', '\n', '🎉', '\ud83d'),
  status: fc.array(fc.constantFrom('FAILED', 'SUCCEEDED', 'FLAKY', 'STOPPED', 'INITIALIZED'), {
    minLength: 1,
    maxLength: 9,
  }),
});
type Sizes = typeof sizes extends fc.Arbitrary<infer T> ? T : never;

/** What stays alike from group to group is made once: it is the outputs that are to be large here. */
function stateOf(size: Sizes): Partial<RunState> {
  const times = (length: number, text = size.letter): string => text.repeat(length);
  const mostOfEach = Math.ceil(MOST_IN_ALL / size.groups);
  const eachHas = (number: number): number => Math.min(number, mostOfEach);
  const dependsOn = Array.from(
    { length: eachHas(size.dependencies) },
    (_, n) => `${times(size.name)}${n}`,
  );
  const location = times(size.location);
  const artifacts = Array.from({ length: size.artifacts }, () =>
    anArtifact({ location, uri: location }),
  );
  const prior = Array.from({ length: eachHas(size.attempts) }, (_, n) =>
    aBuild({ id: `b${n}`, status: 'FAILED', requestedOn: at(n) }),
  );
  const steady = prior.map((build) => ({ ...build, status: 'STOPPED' }));
  const groups = Array.from({ length: size.groups }, (_, n): BuildGroup => {
    const status = size.status[n % size.status.length] ?? '';
    return aGroup(`${times(size.name)}${n}`, status === 'FLAKY' ? 'SUCCEEDED' : status, {
      dependsOn,
      build: { id: `l${n}`, requestedOn: at(1000), artifacts },
      prior: status === 'FLAKY' ? prior : steady,
    });
  });
  const details = someDetails('l0', { message: times(size.message) });
  return {
    batch: aRecoveredBatch({
      status: 'FAILED',
      groups,
      reportArns: Array.from({ length: size.reports }, (_, n) => `arn:aws:codebuild:report/${n}`),
    }),
    builds: buildsByArn(...groups.map(({ current }) => ({ ...details, arn: current?.arn ?? '' }))),
  };
}

/** Which of the contract's economies, in its order, the outputs show. */
function economiesOf(results: Results, outputs: Record<string, string>): boolean[] {
  const list = <Item>(name: string): Item[] => JSON.parse(outputs[name] ?? '') as Item[];
  const all = results['build-groups'];
  const written = list<(typeof all)[number]>('build-groups');
  const fewer = (name: 'failed-groups' | 'flaky-groups' | 'artifacts' | 'report-arns'): boolean =>
    list(name).length < results[name].length;
  const named = new Set(
    [...results['failed-groups'], ...results['flaky-groups']].map((name) => name.toWellFormed()),
  );
  const writtenNamed = written.filter(({ identifier }) => named.has(identifier)).length;
  const lacks = (member: 'logsUrl' | 'artifacts' | 'dependsOn'): boolean =>
    written.some((group) => group[member] === undefined);
  return [
    lacks('logsUrl'),
    lacks('artifacts'),
    fewer('artifacts'),
    lacks('dependsOn'),
    written.length - writtenNamed < all.length - named.size,
    writtenNamed < named.size,
    fewer('report-arns'),
    fewer('failed-groups') || fewer('flaky-groups'),
  ];
}

test('the outputs keep their limit at any size, and give up in the order that is promised', () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const outcome = anOutcome(NOT_RETRIED, stateOf(size));
      const results = resultsOf(outcome);
      const { outputs, givenUp } = outputsOf(results, FILES);
      const total = Object.entries(outputs).reduce(
        (sum, [name, value]) => sum + `${name}<<${DELIMITER}\n${value}\n${DELIMITER}\n`.length,
        0,
      );
      expect(Object.keys(outputs)).toEqual([...OUTPUT_NAMES]);
      expect(total).toBeLessThan(LIMIT);

      // Whole groups, failed ones first where some are given up; in the order of the batch where not.
      const groups = JSON.parse(outputs['build-groups']) as {
        identifier: string;
        status: string;
      }[];
      const failed = new Set(results['failed-groups'].map((name) => name.toWellFormed()));
      const inFull = new Set(
        results['build-groups'].map(({ identifier }) => identifier.toWellFormed()),
      );
      expect(groups.every(({ identifier }) => inFull.has(identifier))).toBe(true);
      if (groups.length < inFull.size) {
        const marks = groups.map(({ identifier }) => failed.has(identifier));
        expect(marks).toEqual(marks.toSorted((a, b) => Number(b) - Number(a)));
      } else {
        expect(groups.map(({ identifier }) => identifier)).toEqual([...inFull]);
      }

      const economies = economiesOf(results, outputs);
      const last = economies.lastIndexOf(true);
      expect(givenUp.length > 0).toBe(last >= 0);
      // Whatever was given up before the last economy was given up as far as it was there. With no group
      // left its members cannot be seen to lack.
      const members = groups.length > 0;
      const named = failed.size + results['flaky-groups'].length;
      const wasThere = [
        members,
        members,
        results.artifacts.length > 0,
        members,
        inFull.size > named,
        named > 0,
        results['report-arns'].length > 100,
      ];
      wasThere.slice(0, Math.max(0, last)).forEach((is, index) => {
        expect([index, economies[index]]).toEqual([index, is]);
      });
    }),
    randomRuns(1 / 40),
  );
}, 3_600_000);
