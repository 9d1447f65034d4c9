import { isRoleArn } from './aws/arn.ts';
import { isBatchId } from './aws/batch-reference.ts';
import { isRegion } from './aws/partition.ts';
import {
  NAMING_INPUTS,
  type BatchEnd,
  type NamedGroups,
  type StatusOwner,
  type StepResult,
  type UnwrittenStatus,
} from './commit-status/status.ts';
import type { OwnedAttempt } from './domain/attempt.ts';
import type { CauseText } from './domain/cause.ts';
import type { Failure } from './domain/failure.ts';
import { isCommitId, isNamePart, type Repository } from './domain/repository.ts';
import { isWebUrl } from './text/is-web-url.ts';
import { anyOf, arrayOf, object, oneOf, parseJson, when, type Form } from './text/json.ts';

// The step saves these values for its post step. What is read is not trusted: it goes into requests, or
// decides whether one is made.

/** The attempt that is to be stopped if the step ends before it. */
export const STARTED_ATTEMPT = 'started-attempt';
/** A commit status that is to be written if the step does not. */
export const UNWRITTEN_STATUS = 'unwritten-status';

/** What was saved; null: nothing; `damaged`: something that is not of the form. */
export type Saved<Value> = Value | 'damaged' | null;

/** Reads the saved attempt. */
export function parseOwnedAttempt(text: string): Saved<OwnedAttempt> {
  return parse(text, OWNED_ATTEMPT);
}

/** Reads the saved commit status. */
export function parseUnwrittenStatus(text: string): Saved<UnwrittenStatus & StatusOwner> {
  return parse(text, STATUS);
}

function parse<Value>(text: string, form: Form<Value>): Saved<Value> {
  return text === '' || text === 'null' ? null : (parseJson(text, form) ?? 'damaged');
}

const LONGEST_TEXT = 2000;
const MOST_NAMES = 10;

const BATCH_ID = textThat(isBatchId);
const REGION = textThat(isRegion);
const MOMENT = numberThat((number) => Number.isFinite(number));

const OWNED_ATTEMPT: Form<OwnedAttempt> = object({
  batchId: BATCH_ID,
  region: REGION,
  roleToAssume: orNull(textThat(isRoleArn)),
  retriesBefore: numberThat((number) => Number.isSafeInteger(number) && number >= -1),
  submittedBefore: orNull(MOMENT),
  submittedOn: orNull(MOMENT),
  request: orNull(object({ sentOn: MOMENT, endsOn: MOMENT })),
});

const TEXT = textThat(() => true);
const COUNT = numberThat((number) => Number.isSafeInteger(number) && number >= 0);
const DURATION = numberThat((number) => Number.isFinite(number) && number >= 0);
const BOOLEAN = when((value) => typeof value === 'boolean');
const REPOSITORY_PART = textThat(isNamePart);

const GROUPS: Form<NamedGroups> = object({ names: arrayOf(TEXT, MOST_NAMES), count: COUNT });

const FAILURE: Form<Failure> = object({
  group: orNull(TEXT),
  cause: orNull(object<CauseText>({ phase: TEXT, code: TEXT, message: TEXT })),
  matchedLogText: orNull(TEXT),
  failed: COUNT,
  groups: COUNT,
});

const BATCH_END: Form<BatchEnd> = anyOf<BatchEnd>(
  object({ kind: oneOf('stopped', 'may-still-run') }),
  object({ kind: oneOf('ended'), status: TEXT }),
);

const ATTEMPTS = { attempt: COUNT, retries: COUNT };

const STEP_RESULT: Form<StepResult> = anyOf<StepResult>(
  object({ kind: oneOf('succeeded'), ...ATTEMPTS, flaky: GROUPS, failsStep: BOOLEAN }),
  object({
    kind: oneOf('failed'),
    ...ATTEMPTS,
    batchStatus: TEXT,
    failure: FAILURE,
  }),
  object({ kind: oneOf('retry-rejected'), message: TEXT, failure: FAILURE }),
  object({ kind: oneOf('timed-out'), timeoutMs: DURATION, batchEnd: BATCH_END }),
  object({ kind: oneOf('canceled', 'error', 'killed'), batchEnd: BATCH_END }),
  object({ kind: oneOf('never-seen', 'gone') }),
);

const STATUS: Form<UnwrittenStatus & StatusOwner> = object({
  repository: object<Repository>({ owner: REPOSITORY_PART, name: REPOSITORY_PART }),
  commit: textThat(isCommitId),
  batchId: BATCH_ID,
  region: REGION,
  context: orNull(TEXT),
  targetUrl: textThat(isWebUrl),
  result: STEP_RESULT,
  written: BOOLEAN,
  runId: matching(/^\d+$/),
  input: oneOf(...NAMING_INPUTS),
  value: textThat((text) => text !== ''),
});

function orNull<Value>(form: Form<Value>): Form<Value | null> {
  return (value) => (value === null ? null : form(value));
}

function matching(pattern: RegExp): Form<string> {
  return textThat((text) => pattern.test(text));
}

function textThat(isOfForm: (text: string) => boolean): Form<string> {
  return when(
    (value): value is string =>
      typeof value === 'string' && value.length <= LONGEST_TEXT && isOfForm(value),
  );
}

function numberThat(isOfForm: (number: number) => boolean): Form<number> {
  return when((value): value is number => typeof value === 'number' && isOfForm(value));
}
