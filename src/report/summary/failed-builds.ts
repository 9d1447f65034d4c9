import type { Build } from '../../domain/batch.ts';
import { stateOfAttempt, type GroupView } from '../../domain/groups.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { attemptOf, attemptStarts } from '../../domain/attempt.ts';

/** A failed build, with what a map holds for it. */
export interface FailedBuild<Value> {
  readonly group: GroupView;
  /** Number of its attempt; null if it is unknown. */
  readonly attempt: string | null;
  readonly build: Build;
  readonly value: Value;
}

/**
 * The failed builds of all attempts for which a map has a value.
 *
 * @param values by ARN of the build
 */
export function failedBuilds<Value>(
  { batch, past, groups }: Outcome,
  values: ReadonlyMap<string, Value>,
): FailedBuild<Value>[] {
  const starts = batch === null ? [] : attemptStarts(batch, past.starts);
  return groups.flatMap((group) =>
    group.attempts.flatMap((build) => {
      const value = values.get(build.arn);
      if (value === undefined || stateOfAttempt(group, build) !== 'failed') return [];
      const index = attemptOf(build, starts);
      return [{ group, attempt: index === null ? null : String(index + 1), build, value }];
    }),
  );
}
