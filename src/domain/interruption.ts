import type { Ending } from './outcome.ts';

/** The reason with which a signal is aborted: the step ends so, whatever it was doing. */
export class Interruption extends Error {
  readonly ending: Ending;

  constructor(ending: Extract<Ending, { kind: 'timed-out' | 'cancelled' }>) {
    super(ending.kind);
    this.name = 'Interruption';
    this.ending = ending;
  }
}
