import type { Batch, Moment } from './batch.ts';
import { isCounted } from './groups.ts';
import { isFinal } from './status.ts';
import type { RunEvent } from './events.ts';

/** The states last told, each with the moment it was first seen; null if that is not its beginning. */
export type Progress = ReadonlyMap<
  string,
  { readonly state: string; readonly since: Moment | null }
>;

const PHASE = '';

/**
 * What a look changed against what was told before: one event for each change, none otherwise.
 *
 * @param now when the look was taken, by the clock that only runs forward
 */
export function changesIn(told: Progress, snapshot: Batch, now: Moment): [Progress, RunEvent[]] {
  const next = new Map(told);
  const events: RunEvent[] = [];
  const appeared: string[] = [];
  for (const [name, state] of statesOf(snapshot)) {
    const before = told.get(name);
    if (before?.state === state) continue;
    const sawItsBeginning = told.size > 0 && (name === PHASE || !isFinal(state));
    next.set(name, { state, since: sawItsBeginning ? now : null });
    if (before === undefined) {
      if (name !== PHASE && isCounted(name, state)) appeared.push(state);
      continue;
    }
    const lasted = before.since === null ? null : now - before.since;
    const change = { from: before.state, to: state, lasted };
    events.push(
      name === PHASE
        ? { kind: 'phase-changed', ...change }
        : { kind: 'group-changed', identifier: name, ...change },
    );
  }
  if (appeared.length > 0) events.push({ kind: 'groups-appeared', statuses: appeared });
  return [next, events];
}

/** Forgets the batch's phase: a new attempt begins its own line of phases. */
export function forgetPhase(told: Progress): Progress {
  return new Map([...told].filter(([name]) => name !== PHASE));
}

function statesOf(batch: Batch): [string, string][] {
  const groups = batch.groups.map(({ identifier, current }): [string, string] => [
    identifier,
    current?.status ?? 'PENDING',
  ]);
  const phase = batch.phases.at(-1)?.type;
  return phase === undefined ? groups : [...groups, [PHASE, phase]];
}
