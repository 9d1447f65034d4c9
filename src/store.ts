import type { RunEvent } from './domain/events.ts';
import { initialState, reduce, type RunState } from './domain/state.ts';

/** Follows the run: an event, the state after it, and the state before. */
export type Listener = (event: RunEvent, state: RunState, before: RunState) => void;

/** Where the run state is. It changes by events alone. */
export interface Store {
  readonly state: () => RunState;
  /** Changes the state, then lets the listener know, before it returns. */
  readonly emit: (event: RunEvent) => void;
}

export function createStore(listener: Listener): Store {
  let state = initialState();
  return {
    state: () => state,
    emit(event) {
      const before = state;
      state = reduce(before, event);
      listener(event, state, before);
    },
  };
}
