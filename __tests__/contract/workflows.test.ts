import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { checkEach } from '../support/test-all.ts';
import { read, ROOT } from './files.ts';
import {
  actionsOfSeveralVersions,
  mayWrite,
  OURS,
  problemsIn,
  RULES,
  RULES_HERE,
  RULES_OF_README,
  RULES_OF_USE,
  violationsOf,
  workflowOf,
  type Rules,
  type Workflow,
} from './workflow-rules.ts';

const workflowsIn = (folder: string): Workflow[] =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => workflowOf(`${folder}/${file}`, read(`${folder}/${file}`)));

const EXAMPLES = workflowsIn('examples');
const HERE = workflowsIn('.github/workflows');
const ALL_RULES: Rules = { ...RULES, ...RULES_OF_USE, ...RULES_OF_README, ...RULES_HERE };

const SHA = '0123456789012345678901234567890123456789';

/** A workflow of one job, with one step and one line more. */
function job(step: string, more = 'name: all green'): string {
  return `on: push\njobs:\n  all-green:\n    ${more}\n    runs-on: ubuntu-latest\n    steps:\n      - ${step}\n`;
}

test('there are workflows to look at', () => {
  expect(EXAMPLES.length).toBeGreaterThan(4);
  expect(HERE.length).toBeGreaterThan(4);
});

test.each(Object.entries(RULES))('in every workflow, %s', (_, rule) => {
  expect(violationsOf(rule, [...EXAMPLES, ...HERE])).toEqual([]);
});

test.each(Object.entries(RULES_OF_USE))('in every example, %s', (_, rule) => {
  expect(violationsOf(rule, EXAMPLES)).toEqual([]);
});

test.each(Object.entries(RULES_HERE))('in this repository, %s', (_, rule) => {
  expect(violationsOf(rule, HERE)).toEqual([]);
});

/** A workflow that breaks a rule, and what the rule then says. */
const BROKEN: readonly (readonly [rule: string, text: string, problems: readonly unknown[]])[] = [
  ['the text is sound YAML', job('run: !odd echo'), ['TAG_RESOLVE_FAILED']],
  [
    'actionlint finds nothing',
    job('run: echo', 'runs: all green'),
    [expect.stringMatching(/^line 4: unexpected key "runs" for "job" section/)],
  ],
  [
    'rights are given to jobs, each its own',
    `permissions: read-all\n${job('run: echo', 'permissions: write-all')}`,
    ['permissions at the top are not {}', 'all-green has write-all'],
  ],
  [
    'rights are given to jobs, each its own',
    job('run: echo'),
    ['permissions at the top are not {}'],
  ],
  ['every job has a time limit', job('run: echo'), ['all-green has none']],
  [
    'a checkout leaves no token behind',
    job('uses: actions/checkout@v7'),
    ['actions/checkout@v7 keeps its credentials'],
  ],
  [
    'scripts hold no expressions',
    job('run: echo ${{ github.event.target_url }}'),
    ['echo ${{ github.event.target_url }}'],
  ],
  [
    'scripts hold no expressions',
    job('{ uses: actions/github-script@v9, with: { script: "${{ needs.a.outputs.b }}" } }'),
    ['${{ needs.a.outputs.b }}'],
  ],
  [
    'this action gets inputs that it has',
    job(`{ uses: ${OURS}, with: { batch-id: a, max-retry: 2 } }`),
    ['max-retry'],
  ],
  [
    'this action is asked for outputs that it has',
    job(
      `{ uses: ${OURS}, id: ours }`,
      'outputs: { a: "${{ steps.ours.outputs.status }}", b: "${{ steps.ours.outputs.reason }}" }',
    ),
    ['status'],
  ],
  [
    'this action runs once, on values that the code takes',
    job(`{ uses: ${OURS}, with: { project-name: "\${{ vars.project }}", max-retries: 12abc } }`),
    [expect.stringMatching(/^max-retries: "12abc"/)],
  ],
  [
    'this action runs once, on values that the code takes',
    job('run: echo'),
    ['this action runs 0 times'],
  ],
  [
    'credentials come by OIDC, before this action runs',
    job(`uses: ${OURS}`, 'permissions: { contents: read }'),
    [
      'the rights are not those of one job: id-token: write',
      'the first step brings no credentials',
    ],
  ],
  ...['actions/checkout@v7', `actions/checkout@${SHA}`, `actions/checkout@${SHA} # v7`].map(
    (uses) =>
      [
        'foreign actions are pinned to a commit, with its version',
        job(`uses: ${uses}`),
        [uses],
      ] as const,
  ),
  ...[
    '{ uses: actions/setup-node@v7 }',
    '{ uses: actions/setup-node@v7, with: { package-manager-cache: false, cache: npm } }',
    '{ uses: actions/cache/restore@v5 }',
  ].map(
    (step) =>
      ['npm gets nothing from a cache', job(step), [expect.stringContaining('actions/')]] as const,
  ),
  ['every job says what it may do', job('run: echo'), ['all-green does not']],
  ['two runs do not get in each other’s way', job('run: echo'), ['no concurrency group']],
  [
    'a job that may write runs no code of the repository',
    job('run: npm ci', 'permissions: { contents: write }'),
    ['all-green does'],
  ],
  [
    'a job all-green runs whatever the others did',
    job('run: echo', 'if: success()'),
    ['it runs if success()'],
  ],
  [
    'a job all-green needs every other',
    `${job('run: echo', 'needs: [one]')}  one: { steps: [] }\n  two: { steps: [] }\n`,
    ['two'],
  ],
];

