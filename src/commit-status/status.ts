import { parseMembers, membersOf } from '../text/json.ts';

/** A repository of the GitHub server that this run belongs to. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
}

/** The word of a commit status, as GitHub's REST API takes it. */
export type StatusState = 'pending' | 'success' | 'failure' | 'error';

/** What a commit status says. */
export interface StatusText {
  readonly state: StatusState;
  /** At most 140 characters. */
  readonly description: string;
}

/** Where a commit status stands: GitHub shows the newest of each context. */
export interface StatusPlace {
  readonly repository: Repository;
  /** The full id of a commit. */
  readonly commit: string;
  readonly context: string;
}

/** A commit status that is to be written. */
export interface CommitStatus extends StatusPlace, StatusText {
  /** The web page that it leads to. */
  readonly targetUrl: string;
}

/**
 * A commit status that the post step writes if the step does not. Plain data without a secret: it
 * outlives the process.
 */
export interface UnwrittenStatus extends Omit<CommitStatus, 'context'> {
  /** Null: it is not looked up yet. */
  readonly context: string | null;
  /** The batch and its region: the context is looked up by them. */
  readonly batchId: string;
  readonly region: string;
}

/** Tells a post step that has its own inputs from one that has its parent's. */
export interface StatusOwner {
  /** GITHUB_RUN_ID of the workflow run. */
  readonly runId: string;
  /** The input that names the batch, and its value. */
  readonly input: (typeof NAMING_INPUTS)[number];
  readonly value: string;
}

/** The inputs that name a batch: exactly one of them is set. */
export const NAMING_INPUTS = ['batch-id', 'project-name'] as const;

/** A status that a commit carries already. */
export interface ForeignStatus {
  readonly context: string;
  /** Null if it leads nowhere. */
  readonly targetUrl: string | null;
}

/**
 * Why GitHub did not do what it was asked.
 *
 * - `transient`: a retry may help, and what was asked may have been done: a server error, no answer,
 *   an answer that is not GitHub's
 * - `limited`: a rate limit. A retry may help; what was asked was not done
 * - `not-permitted`: the token may not do it, or may not even see the repository
 * - `refused`: anything else that GitHub said no to
 */
export class GitHubError extends Error {
  readonly kind: 'transient' | 'limited' | 'not-permitted' | 'refused';
  /** Milliseconds that GitHub asks to wait before the next call; 0 if it does not say. */
  readonly retryAfter: number;

  /** @param clause what GitHub answered, to stand within a sentence */
  constructor(kind: GitHubError['kind'], clause: string, retryAfter = 0) {
    super(clause);
    this.name = 'GitHubFailure';
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

/** Whether a source version is the full id of a commit (SHA-1 or SHA-256). */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);
}

/** What each saved text must be: it goes into a request, or decides whether one is made. */
const FORMS = {
  owner: isRepositoryPart,
  name: isRepositoryPart,
  commit: isCommitId,
  description: (text: string) => text.length <= 140,
  targetUrl: (text: string) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
  batchId: (text: string) => /^[\w-]+:\S+$/.test(text),
  region: (text: string) => /^[a-z0-9-]+$/.test(text),
  runId: (text: string) => /^\d+$/.test(text),
  value: (text: string) => text !== '',
};
const LONGEST_TEXT = 2000;

/** Reads a status that an earlier process left to be written; null if that is nothing, or not of this form. */
export function parseStatus(text: string): (UnwrittenStatus & StatusOwner) | null {
  const { repository, context, state, input, ...members } = parseMembers(text);
  const { owner, name } = membersOf(repository);
  const texts = textsOf({ ...members, owner, name });
  const naming = NAMING_INPUTS.find((candidate) => candidate === input);
  if (texts === null || naming === undefined || !isFinal(state)) return null;
  if (context !== null && !isText(context)) return null;
  const { owner: ownerName, name: repositoryName, ...rest } = texts;
  const place = { repository: { owner: ownerName, name: repositoryName }, context };
  return { ...rest, ...place, state, input: naming };
}

/** Those members that must be texts of a certain form; null if one is not. */
function textsOf(members: Record<string, unknown>): Record<keyof typeof FORMS, string> | null {
  const texts = Object.entries(FORMS).map(([name, isOfForm]) => {
    const text = members[name];
    return [name, isText(text) && isOfForm(text) ? text : null] as const;
  });
  if (texts.some(([, text]) => text === null)) return null;
  return Object.fromEntries(texts) as Record<keyof typeof FORMS, string>;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}

/** Owner or name, in the characters that GitHub gives them. */
function isRepositoryPart(text: string): boolean {
  return /^[\w.-]+$/.test(text) && !/^\.+$/.test(text);
}

function isFinal(state: unknown): state is StatusState {
  return state === 'success' || state === 'failure' || state === 'error';
}
