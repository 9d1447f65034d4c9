import { isProjectName, parseBatchReference, type BatchReference } from '../aws/batch-reference.ts';
import { formatValue, type GetInput, type Reject } from './input-parsers.ts';

/** Which batch the user means. */
export type WhichBatch =
  | { readonly kind: 'batch'; readonly id: string }
  | { readonly kind: 'newest-of-project'; readonly projectName: string }
  | { readonly kind: 'commit-of-project'; readonly projectName: string; readonly commit: string };

const COMMIT = /^[0-9a-f]{7,64}$/i;
/** The region of a batch if `batch-id` is wrong: the region may be in what the user meant. */
export const UNKNOWN_REGION = '?';

/**
 * Reads `batch-id`, `project-name` and `commit`.
 *
 * @returns the batch, and the region in its ARN or URL; null if there is none, `UNKNOWN_REGION` if no
 *   batch or project could be read
 */
export function readWhichBatch(
  get: GetInput,
  reject: Reject,
): { which: WhichBatch; region: string | null } {
  const [batchId, projectName, commit] = [get('batch-id'), get('project-name'), get('commit')];
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
    reject(
      'project-name',
      projectName,
      'must be the name only: 2 to 255 characters from A-Z a-z 0-9 - _, starting with a letter or digit',
    );
  }
  if (commit !== '' && (both || batchId === '') && !COMMIT.test(commit)) {
    reject('commit', commit, 'must be a full commit id or at least its first 7 hexadecimal digits');
  }
  if (reference !== null || neither) {
    const { id = '', region = UNKNOWN_REGION } = reference ?? {};
    return { which: { kind: 'batch', id }, region };
  }
  if (commit === '') return { which: { kind: 'newest-of-project', projectName }, region: null };
  return { which: { kind: 'commit-of-project', projectName, commit }, region: null };
}

function readBatchId(batchId: string, reject: Reject): BatchReference {
  const reference = parseBatchReference(batchId);
  if (typeof reference !== 'string') return reference;
  const forms = 'project:uuid, the ARN of a batch, or its CodeBuild console URL';
  reject('batch-id', batchId, `${reference}; allowed are ${forms}`);
  return { id: '', region: UNKNOWN_REGION };
}
