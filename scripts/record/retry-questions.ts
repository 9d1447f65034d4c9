import { RETRIABLE_BY_DEFAULT, type Switches } from '../../simulator/domain/switches.ts';
import type { Facts } from './facts.ts';
import { type Finding, formatSeconds, no, NO_RETRY_SEEN, open, whether, yes } from './finding.ts';
import { type BatchView, bodyOf, type Call, isStale, type Purpose } from './recording.ts';

/** What RetryBuildBatch takes, answers and runs. */
export const RETRY_QUESTIONS = {
  newIdOnRetry: ({ before, retried }) => {
    if (before === null || retried === null) return open('no retry was taken');
    return whether(retried.id !== before.id, {
      yes: 'the retry was answered with another id',
      no: 'the retry was answered with the same id',
    });
  },
  retriable: ({ before, retry, retried }) => {
    const status = before?.buildBatchStatus ?? '';
    if (retry === null) return open('no retry was asked for');
    const seen = `a batch in ${status} was ${retried === null ? 'refused' : 'taken'}`;
    return whether(RETRIABLE_BY_DEFAULT.includes(status) === (retried === null), {
      yes: seen,
      no: seen,
    });
  },
  retryAnswersOldView: ({ before, retried }) => {
    if (before === null || retried === null) return open('no retry was taken');
    return whether(isStale(retried, before), {
      yes: 'the retry was answered with the batch as it had ended',
      no: `the retry was answered with the batch in ${retried.currentPhase ?? ''}`,
    });
  },
  retryAnswerSecondsLater: ({ before, retried, fresh: [first] }) => {
    if (first === undefined) return NO_RETRY_SEEN;
    const [answered, shown] = [submittedOn(retried), submittedOn(first.batch)];
    if (answered === null || shown === null || answered === submittedOn(before)) {
      return open('the answer to the retry does not tell when the new attempt was submitted');
    }
    return whether(answered !== shown, {
      yes: `the answer to the retry told a submission ${formatSeconds((answered - shown) * 1000)} later than a look`,
      no: 'the answer to the retry told the same time of submission as a look',
    });
  },
  retryAndStopTakeArns: ({ calls }) => {
    const call = callFor('retry-by-arn', calls);
    if (call === undefined) return open('record with --by-arn');
    return whether(call.status === 200, {
      yes: 'RetryBuildBatch took an ARN (StopBuildBatch is not recorded)',
      no: `RetryBuildBatch refused an ARN with ${errorOf(call)} (StopBuildBatch is not recorded)`,
    });
  },
  forgetsTokens: ({ calls }) => {
    const call = callFor('retry-again', calls);
    if (call === undefined) return open('record with --again');
    return whether(call.status !== 200, {
      yes: `the same request with the same token was refused with ${errorOf(call)}`,
      no: 'the same request with the same token was answered as the first',
    });
  },
  defaultRetryType: (facts) => {
    const { retry, before, end } = facts;
    if (retry === null || 'retryType' in retry.input) return open('record with --retry-type none');
    const succeeded = succeededBefore(facts);
    if (before === null || end === null || succeeded.length === 0) {
      return open('no group had succeeded before, or the end of the new attempt is not recorded');
    }
    return whether(
      succeeded.every((name) => ranAgain(facts, name)),
      {
        yes: 'without retryType the groups that had succeeded ran again',
        no: 'without retryType the groups that had succeeded did not run again',
      },
    );
  },
  downloadSourceNotRunAgain: (facts) => {
    if (facts.retry?.input['retryType'] !== 'RETRY_ALL_BUILDS') {
      return open('record with --retry-type RETRY_ALL_BUILDS');
    }
    if (facts.end === null) return open('the end of the new attempt is not recorded');
    return ranAgain(facts, 'DOWNLOAD_SOURCE')
      ? no('DOWNLOAD_SOURCE ran again')
      : yes('DOWNLOAD_SOURCE kept its build');
  },
  notFoundAsArn: ({ calls }) => {
    const call = callFor('unknown-id', calls);
    const [name] = call === undefined ? [] : (bodyOf(call).buildBatchesNotFound ?? []);
    if (name === undefined) return open('no unknown batch was listed as not found');
    return whether(name.startsWith('arn:'), {
      yes: 'an unknown batch was listed by an ARN',
      no: 'an unknown batch was listed as it was asked for',
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
