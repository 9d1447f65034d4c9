import type { Repository } from '../domain/repository.ts';

/** An open pull request, as a list of them shows it. */
export interface OpenPullRequest {
  readonly number: number;
  /** The full id of its newest commit. */
  readonly headCommit: string;
}

/** A pull request, with a page of its comments. */
export interface PullRequest {
  readonly id: string;
  readonly isOpen: boolean;
  /** The full id of its newest commit. */
  readonly headCommit: string;
  /** Newest first. */
  readonly comments: readonly Comment[];
  /** Names the page of older comments; null: there are none. */
  readonly olderComments: string | null;
}

export interface Comment {
  readonly id: string;
  /** Markdown. */
  readonly body: string;
  /** Whether the owner of the token wrote it: with GITHUB_TOKEN, any workflow of the repository. */
  readonly isOurs: boolean;
}

/** The batch that a comment is about, and where that may stand. */
export interface CommentTarget {
  /** The repository of this workflow run: no other is written to. */
  readonly repository: Repository;
  /** The pull request that the batch was built for; null: it is looked up by the commit. */
  readonly number: number | null;
  /** The full id of the commit, in lower case. */
  readonly commit: string;
  readonly region: string;
  readonly project: string;
  /** Number of the batch; null if CodeBuild does not give it. */
  readonly batch: number | null;
}

/** What happens to the comment, for the log. */
export type CommentEvent =
  | {
      readonly kind: 'comment-written';
      readonly number: number;
      readonly how: 'created' | 'updated';
    }
  | {
      readonly kind: 'comment-not-updated';
      readonly level: 'line' | 'notice' | 'warning';
      readonly reason: string;
    };