test('each rule says what is wrong with a workflow that breaks it', async () => {
  const broken = (text: string): Workflow => workflowOf('.github/workflows/broken.yml', text);
  await checkEach(BROKEN, (name, text, problems) => {
    expect(ALL_RULES[name]?.(broken(text))).toEqual(problems);
  });
  expect(new Set(BROKEN.map(([name]) => name))).toEqual(new Set(Object.keys(ALL_RULES)));
  expect(violationsOf(() => ['x', 'y'], [broken(job('run: echo'))])).toEqual([
    '.github/workflows/broken.yml: x',
    '.github/workflows/broken.yml: y',
  ]);
});

describe('this repository', () => {
  test('has one version of each foreign action', () => {
    expect(actionsOfSeveralVersions(HERE)).toEqual([]);
    const two = [SHA, SHA.replace('0', 'f')].map((version) =>
      workflowOf('x.yml', job(`uses: actions/checkout/sub@${version}`)),
    );
    expect(actionsOfSeveralVersions(two)).toEqual(['actions/checkout']);
  });

  test('has one check for branch protection', () => {
    const ci = HERE.find(({ path }) => path.endsWith('/ci.yml'));
    expect(ci?.jobs).toHaveProperty('all-green');
  });

  test('has three jobs that may write', () => {
    expect(HERE.flatMap(({ jobs }) => Object.values(jobs)).filter(mayWrite)).toHaveLength(3);
  });
});

describe('the dist/ of a dependency update', () => {
  const committing = HERE.find(({ path }) => path.endsWith('/commit-dist.yml'))?.jobs['commit'];
  const steps = committing?.steps ?? [];
  const rebuilding = HERE.find(({ path }) => path.endsWith('/rebuild-dist.yml'));

  test('is taken if it holds exactly what dist/ holds', () => {
    const names = readdirSync(join(ROOT, 'dist')).sort();
    const { run: script = '' } = steps.find(({ run = '' }) => run.includes('find .')) ?? {};
    expect([...script.matchAll(/-name (\S+)/g)].map(([, name]) => name).sort()).toEqual(names);
    expect([...script.matchAll(/!= (x+) /g)].map(([, marks]) => marks)).toEqual(
      ['known', 'all'].map(() => 'x'.repeat(names.length)),
    );
  });

  // All else that could keep it from being committed fails the job.
  test('is left out only where the branch has it already', () => {
    const conditions = steps.map((step) => step.if);
    expect(conditions.filter((condition) => condition !== undefined)).toEqual([
      "steps.dist.outputs.differs == 'true'",
    ]);
    expect(committing).toMatchObject({ defaults: { run: { shell: 'bash' } } });
    expect(JSON.stringify(steps)).not.toMatch(/continue-on-error|\|\| (?:true|:)/);
  });

  test('is committed wherever it was built, whoever pushed last', () => {
    const building = (rebuilding?.jobs['rebuild']?.if ?? '').replaceAll(
      'github.event.pull_request.head.repo.',
      'head_repository.',
    );
    const committed = (committing?.if ?? '').replaceAll('github.event.workflow_run.', '');
    const conditions = building
      .replaceAll('github.event.pull_request.head.ref', 'head_branch')
      .split(' && ');
    expect(conditions).toHaveLength(2);
    expect(committed.split(' && ')).toEqual([
      "conclusion == 'success'",
      "event == 'pull_request'",
      ...conditions,
    ]);
  });

  test('is handed on whether it changed or not', () => {
    const upload = rebuilding?.jobs['rebuild']?.steps.at(-1);
    expect(upload).toMatchObject({ with: { path: 'dist', 'if-no-files-found': 'error' } });
    expect(upload).not.toHaveProperty('if');
  });
});

describe('examples', () => {
  test('are all in the index, and nothing else is', () => {
    const listed = [
      ...read('examples/README.md').matchAll(/^\| \[(?<name>[^\]]+)\]\(\k<name>\)/gm),
    ];
    expect(listed.map(({ groups }) => `examples/${groups?.['name'] ?? ''}`).sort()).toEqual(
      EXAMPLES.map(({ path }) => path).sort(),
    );
  });

  test('the form offers only choices that the code takes', () => {
    const { on } = parse(read('examples/retry-by-hand.yml')) as {
      on: { workflow_dispatch: { inputs: Record<string, { options?: string[] }> } };
    };
    const choices = Object.entries(on.workflow_dispatch.inputs).flatMap(
      ([name, { options = [] }]) =>
        options.map((option): Record<string, string> => ({ 'batch-id': 'demo:1', [name]: option })),
    );
    expect(choices.length).toBeGreaterThan(5);
    expect(choices.map(problemsIn).flat()).toEqual([]);
  });

  test('a red status sets off a retry only with an address of the AWS console', () => {
    const example = read('examples/retry-on-red-status.yml');
    const prefixes = [...example.matchAll(/target_url, '(?<prefix>[^']+)'/g)];
    expect(prefixes).toHaveLength(2);
    for (const { groups: { prefix = '' } = {} } of prefixes) {
      const { protocol, host, pathname } = new URL(prefix);
      expect(protocol).toBe('https:');
      expect(host).toMatch(/^(?:eu-west-1\.)?console\.aws\.amazon\.com$/);
      expect(pathname).toBe('/codesuite/codebuild/');
    }
  });
});
