/** Which calls go wrong, and how. All selectors that are given must hold; with none, every call does. */
export interface FaultRule {
  /** The operation's name, such as `BatchGetBuildBatches`. Default: every operation. */
  readonly operation?: string;
  /** Numbers of the calls (of that operation, or of all) since the simulator began; the first is 1. */
  readonly calls?: readonly number[];
  /** Every n-th call. */
  readonly every?: number;
  /** Seconds since the simulator began, included. */
  readonly from?: number;
  /** Seconds since the simulator began, excluded. */
  readonly until?: number;
  readonly fault: Fault;
}

export type Fault =
  /** The service refuses. Status 400 by default. */
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly status?: number;
    }
  /** Something before the service answers: 502 with an HTML page. Nothing is performed. */
  | { readonly kind: 'html' }
  /** The operation is performed, half of the answer's JSON arrives. */
  | { readonly kind: 'truncated' }
  /** The connection drops and nothing is performed. */
  | { readonly kind: 'reset'; readonly afterSeconds?: number }
  /** The operation is performed, then the connection drops. */
  | { readonly kind: 'lost'; readonly afterSeconds?: number }
  /** The operation is performed and answered late. */
  | { readonly kind: 'slow'; readonly seconds: number };

/** Text as users pasted it from AWS. */
export const THROTTLED: Fault = {
  kind: 'error',
  name: 'ThrottlingException',
  message: 'Rate exceeded',
};

/** Text as users pasted it from AWS. */
export const EXPIRED_TOKEN: Fault = {
  kind: 'error',
  name: 'ExpiredTokenException',
  message: 'The security token included in the request is expired',
};

/** The text is invented. */
export const INTERNAL_FAILURE: Fault = {
  kind: 'error',
  name: 'InternalFailure',
  message: 'An internal error occurred',
  status: 500,
};

/**
 * The refusal of a caller without the right, with the wording that users pasted from AWS.
 *
 * @param right such as `logs:GetLogEvents`; without a service it is one of CodeBuild
 * @param resource ARN of the project, even in calls about batches and builds; in calls about reports of
 *   the report group; in calls about logs of the log stream
 */
export function accessDenied(right: string, resource: string): Fault {
  const action = right.includes(':') ? right : `codebuild:${right}`;
  const caller = 'arn:aws:sts::123456789012:assumed-role/ci/GitHubActions';
  return {
    kind: 'error',
    name: 'AccessDeniedException',
    message:
      `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ` +
      `because no identity-based policy allows the ${action} action`,
  };
}

/**
 * Finds the first rule that a call falls under.
 *
 * @param numberOfOperation number of this call among those of its operation; the first is 1
 * @param numberOfAll number of this call among all calls; the first is 1
 * @param seconds since the simulator began
 */
export function faultFor(
  rules: readonly FaultRule[],
  call: { operation: string; numberOfOperation: number; numberOfAll: number; seconds: number },
): Fault | null {
  const rule = rules.find(({ operation, calls, every, from, until }) => {
    const number = operation === undefined ? call.numberOfAll : call.numberOfOperation;
    return (
      (operation === undefined || operation === call.operation) &&
      (calls?.includes(number) ?? true) &&
      (every === undefined || number % every === 0) &&
      call.seconds >= (from ?? -Infinity) &&
      call.seconds < (until ?? Infinity)
    );
  });
  return rule?.fault ?? null;
}
