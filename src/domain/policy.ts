/** What a retry is allowed for. */
export interface RetryRules {
  /** Final batch statuses worth a retry, upper case. */
  readonly retryOn: readonly string[];
  readonly maxRetries: number;
  /** No retry once the batch has had so many attempts, whoever started them; null: no such limit. */
  readonly maxAttempts: number | null;
}

/** How things stand when an attempt has ended badly. */
export interface Standing {
  /** The batch's final status, as CodeBuild gave it. */
  readonly status: string;
  /** Attempts the batch has had, whoever started them. */
  readonly attempts: number;
  /** Retries that this step has started. */
  readonly retries: number;
}

export interface Decision {
  readonly retry: boolean;
  /** Why: a clause that can follow a colon or stand as a sentence of its own. */
  readonly because: string;
}

/** Decides whether an attempt that ended badly is retried, and says why. */
export function decide({ status, attempts, retries }: Standing, rules: RetryRules): Decision {
  const { retryOn, maxRetries, maxAttempts } = rules;
  const no = (because: string): Decision => ({ retry: false, because });
  if (!retryOn.includes(status.toUpperCase())) {
    return no(`${status} is not a status to retry on (retry-on: ${retryOn.join(', ')})`);
  }
  if (maxRetries === 0) return no('this step only watches (max-retries: 0)');
  if (retries >= maxRetries) {
    return no(`no retry is left: ${retries} of ${maxRetries} made (max-retries)`);
  }
  if (maxAttempts !== null && attempts >= maxAttempts) {
    return no(`the batch has had ${attempts} of at most ${maxAttempts} attempts (max-attempts)`);
  }
  return {
    retry: true,
    because: `${status} is a status to retry on, ${retries} of ${maxRetries} retries made`,
  };
}
