import { RETRYABLE_BY_DEFAULT, type Switches } from '../../simulator/domain/switches.ts';
import type { Facts } from './facts.ts';
import { type Finding, formatSeconds, no, NO_RETRY_SEEN, open, whether, yes } from './finding.ts';
import { type BatchView, bodyOf, type Call, isStale, type Purpose } from './recording.ts';

/** What RetryBuildBatch takes, answers and runs. */
export const RETRY_QUESTIONS = {
  newIdOnRetry: ({ before, retried }) => {
    if (before === null || retried === null) return open('no retry was accepted');
    return whether(retried.id !== before.id, {
      yes: 'the retry returned another id',
      no: 'the retry returned the same id',
    });
  },
  retryable: ({ before, retry, retried }) => {
    const status = before?.buildBatchStatus ?? '';
    if (retry === null) return open('no retry was requested');
    const seen = `the retry of a ${status} batch was ${retried === null ? 'rejected' : 'accepted'}`;
    return whether(RETRYABLE_BY_DEFAULT.includes(status) === (retried === null), {
      yes: seen,
      no: seen,
    });
  },
  retryReturnsStaleBatch: ({ before, retried }) => {
    if (before === null || retried === null) return open('no retry was accepted');
    return whether(isStale(retried, before), {
      yes: 'the retry returned the batch as it had ended',
      no: `the retry returned the batch in phase ${retried.currentPhase ?? ''}`,
    });
  },
  retryStartOffsetSeconds: ({ before, retried, fresh: [first] }) => {
    if (first === undefined) return NO_RETRY_SEEN;
    const [answered, shown] = [submittedOn(retried), submittedOn(first.batch)];
    if (answered === null || shown === null || answered === submittedOn(before)) {
      return open('the answer to the retry has no start time of the new attempt');
    }
    return whether(answered !== shown, {
      yes: `the start time of the new attempt was ${formatSeconds((answered - shown) * 1000)} later in the answer to the retry than in a poll`,
      no: 'the answer to the retry and a poll had the same start time of the new attempt',
    });
  },
  retryAndStopAcceptArns: ({ calls }) => {
    const call = callFor('retry-by-arn', calls);
    if (call === undefined) return open('record with --by-arn');
    return whether(call.status === 200, {
      yes: 'RetryBuildBatch accepted an ARN (StopBuildBatch is not recorded)',
      no: `RetryBuildBatch rejected an ARN with ${errorOf(call)} (StopBuildBatch is not recorded)`,
    });
  },
  ignoresTokens: ({ calls }) => {
    const call = callFor('retry-again', calls);
    if (call === undefined) return open('record with --again');
    return whether(call.status !== 200, {
      yes: `the same request with the same token was rejected with ${errorOf(call)}`,
      no: 'the same request with the same token was answered like the first',
    });
  },
  defaultRetryType: (facts) => {
    const { retry, before, end } = facts;
    if (retry === null || 'retryType' in retry.input) return open('record with --retry-type none');
    const succeeded = succeededBefore(facts);
    if (before === null || end === null || succeeded.length === 0) {
      return open(
        'no group had succeeded before the retry, or the end of the new attempt is not recorded',
      );
    }
    return whether(
      succeeded.every((name) => ranAgain(facts, name)),
      {
        yes: 'without retryType, succeeded groups ran again',
        no: 'without retryType, succeeded groups did not run again',
      },
    );
  },
  downloadSourceNotRerun: (facts) => {
    if (facts.retry?.input['retryType'] !== 'RETRY_ALL_BUILDS') {
      return open('record with --retry-type RETRY_ALL_BUILDS');
    }
    if (facts.end === null) return open('the end of the new attempt is not recorded');
    return ranAgain(facts, 'DOWNLOAD_SOURCE')
      ? no('DOWNLOAD_SOURCE ran again')
      : yes('DOWNLOAD_SOURCE did not run again');
  },
  notFoundAsArn: ({ calls }) => {
    const call = callFor('unknown-id', calls);
    const [name] = call === undefined ? [] : (bodyOf(call).buildBatchesNotFound ?? []);
    if (name === undefined) return open('no unknown batch was reported as not found');
    return whether(name.startsWith('arn:'), {
      yes: 'an unknown batch was reported by its ARN',
      no: 'an unknown batch was reported by the id that was requested',
    });
  },
} satisfies Partial<Record<keyof Switches, (facts: Facts) => Finding>>;

function callFor(purpose: Purpose, calls: readonly Call[]): Call | undefined {
  return calls.findLast((call) => call.purpose === purpose);
}

/** When the last attempt in a view was submitted, in seconds; null if it does not say. */
function submittedOn(view: BatchView | null): number | null {
  const submitted = view?.phases?.findLast(({ phaseType }) => phaseType === 'SUBMITTED');
  return submitted?.startTime ?? null;
}

function errorOf({ body }: Call): string {
  return (JSON.parse(body) as { __type?: string }).__type ?? 'an error without a name';
}

function succeededBefore({ before }: Facts): string[] {
  return (before?.buildGroups ?? [])
    .filter(({ identifier, currentBuildSummary: build }) => {
      return identifier !== 'DOWNLOAD_SOURCE' && build?.buildStatus === 'SUCCEEDED';
    })
    .flatMap(({ identifier }) => identifier ?? []);
}

function ranAgain(facts: Facts, identifier: string): boolean {
  return facts.ranAgain.some(({ after }) => after.identifier === identifier);
}
