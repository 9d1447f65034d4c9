import { countedGroups, type GroupView } from './groups.ts';
import { count, nameSome } from '../text/words.ts';

/** Which build groups of an attempt failed. */
export interface FailedGroups {
  /** Their identifiers. */
  readonly failed: readonly string[];
  /** How many build groups there are. */
  readonly groups: number;
}

/** The failed ones of an attempt's groups. */
export function failedGroupsOf(groups: readonly GroupView[]): FailedGroups {
  return {
    failed: groups.filter((group) => group.failed).map((group) => group.identifier),
    groups: countedGroups(groups).length,
  };
}

/** "2 of 7 build groups failed (lint, unit)"; empty if none did. */
export function describeFailedGroups({ failed, groups }: FailedGroups): string {
  if (failed.length === 0) return '';
  return `${failed.length} of ${count(groups, 'build group')} failed (${nameSome(failed)})`;
}
