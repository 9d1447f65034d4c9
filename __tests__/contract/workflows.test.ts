import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { read, ROOT } from './files.ts';
import { EXAMPLES, HERE, named, problemsIn, valuesOf } from './workflow-files.ts';
import {
  isOurs,
  OURS,
  REUSABLE_USES,
  RULES,
  RULES_HERE,
  stepsOf,
  workflowOf,
  type Rule,
} from './workflow-rules.ts';

const ALL_RULES: Readonly<Record<string, Rule>> = { ...RULES, ...RULES_HERE };

const SHA = '0123456789012345678901234567890123456789';

/** A workflow of one job, with one step and one line more. */
function job(step: string, more = 'name: all green'): string {
  return `on: push\njobs:\n  all-green:\n    ${more}\n    runs-on: ubuntu-latest\n    steps:\n      - ${step}\n`;
}

describe.each(Object.entries(RULES))('%s', (_, rule) => {
  test.each(named([...EXAMPLES, ...HERE]))('%s', (_, workflow) => {
    expect(rule(workflow)).toEqual([]);
  });
});

describe.each(Object.entries(RULES_HERE))('%s', (_, rule) => {
  test.each(named(HERE))('%s', (_, workflow) => {
    expect(rule(workflow)).toEqual([]);
  });
});

/** A workflow that breaks a rule, and what the rule then says. */
const BROKEN: readonly (readonly [rule: string, text: string, problems: readonly unknown[]])[] = [
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
  ...['matrix: { a: [1] }', 'matrix: { a: [1] }, fail-fast: true'].map(
    (strategy) =>
      [
        'a matrix that runs this action does not fail fast',
        job(`uses: ${OURS}`, `strategy: { ${strategy} }`),
        ['all-green fails fast'],
      ] as const,
  ),
  [
    'this action gets inputs that it has',
    job(`{ uses: ${OURS}, with: { batch-id: a, max-retry: 2 } }`),
    ['max-retry'],
  ],
  ...['concurrency: a\n', ''].map(
    (top) =>
      [
        'a caller leaves concurrency to the reusable workflow',
        `${top}jobs: { retry: { uses: ${REUSABLE_USES}${top === '' ? ', concurrency: a' : ''} } }`,
        ['retry has a concurrency group'],
      ] as const,
  ),
  [
    'this action is asked for outputs that it has',
    job(
      `{ uses: ${OURS}, id: ours }`,
      'outputs: { a: "${{ steps.ours.outputs.status }}", b: "${{ steps.ours.outputs.reason }}" }',
    ),
    ['status'],
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
    'a job all-green needs every other',
    `${job('run: echo', 'needs: [one]')}  one: { steps: [] }\n  two: { steps: [] }\n`,
    ['two'],
  ],
];

describe('a workflow that keeps to no rule', () => {
  test.each(BROKEN)('%s (%#)', (name, text, problems) => {
    const found = ALL_RULES[name]?.(workflowOf('.github/workflows/broken.yml', text));
    expect(found).toEqual(problems);
  });

  test('is shown to each of them', () => {
    expect([...new Set(BROKEN.map(([name]) => name))]).toEqual(Object.keys(ALL_RULES));
  });
});

describe('this repository', () => {
  test('has one version of each foreign action', () => {
    const used = HERE.flatMap(stepsOf).flatMap(({ uses = './' }) => {
      const [action = '', commit] = uses.split('@');
      return commit === undefined ? [] : [`${action.split('/').slice(0, 2).join('/')}@${commit}`];
    });
    const distinct = [...new Set(used)];
    expect(distinct.map((uses) => uses.split('@')[0])).toEqual([
      ...new Set(distinct.map((uses) => uses.split('@')[0])),
    ]);
  });

  test('has one check for branch protection, which runs whatever the others did', () => {
    const ci = HERE.find(({ path }) => path.endsWith('/ci.yml'));
    expect(ci?.jobs['all-green']).toMatchObject({ if: 'always()' });
  });

  test('a job that may write runs no code of the repository', () => {
    const writing = HERE.flatMap(({ jobs }) => Object.values(jobs)).filter(
      ({ permissions }) =>
        (permissions as Record<string, string> | undefined)?.['contents'] === 'write',
    );
    expect(writing).toHaveLength(3);
    for (const { steps } of writing) {
      expect(JSON.stringify(steps)).not.toMatch(/actions\/checkout|\bnpm |\.ci\/run/);
    }
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
    const upload = rebuilding?.jobs['rebuild']?.steps?.at(-1);
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

  const direct = EXAMPLES.filter(({ jobs }) => Object.values(jobs).some(({ steps }) => steps));

  test.each(named(direct))('%s gives values that the code takes', (_, workflow) => {
    const ours = stepsOf(workflow).filter(isOurs);
    expect(ours.map(valuesOf).map(problemsIn)).toEqual([[]]);
  });

  test('a batch named by its URL is retried by one run at a time, whatever started it', () => {
    const groups = [...EXAMPLES, ...HERE].flatMap(({ jobs }) =>
      Object.values(jobs).flatMap(({ steps = [], concurrency }) => {
        const url = String(steps.find(isOurs)?.with?.['batch-id']);
        return /target_url|matrix/.test(url) ? [[concurrency, url] as const] : [];
      }),
    );
    expect(groups).toHaveLength(4);
    for (const [concurrency, url] of groups) {
      expect(concurrency).toEqual({ group: `retry-${url}`, 'cancel-in-progress': false });
    }
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

  test.each(['retry-on-red-status.yml', 'retry-on-red-status-without-waiting.yml'])(
    'a red status triggers %s only with a URL of the AWS console',
    (file) => {
      const example = read(`examples/${file}`);
      const prefixes = [...example.matchAll(/target_url, '(?<prefix>[^']+)'/g)];
      expect(prefixes).toHaveLength(2);
      for (const { groups: { prefix = '' } = {} } of prefixes) {
        const { protocol, host, pathname } = new URL(prefix);
        expect(protocol).toBe('https:');
        expect(host).toMatch(/^(?:eu-west-1\.)?console\.aws\.amazon\.com$/);
        expect(pathname).toBe('/codesuite/codebuild/');
      }
    },
  );
});
