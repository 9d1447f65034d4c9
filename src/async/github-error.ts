/**
 * A call to GitHub that failed.
 *
 * - `transient`: a retry may help, and what was asked may have been done: a server error, no response,
 *   a response that is not GitHub's
 * - `rate-limited`: a retry may help; what was asked was not done
 * - `not-permitted`: the token is not authorized, or cannot even see the repository
 * - `rejected`: anything else that GitHub said no to
 */
export class GitHubError extends Error {
  readonly kind: 'transient' | 'rate-limited' | 'not-permitted' | 'rejected';
  /** How long GitHub asks to wait before the next call; 0 if it does not say. */
  readonly retryAfterMs: number;

  /** @param message what GitHub returned, without a period: it stands within a sentence */
  constructor(kind: GitHubError['kind'], message: string, retryAfterMs = 0) {
    super(message);
    this.name = 'GitHubError';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether a further try may have another result. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof GitHubError && (error.kind === 'transient' || error.kind === 'rate-limited')
  );
}

/** Whether a write that failed with this may be done all the same, perhaps later. */
export function mayBeDone(error: unknown): boolean {
  return !(error instanceof GitHubError) || error.kind === 'transient';
}

/** What a call needs of the token. */
export interface Need {
  /** What the token must be authorized to do, after "to". */
  readonly what: string;
  /** The permission of the job that allows it, as a workflow has it. */
  readonly permission: string;
}

/** Why something could not be written, without a period: it stands within a sentence. */
export function explain(error: unknown, { what, permission }: Need): string {
  if (!(error instanceof GitHubError)) return String(error);
  if (error.kind === 'rate-limited') return `a GitHub rate limit was reached (${error.message})`;
  if (error.kind !== 'not-permitted') return error.message;
  return `the token is not authorized to ${what} (${error.message}). Add "${permission}" to the permissions of the job, or set github-token to an authorized token`;
}
