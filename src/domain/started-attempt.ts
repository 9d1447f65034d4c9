import type { Batch, Moment } from './batch.ts';
import { membersKept } from './kept.ts';
import { retriesShown, submittedOn, TIMES_DIFFER_BY } from './status.ts';

/**
 * An attempt that this step started, or is about to: what must be remembered to stop it, and to stop
 * nothing else. Plain data: it may outlive the process.
 */
export interface StartedAttempt {
  readonly batchId: string;
  readonly region: string;
  /** Retries that the batch had shown before this one. */
  readonly retriesBefore: number;
  /** When the attempt before it was submitted; null if CodeBuild did not say. */
  readonly submittedBefore: Moment | null;
  /** When it was submitted; null until CodeBuild has said so. */
  readonly submittedOn: Moment | null;
}

/**
 * Describes the attempt that follows a finished one.
 *
 * @param answer what RetryBuildBatch answered; null while it has not
 */
export function describeStarted(
  retried: Batch,
  answer: Batch | null,
  region: string,
): StartedAttempt {
  const hasNewId = answer !== null && answer.id !== retried.id;
  return {
    batchId: answer?.id ?? retried.id,
    region,
    retriesBefore: hasNewId ? -1 : retriesShown(retried),
    submittedBefore: submittedOn(retried),
    submittedOn: answer === null ? null : submittedOn(answer),
  };
}

/** Whether a look shows an attempt after ours: someone else's, which must not be stopped. */
export function showsLaterAttempt(look: Batch, ours: StartedAttempt): boolean {
  if (retriesShown(look) > ours.retriesBefore + 1) return true;
  const shown = submittedOn(look);
  return shown !== null && ours.submittedOn !== null && shown > ours.submittedOn + TIMES_DIFFER_BY;
}

/** Whether a look shows our attempt, or one after it, and not only the attempt before. */
export function showsAttempt(look: Batch, ours: StartedAttempt): boolean {
  if (retriesShown(look) > ours.retriesBefore) return true;
  const shown = submittedOn(look);
  if (shown === null) return false;
  return ours.submittedOn === null
    ? ours.submittedBefore !== null && shown > ours.submittedBefore
    : shown >= ours.submittedOn - TIMES_DIFFER_BY;
}

/** Reads what an earlier process remembered; null if that is nothing, or not of this form. */
export function parseStarted(text: string): StartedAttempt | null {
  const {
    batchId,
    region,
    retriesBefore,
    submittedBefore,
    submittedOn: submitted,
  } = membersKept(text);
  if (typeof batchId !== 'string' || typeof region !== 'string') return null;
  if (typeof retriesBefore !== 'number') return null;
  if (!isMoment(submittedBefore) || !isMoment(submitted)) return null;
  return { batchId, region, retriesBefore, submittedBefore, submittedOn: submitted };
}

function isMoment(value: unknown): value is Moment | null {
  return typeof value === 'number' || value === null;
}
