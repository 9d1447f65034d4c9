import { membersKept, membersOf } from './kept.ts';

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

/** A commit status that is to be written. Plain data: it may outlive the process. */
export interface CommitStatus extends StatusPlace, StatusText {
  /** The web page that it leads to. */
  readonly targetUrl: string;
}

/** A status that a commit carries already. */
export interface ForeignStatus {
  readonly context: string;
  /** Null if it leads nowhere. */
  readonly targetUrl: string | null;
}

/**
 * Why GitHub did not do what it was asked.
 *
 * - `transient`: it may pass by itself, and what was asked may have been done: a server error, no answer
 * - `not-permitted`: the token may not do it, or may not even see the repository
 * - `refused`: anything else that GitHub said no to
 */
export class GitHubFailure extends Error {
  readonly kind: 'transient' | 'not-permitted' | 'refused';

  /** @param clause what GitHub answered, to stand within a sentence */
  constructor(kind: GitHubFailure['kind'], clause: string) {
    super(clause);
    this.name = 'GitHubFailure';
    this.kind = kind;
  }
}

/** Whether a source version is the full id of a commit (SHA-1 or SHA-256). */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);
}

/** Reads a status that an earlier process left to be written; null if that is nothing, or not of this form. */
export function parseStatus(text: string): CommitStatus | null {
  const { repository, commit, context, state, description, targetUrl } = membersKept(text);
  const { owner, name } = membersOf(repository);
  const texts = { owner, name, commit, context, description, targetUrl };
  if (!areTexts(texts) || !isFinal(state)) return null;
  return {
    repository: { owner: texts.owner, name: texts.name },
    commit: texts.commit,
    context: texts.context,
    state,
    description: texts.description,
    targetUrl: texts.targetUrl,
  };
}

function areTexts<Name extends string>(
  members: Record<Name, unknown>,
): members is Record<Name, string> {
  return Object.values(members).every((member) => typeof member === 'string');
}

function isFinal(state: unknown): state is StatusState {
  return state === 'success' || state === 'failure' || state === 'error';
}
