import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { checkEach } from '../support/test-all.ts';
import { BROKEN, BROKEN_PATH, job, SHA, type BrokenValues } from './broken-workflows.ts';
import { wrongMarksIn } from './change-marks.ts';
import { read, ROOT } from './files.ts';
import { EXAMPLES, HERE } from './workflow-files.ts';
import {
  actionsOfSeveralVersions,
  mayWrite,
  problemsIn,
  RULES,
  RULES_HERE,
  RULES_OF_EXAMPLES,
  RULES_OF_SNIPPETS,
  RULES_OF_USE,
  violationsOf,
  workflowOf,
  urlOfBatch,
  type Rules,
  type Workflow,
} from './workflow-rules.ts';

const ALL_RULES: Rules = {
  ...RULES,
  ...RULES_OF_USE,
  ...RULES_OF_EXAMPLES,
  ...RULES_OF_SNIPPETS,
  ...RULES_HERE,
};

test('there are workflows to check', () => {
  expect(EXAMPLES.length).toBeGreaterThan(4);
  expect(HERE.length).toBeGreaterThan(4);
});

test.each(Object.entries(RULES))('in every workflow, %s', (_, rule) => {
  expect(violationsOf(rule, [...EXAMPLES, ...HERE])).toEqual([]);
});

test.each(Object.entries({ ...RULES_OF_USE, ...RULES_OF_EXAMPLES }))(
  'in every example, %s',
  (_, rule) => {
    expect(violationsOf(rule, EXAMPLES)).toEqual([]);
  },
);

test.each(Object.entries(RULES_HERE))('in this repository, %s', (_, rule) => {
  expect(violationsOf(rule, HERE)).toEqual([]);
});

test('each rule says what is wrong with a workflow that breaks it', async () => {
  const broken = (text: string, path = BROKEN_PATH): Workflow => workflowOf(path, text);
  await checkEach<BrokenValues>(BROKEN, (name, text, problems, path) => {
    expect(ALL_RULES[name]?.(broken(text, path))).toEqual(problems);
  });
  expect(new Set(BROKEN.map(([name]) => name))).toEqual(new Set(Object.keys(ALL_RULES)));
  expect(violationsOf(() => ['x', 'y'], [broken(job('run: echo'))])).toEqual([
    `${BROKEN_PATH}: x`,
    `${BROKEN_PATH}: y`,
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
    expect([...script.matchAll(/-name (\S+)/g)].map(([, name = '']) => name).sort()).toEqual(names);
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

  test('is committed wherever it was built, regardless of who pushed last', () => {
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

  test('is passed on whether it changed or not', () => {
    const upload = rebuilding?.jobs['rebuild']?.steps?.at(-1);
    expect(upload).toMatchObject({ with: { path: 'dist', 'if-no-files-found': 'error' } });
    expect(upload).not.toHaveProperty('if');
  });
});

describe('examples', () => {
  test('may mark a block in its header, and leave out what comes from elsewhere', () => {
    const marked = 'if: >- # CHANGE\n  "eu-west-1"\nrun: |\n  # CHANGE\nROLE: ${{ env.ROLE }}';
    expect(wrongMarksIn(marked)).toEqual([]);
  });

  test('are all in the index, and nothing else is', () => {
    const listed = [
      ...read('examples/README.md').matchAll(/^\| \[(?<name>[^\]]+)\]\(\k<name>\)/gm),
    ];
    expect(listed.map(({ groups }) => `examples/${groups?.['name'] ?? ''}`).sort()).toEqual(
      EXAMPLES.map(({ path }) => path).sort(),
    );
  });

  test('and the reusable workflow have four jobs that name a batch by its URL', () => {
    const jobs = [...EXAMPLES, ...HERE].flatMap((workflow) => Object.values(workflow.jobs));
    expect(jobs.filter((job) => urlOfBatch(job) !== undefined)).toHaveLength(4);
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
