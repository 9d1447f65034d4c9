import type { Batch, Moment } from './batch.ts';
import { countedGroups, viewGroups, type GroupView } from './groups.ts';
import type { Past } from './past.ts';
import { isFinal } from './status.ts';

/**
 * The states of a batch's phase and groups as a snapshot showed them, each with the moment of the first
 * snapshot that did; null if the state may have begun before that.
 */
export type Progress = ReadonlyMap<
  string,
  { readonly state: string; readonly since: Moment | null }
>;

/** What a snapshot shows to be otherwise than the one before. */
export type Change =
  | ({ readonly kind: 'phase-changed' } & Transition)
  | ({ readonly kind: 'group-changed'; readonly identifier: string } & Transition)
  | { readonly kind: 'groups-appeared'; readonly groups: readonly GroupView[] };

interface Transition {
  readonly from: string;
  readonly to: string;
  /** Milliseconds in the former state as seen from here; null if its beginning was not seen. */
  readonly lasted: number | null;
}

const PHASE = '';

/**
 * What a snapshot changes, and the progress with it.
 *
 * @param before as the snapshots so far showed it
 * @param past what came before the snapshot
 * @param now when the poll was made, by the clock that only runs forward
 */
export function changesIn(
  before: Progress,
  snapshot: Batch,
  past: Past,
  now: Moment,
): [Progress, Change[]] {
  const next = new Map(before);
  const changes: Change[] = [];
  const appeared = new Set<string>();
  for (const [name, state] of statesOf(snapshot)) {
    const former = before.get(name);
    if (former?.state === state) continue;
    const sawItsBeginning = before.size > 0 && (name === PHASE || !isFinal(state));
    next.set(name, { state, since: sawItsBeginning ? now : null });
    if (former === undefined) {
      if (name !== PHASE) appeared.add(name);
      continue;
    }
    const lasted = former.since === null ? null : now - former.since;
    const transition = { from: former.state, to: state, lasted };
    changes.push(
      name === PHASE
        ? { kind: 'phase-changed', ...transition }
        : { kind: 'group-changed', identifier: name, ...transition },
    );
  }
  if (appeared.size > 0) {
    const groups = countedGroups(viewGroups(snapshot, past)).filter(({ identifier }) =>
      appeared.has(identifier),
    );
    if (groups.length > 0) changes.push({ kind: 'groups-appeared', groups });
  }
  return [next, changes];
}

/** The progress without the batch's phase: the phases of a new attempt follow from none before. */
export function forgetPhase(progress: Progress): Progress {
  return new Map([...progress].filter(([name]) => name !== PHASE));
}

function statesOf(batch: Batch): [string, string][] {
  const groups = batch.groups.map(({ identifier, current }): [string, string] => [
    identifier,
    current?.status ?? 'PENDING',
  ]);
  const phase = batch.phases.at(-1)?.type;
  return phase === undefined ? groups : [...groups, [PHASE, phase]];
}
