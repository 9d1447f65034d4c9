import { countedGroups, type GroupView } from './groups.ts';

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
