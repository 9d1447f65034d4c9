/** What `GITHUB_SHA` is on an event about another commit. */
export interface OtherCommit {
  readonly event: string;
  /** What `GITHUB_SHA` is. */
  readonly given: string;
  /** The expression for the commit that the event is about. */
  readonly meant: string;
}

const MERGE_COMMIT = 'the merge commit of the pull request';
const OUTSIDE = 'from outside the pull request';
const DEFAULT_BRANCH = 'the last commit of the default branch';
const HEAD_OF_PULL_REQUEST = '${{ github.event.pull_request.head.sha }}';

/** By event (GitHub Docs, "Events that trigger workflows": `GITHUB_SHA`). */
const OTHER_COMMITS: readonly (readonly [event: string, given: string, meant: string])[] = [
  ['pull_request', MERGE_COMMIT, HEAD_OF_PULL_REQUEST],
  ['pull_request_review', MERGE_COMMIT, HEAD_OF_PULL_REQUEST],
  ['pull_request_review_comment', MERGE_COMMIT, HEAD_OF_PULL_REQUEST],
  ['pull_request_target', OUTSIDE, HEAD_OF_PULL_REQUEST],
  ['status', DEFAULT_BRANCH, '${{ github.event.sha }}'],
  ['check_run', DEFAULT_BRANCH, '${{ github.event.check_run.head_sha }}'],
  ['check_suite', DEFAULT_BRANCH, '${{ github.event.check_suite.head_sha }}'],
  ['workflow_run', DEFAULT_BRANCH, '${{ github.event.workflow_run.head_sha }}'],
];

/**
 * Whether a commit is the `GITHUB_SHA` of an event that is about another commit. It is no error before
 * the batch was looked for: a batch can be of that commit.
 *
 * @param commit a commit id, or its first digits
 * @returns null if it is not
 */
export function otherCommit(
  commit: string,
  environment: Readonly<Record<string, string | undefined>>,
): OtherCommit | null {
  const { GITHUB_SHA: sha = '', GITHUB_EVENT_NAME: event = '' } = environment;
  const [, given, meant] = OTHER_COMMITS.find(([name]) => name === event) ?? [];
  if (given === undefined || meant === undefined) return null;
  return sha.toLowerCase().startsWith(commit.toLowerCase()) ? { event, given, meant } : null;
}
