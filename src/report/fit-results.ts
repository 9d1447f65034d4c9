import { cutMiddle } from '../text/cut-middle.ts';
import { formatJson } from '../text/json.ts';
import { count } from '../text/plural.ts';
import type { GroupOutput, Results } from './results.ts';

const MOST_ATTEMPTS = 3;
const MOST_REPORTS = 100;
const SHORT_MESSAGE = 200;

interface Economy {
  readonly what: string;
  /** Gives the same results where there is nothing to give up. */
  readonly of: (results: Results) => Results;
}

/** What is given up first, in this order: never a group, its status or a name. */
const ECONOMIES: readonly Economy[] = [
  ofGroups(
    'logsUrl, consoleUrl and the buildArn of attempts in build-groups',
    ({ consoleUrl, logsUrl, ...group }) => ({
      ...group,
      attempts: group.attempts.map(({ status, requestedOn }) => ({ status, requestedOn })),
    }),
  ),
  ofGroups(`all but the last ${MOST_ATTEMPTS} attempts in build-groups`, (group) =>
    group.attempts.length > MOST_ATTEMPTS
      ? { ...group, attempts: group.attempts.slice(-MOST_ATTEMPTS) }
      : group,
  ),
  ofGroups('the artifacts in build-groups', ({ artifacts, ...group }) => group),
  ofGroups(`the middle of cause messages longer than ${SHORT_MESSAGE} characters`, (group) => {
    const { cause } = group;
    if (cause === null || cause.message.length <= SHORT_MESSAGE) return group;
    return { ...group, cause: { ...cause, message: cutMiddle(cause.message, SHORT_MESSAGE) } };
  }),
  {
    what: 'artifacts',
    of: (results) => (results.artifacts.length === 0 ? results : { ...results, artifacts: [] }),
  },
  ofGroups('dependsOn in build-groups', ({ dependsOn, ...group }) => group),
];

/**
 * Makes results fit, as JSON, into so many UTF-16 code units for all their lists. Each group is
 * written out once for each step at most, and no more of them than fit.
 *
 * @returns what is left, and what was given up
 */
export function fitResults(results: Results, room: number): { kept: Results; givenUp: string[] } {
  const givenUp: string[] = [];
  let kept = results;
  for (const { what, of } of ECONOMIES) {
    if (fits(kept, room)) return { kept, givenUp };
    const less = of(kept);
    if (less !== kept) givenUp.push(what);
    kept = less;
  }
  if (fits(kept, room)) return { kept, givenUp };
  for (const shorten of [fewerGroups, fewerReports, fewerNames]) {
    const { less, what } = shorten(kept, room);
    givenUp.push(...what);
    kept = less;
    if (fits(kept, room)) break;
  }
  return { kept, givenUp };
}

interface Shortened {
  readonly less: Results;
  readonly what: readonly string[];
}

/** Failed groups stay longest, then flaky ones. */
function fewerGroups(results: Results, room: number): Shortened {
  const groups = results['build-groups'];
  const failed = new Set(results['failed-groups']);
  const flaky = new Set(results['flaky-groups']);
  const rank = ({ identifier }: GroupOutput): number =>
    failed.has(identifier) ? 0 : flaky.has(identifier) ? 1 : 2;
  const inOrder = groups.toSorted((a, b) => rank(a) - rank(b));
  const kept = beginning(inOrder, room - lengthOf({ ...results, 'build-groups': [] }));
  const left = inOrder.slice(kept.length);
  const others = left.filter((group) => rank(group) === 2).length;
  return {
    less: { ...results, 'build-groups': kept },
    what: [
      ...countLeft(
        others,
        'build group that neither failed nor is flaky',
        'build groups that neither failed nor are flaky',
      ),
      ...countLeft(
        left.length - others,
        'failed or flaky build group in build-groups',
        'failed or flaky build groups in build-groups',
      ),
    ],
  };
}

function fewerReports(results: Results, room: number): Shortened {
  const arns = results['report-arns'];
  const kept = beginning(arns.slice(0, MOST_REPORTS), room / 2);
  return {
    less: { ...results, 'report-arns': kept },
    what: countLeft(arns.length - kept.length, 'ARN in report-arns', 'ARNs in report-arns'),
  };
}

function fewerNames(results: Results, room: number): Shortened {
  let less: Results = { ...results, 'failed-groups': [], 'flaky-groups': [] };
  const what: string[] = [];
  for (const output of ['failed-groups', 'flaky-groups'] as const) {
    const kept = beginning(results[output], room - lengthOf(less));
    what.push(
      ...countLeft(results[output].length - kept.length, `name in ${output}`, `names in ${output}`),
    );
    less = { ...less, [output]: kept };
  }
  return { less, what };
}

function ofGroups(what: string, of: (group: GroupOutput) => GroupOutput): Economy {
  return {
    what,
    of(results) {
      const groups = results['build-groups'];
      const less = groups.map(of);
      const isSame = less.every((group, index) => group === groups[index]);
      return isSame ? results : { ...results, 'build-groups': less };
    },
  };
}

function countLeft(left: number, one: string, many: string): string[] {
  return left === 0 ? [] : [count(left, one, many)];
}

function listsOf(results: Results): (readonly unknown[])[] {
  return Object.values(results).filter((value) => Array.isArray(value));
}

/** Whether the lists fit: it stops writing them out where they do not. */
function fits(results: Results, room: number): boolean {
  let left = room;
  for (const list of listsOf(results)) {
    left -= 2;
    for (const item of list) {
      left -= jsonLength(item);
      if (left < 0) return false;
    }
  }
  return left >= 0;
}

function lengthOf(results: Results): number {
  const lists = listsOf(results);
  return lists.flat().reduce<number>((sum, item) => sum + jsonLength(item), 2 * lists.length);
}

/** As many as fit of the first items, and none after one that does not. */
function beginning<Item>(items: readonly Item[], room: number): Item[] {
  let left = room;
  const end = items.findIndex((item) => (left -= jsonLength(item)) < 0);
  return items.slice(0, end < 0 ? items.length : end);
}

/** With the comma after it. */
function jsonLength(item: unknown): number {
  return formatJson(item).length + 1;
}
