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

/**
 * How one call goes wrong: what comes back (`kind`), when it begins to, and whether the operation is
 * carried out all the same.
 */
export type Fault = (AnswerSpoiled | AnswerReplaced) & {
  /** Seconds until anything comes back, or until the connection drops. Default 0. */
  readonly afterSeconds?: number;
};

/** The operation is carried out when the call arrives; something happens to its answer. */
export type AnswerSpoiled =
  /** It comes whole, so many seconds late. */
  | { readonly kind: 'slow'; readonly seconds: number }
  /** Half of its JSON comes, as if that were all. */
  | { readonly kind: 'truncated' }
  /** It shows the state of so many seconds ago. For reads: what writes is carried out as ever. */
  | { readonly kind: 'outdated'; readonly seconds: number }
  /** Only how the batch ended (status, completeness, end) is that of so many seconds ago. Of polls. */
  | { readonly kind: 'end-outdated'; readonly seconds: number }
  /** The attempt was submitted so many seconds later than it was. Of polls. */
  | { readonly kind: 'submitted-later'; readonly seconds: number }
  /** The attempt is so many phases further than it is. Of polls. */
  | { readonly kind: 'extra-phases'; readonly phases: number }
  /** It is about another batch (build, report) than the call: each uuid of the request is another. */
  | { readonly kind: 'about-another' }
  /** What was asked for is listed as not found. For BatchGetBuildBatches and BatchGetBuilds. */
  | { readonly kind: 'none-found'; readonly asArn?: boolean };

/** Something else comes back than the answer, or only a part of it. */
export type AnswerReplaced = {
  /**
   * Whether the operation is carried out: when the call arrives, or so many seconds later. Default:
   * it is not, but for `lost`, `stalled` and `dripping`.
   */
  readonly performed?: boolean | { readonly afterSeconds: number };
} & (
  | {
      /** The service refuses. */
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      /** Default 400. */
      readonly status?: number;
      /** The body does not say the error's name. */
      readonly untyped?: boolean;
    }
  /** Something before the service answers with an HTML page. Default: 502. */
  | { readonly kind: 'html'; readonly status?: number }
  /** Any body, also an empty one, as if it were the service's. Default: 200. */
  | { readonly kind: 'text'; readonly body: string; readonly status?: number }
  /** Bytes that are no HTTP. */
  | { readonly kind: 'not-http' }
  /** Headers and so many bytes of the answer (default 40), then silence. Not carried out: of a page. */
  | { readonly kind: 'stalled'; readonly bytes?: number }
  /** The same, and then so many bytes a second (default 1). */
  | { readonly kind: 'dripping'; readonly bytes?: number; readonly bytesPerSecond?: number }
  /** Nothing: the connection stays open. */
  | { readonly kind: 'silent' }
  /** Nothing: the connection drops. `lost`: the operation was carried out before. */
  | { readonly kind: 'reset' | 'lost' }
);

/** Text as users pasted it from AWS. */
export const THROTTLED = {
  kind: 'error',
  name: 'ThrottlingException',
  message: 'Rate exceeded',
} as const satisfies Fault;

/** Text as users pasted it from AWS. */
export const EXPIRED_TOKEN = {
  kind: 'error',
  name: 'ExpiredTokenException',
  message: 'The security token included in the request is expired',
} as const satisfies Fault;

/** Text as users pasted it from AWS, of StartBuild. That RetryBuildBatch answers so is inferred. */
export const ACCOUNT_LIMIT = {
  kind: 'error',
  name: 'AccountLimitExceededException',
  message: 'Cannot have more than 1 builds in queue for the account',
} as const satisfies Fault;

/** The text is invented. */
export const INTERNAL_FAILURE = {
  kind: 'error',
  name: 'InternalFailure',
  message: 'An internal error occurred',
  status: 500,
} as const satisfies Fault;

/**
 * The refusal of a caller without the permission, with the wording that users pasted from AWS.
 *
 * @param permission such as `logs:GetLogEvents`; without a service it is one of CodeBuild
 * @param resource ARN of the project, even in calls about batches and builds; in calls about reports of
 *   the report group; in calls about logs of the log stream
 */
export function accessDenied(permission: string, resource: string): Fault {
  const action = permission.includes(':') ? permission : `codebuild:${permission}`;
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
