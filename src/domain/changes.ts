import type { Batch, Moment } from './batch.ts';
import type { RunEvent } from './events.ts';
import { isCounted } from './groups.ts';
import { isFinal } from './status.ts';

/**
 * The states of a batch's phase and groups as a snapshot showed them, each with the moment of the first
 * snapshot that did; null if the state may have begun before that.
 */
export type Progress = ReadonlyMap<
  string,
  { readonly state: string; readonly since: Moment | null }
>;

const PHASE = '';

/**
 * What a snapshot changes: one event for each change.
 *
 * @param before as the snapshots so far showed it
 * @param now when the poll was made, by the clock that only runs forward
 */
export function changesIn(before: Progress, snapshot: Batch, now: Moment): [Progress, RunEvent[]] {
  const next = new Map(before);
  const events: RunEvent[] = [];
  const appeared: string[] = [];
  for (const [name, state] of statesOf(snapshot)) {
    const former = before.get(name);
    if (former?.state === state) continue;
    const sawItsBeginning = before.size > 0 && (name === PHASE || !isFinal(state));
    next.set(name, { state, since: sawItsBeginning ? now : null });
    if (former === undefined) {
      if (name !== PHASE && isCounted(name, state)) appeared.push(state);
      continue;
    }
    const lasted = former.since === null ? null : now - former.since;
    const change = { from: former.state, to: state, lasted };
    events.push(
      name === PHASE
        ? { kind: 'phase-changed', ...change }
        : { kind: 'group-changed', identifier: name, ...change },
    );
  }
  if (appeared.length > 0) events.push({ kind: 'groups-appeared', statuses: appeared });
  return [next, events];
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
