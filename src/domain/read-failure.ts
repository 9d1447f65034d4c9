/** Why something optional could not be read. */
export type ReadFailure =
  /** The step ended before. */
  | { readonly kind: 'interrupted' }
  /** The role has no such IAM permission. */
  | { readonly kind: 'denied'; readonly permission: string }
  /** The call failed with this error code. */
  | { readonly kind: 'failed'; readonly permission: string; readonly code: string }
  /** The response has a form that the action does not expect. */
  | { readonly kind: 'not-understood'; readonly permission: string };

/** For a reason of the policy and for the log: without a full stop. */
export function describeReadFailure(failure: ReadFailure): string {
  switch (failure.kind) {
    case 'interrupted':
      return 'the step ended before this could be read';
    case 'denied':
      return `the role is not authorized to perform ${failure.permission}`;
    case 'failed':
      return `${failure.permission} failed (${failure.code})`;
    case 'not-understood':
      return `the response to ${failure.permission} could not be parsed`;
  }
}
