/** Why a step ends before its work is done. */
export type InterruptionSource =
  /** The workflow was canceled; the process got this signal. */
  | { readonly kind: 'cancelled'; readonly by: string }
  | { readonly kind: 'timed-out'; readonly timeoutMs: number };

/** The reason with which a signal is aborted: the step ends with it, whatever it was doing. */
export class Interruption extends Error {
  readonly source: InterruptionSource;

  constructor(source: InterruptionSource) {
    super(source.kind);
    this.name = 'Interruption';
    this.source = source;
  }
}
