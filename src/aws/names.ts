/*
 * CodeBuild names a batch, a build or a report by its id (`project:uuid`) or by its ARN, whichever it
 * was asked by (API reference: `ids` of BatchGetBuildBatches; which form an answer has is not said).
 */

/** The id in an id or ARN; empty where there is no text. */
export function idOf(name: unknown): string {
  if (typeof name !== 'string') return '';
  return name.startsWith('arn:') ? name.slice(name.indexOf('/') + 1) : name;
}

/** Whether one of these names is that of what was asked for. */
export function isNamed(asked: string, names: readonly unknown[]): boolean {
  const id = idOf(asked).toLowerCase();
  return names.some((name) => idOf(name).toLowerCase() === id);
}

/** The texts in what should be a list of them. */
export function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
