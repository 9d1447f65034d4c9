import { fill } from './render-tables.ts';

/** What package.json says about this action. */
export interface Release {
  /** `owner/name` */
  readonly repository: string;
  /** `1.2.3` */
  readonly version: string;
}

/** The owner that package.json names until the action has a repository of its own. */
const PLACEHOLDER_OWNER = 'your-org';

/** Actions of others that workflows here use by version. Any other one is this action. */
const OTHER_ACTIONS = [
  'actions/checkout',
  'actions/download-artifact',
  'actions/github-script',
  'actions/upload-artifact',
  'aws-actions/configure-aws-credentials',
];

const USE = new RegExp(
  `(?<=\\buses: )(?!(?:${OTHER_ACTIONS.join('|')})@)[\\w-]+/[\\w.-]+(?<path>/[\\w./-]+)?@v\\d+(?: # CHANGE)?`,
  'g',
);

/** How a trust policy names a workflow of this repository. */
const WORKFLOW_REF =
  /(?<=:job_workflow_ref": ")[\w-]+\/[\w.-]+(?<path>\/\.github\/[\w./-]+)@refs\/tags\/v\d+/g;

/** Whether a text has the form `owner/name`. Owners managed by an enterprise have a `_`. */
export function isRepository(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]*\/[\w.-]+$/.test(text);
}

/** How a workflow uses this action: `owner/name@v1`. */
export function usesOf({ repository, version }: Release, path = ''): string {
  return `${repository}${path}@v${majorOf(version)}`;
}

/** How AWS sees a workflow of this repository that is used by its tag: `owner/name/path@refs/tags/v1`. */
export function workflowRefOf({ repository, version }: Release, path: string): string {
  return `${repository}${path}@refs/tags/v${majorOf(version)}`;
}

function majorOf(version: string): string {
  return version.replace(/\..*/, '');
}

/**
 * Sets the name and major version of this action wherever a workflow uses it or a policy trusts it.
 * Readers must replace a placeholder, so such a line is marked CHANGE; the workflows of this repository
 * are for no one to change.
 */
export function nameAction(path: string, text: string, release: Release): string {
  const mark = isPlaceholder(release) && !path.startsWith('.github/') ? ' # CHANGE' : '';
  return text
    .replace(USE, (_use, workflow?: string) => usesOf(release, workflow) + mark)
    .replace(WORKFLOW_REF, (_ref, workflow: string) => workflowRefOf(release, workflow));
}

/**
 * Explains the placeholder for the owner between its marks in the README; writes nothing if there is
 * none.
 *
 * @throws Error if the marks are missing
 */
export function explainName(readme: string, release: Release): string {
  const note = `\`${PLACEHOLDER_OWNER}\` is the owner of your fork. [Set it up once](CONTRIBUTING.md#releasing); until its first release, use a full commit SHA instead of \`v1\`.`;
  return fill(readme, 'name', isPlaceholder(release) ? note : '');
}

function isPlaceholder({ repository }: Release): boolean {
  return repository.startsWith(`${PLACEHOLDER_OWNER}/`);
}

/**
 * Sets the repository in the text of a package.json.
 *
 * @throws Error if it has none
 */
export function setRepository(packageJson: string, repository: string): string {
  const line = /(?<="repository": )"[^"]*"/;
  if (!line.test(packageJson)) throw new Error('package.json has no repository.');
  return packageJson.replace(line, JSON.stringify(repository));
}
