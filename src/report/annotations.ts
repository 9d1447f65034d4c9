import { formatCause, type Cause } from '../domain/cause.ts';
import type { Outcome } from '../domain/outcome.ts';
import { formatEnd } from '../domain/status.ts';
import { asSentence } from '../text/as-sentence.ts';
import { count, nameSome } from '../text/plural.ts';
import { LONGEST_MESSAGE, oneLine } from '../text/escape.ts';
import { reasonOf } from './reason.ts';

export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/** Title of the annotation that says why the step failed. */
export const RESULT_TITLE = 'Retry CodeBuild Batch';
/** The runner keeps the first ten of a kind; the first gives the reason. */
const MOST_GROUPS = 9;
const LONGEST_CAUSE = 3000;
const LONGEST_NAME = 200;

/**
 * The error annotations of a step that fails: the reason first, then one for each of the first nine
 * groups that failed. A step that succeeds has none.
 */
export function errorsOf(outcome: Outcome): Annotation[] {
  if (outcome.exitCode === 0) return [];
  const failed = outcome.groups.filter((group) => group.failed);
  const more =
    failed.length > MOST_GROUPS
      ? ` The first ${MOST_GROUPS} of ${failed.length} failed build groups follow.`
      : '';
  return [
    {
      title: RESULT_TITLE,
      message: `${oneLine(reasonOf(outcome), LONGEST_MESSAGE - more.length)}${more}`,
    },
    ...failed.slice(0, MOST_GROUPS).map(({ identifier, status, build, cause }) => {
      const name = oneLine(identifier, LONGEST_NAME);
      const end = oneLine(formatEnd(status), LONGEST_NAME);
      const failure = asSentence(`${name} ${end}${formatWhy(cause)}`);
      return {
        title: name,
        message: oneLine(`${failure} ${build?.consoleUrl ?? ''}`, LONGEST_MESSAGE),
      };
    }),
  ];
}

/** The warning annotations of a step: one for all flaky groups. */
export function warningsOf({ groups }: Outcome): Annotation[] {
  const flaky = groups.filter((group) => group.flaky).map((group) => group.identifier);
  if (flaky.length === 0) return [];
  const message = `${count(flaky.length, 'build group')} failed and then succeeded with the same source: ${nameSome(flaky, 50)}`;
  return [{ title: 'Flaky build groups', message: oneLine(message, LONGEST_MESSAGE) }];
}

/** Phase, code and message: cut, so that a long message leaves room for the link after it. */
function formatWhy(cause: Cause | null): string {
  const text = cause === null ? '' : oneLine(formatCause(cause), LONGEST_CAUSE);
  return text === '' ? '' : ` in ${text}`;
}
