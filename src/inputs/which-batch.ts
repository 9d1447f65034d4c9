import { isProjectName, parseBatchReference, type BatchReference } from '../aws/batch-reference.ts';
import { otherCommit, type OtherCommit } from './event-commit.ts';
import { formatValue, type GetInput, type Reject } from './input-parsers.ts';
import { unwrappedWord, wordsIn } from './pasted.ts';

/** Which batch the user means. */
export type WhichBatch =
  | { readonly kind: 'batch'; readonly id: string }
  | { readonly kind: 'newest-of-project'; readonly projectName: string }
  | {
      readonly kind: 'commit-of-project';
      readonly projectName: string;
      readonly commit: string;
      /** What the commit is if the event is about another one; null: it is not known to be. */
      readonly mistakenFor: OtherCommit | null;
    };

const COMMIT = /^[0-9a-f]{7,64}$/i;
/** A commit id within a URL or another text. */
const COMMIT_WITHIN = /\b[0-9a-f]{40}\b/i;
/** A project within its ARN, or the URL of one of its pages in the console. */
const PROJECT_WITHIN = /(?::project|\/projects)\/(?<name>[\w-]+)/;
/** What one batch is named by. Words before a colon, as in `batch-id: …`, are none. */
const REFERENCE = /[^:](?::|%3A)[^:\s]/i;
const ONE_ONLY = 'set one per step, and use a matrix for several';
/** The region of a batch if `batch-id` is wrong: the region may be in what the user meant. */
export const UNKNOWN_REGION = '?';

/**
 * Reads `batch-id`, `project-name` and `commit`.
 *
 * @param environment as the runner sets it: it shows whether the event is about another commit than `commit`
 * @returns the batch, and the region in its ARN or URL; null if there is none, `UNKNOWN_REGION` if no
 *   batch or project could be read
 */
export function readWhichBatch(
  get: GetInput,
  environment: Readonly<Record<string, string | undefined>>,
  reject: Reject,
): { which: WhichBatch; region: string | null } {
  const read = (name: string): string => unwrappedWord(get(name));
  const [batchId, projectName, commit] = [read('batch-id'), read('project-name'), read('commit')];
  const both = batchId !== '' && projectName !== '';
  const neither = batchId === '' && projectName === '';
  if (both || neither) {
    const given = both
      ? `both are set: "${formatValue(batchId)}" and "${formatValue(projectName)}"`
      : 'neither is set';
    reject('batch-id and project-name', '', `set exactly one of them (${given})`);
  }
  if (commit !== '' && batchId !== '' && !both) {
    reject('commit', commit, 'is allowed only with project-name');
  }
  const reference = batchId === '' ? null : readBatchId(batchId, reject);
  if (projectName !== '' && !isProjectName(projectName)) {
    reject('project-name', projectName, projectRule(projectName));
  }
  if (commit !== '' && (both || batchId === '') && !COMMIT.test(commit)) {
    reject('commit', commit, commitRule(commit));
  }
  if (reference !== null || neither) {
    const { id = '', region = UNKNOWN_REGION } = reference ?? {};
    return { which: { kind: 'batch', id }, region };
  }
  if (commit === '') return { which: { kind: 'newest-of-project', projectName }, region: null };
  const mistakenFor = otherCommit(commit, environment);
  return { which: { kind: 'commit-of-project', projectName, commit, mistakenFor }, region: null };
}

function projectRule(projectName: string): string {
  const names = wordsIn(projectName);
  if (/[,;\n[]/.test(projectName) && names.length > 1 && names.every(isProjectName)) {
    return `names ${names.length} projects; ${ONE_ONLY}`;
  }
  const rule =
    'must be the name only: 2 to 255 characters from A-Z a-z 0-9 - _, starting with a letter or digit';
  const within = PROJECT_WITHIN.exec(projectName)?.groups?.['name'];
  const meant = within ?? (names.length === 1 ? names[0] : undefined);
  if (meant !== undefined && meant !== projectName && isProjectName(meant)) {
    return `${rule}; did you mean ${formatValue(meant)}?`;
  }
  const isBatch = typeof parseBatchReference(projectName) !== 'string';
  return isBatch ? `${rule}; to name a batch, set batch-id` : rule;
}

function commitRule(commit: string): string {
  const rule = 'must be a full commit SHA or at least its first 7 hexadecimal digits';
  const [meant] = COMMIT_WITHIN.exec(commit) ?? [];
  return meant === undefined ? rule : `${rule}; did you mean ${meant}?`;
}

function readBatchId(batchId: string, reject: Reject): BatchReference {
  const references = wordsIn(batchId).filter((word) => REFERENCE.test(word));
  const reference =
    references.length > 1
      ? `names ${references.length} batches; ${ONE_ONLY}`
      : batchId.startsWith('[')
        ? 'is a JSON list; give the batch without brackets and quotes'
        : parseBatchReference(batchId);
  if (typeof reference !== 'string') return reference;
  const forms = 'project:uuid, the ARN of a batch, or its CodeBuild console URL';
  reject('batch-id', batchId, `${reference}; allowed: ${forms}`);
  return { id: '', region: UNKNOWN_REGION };
}
