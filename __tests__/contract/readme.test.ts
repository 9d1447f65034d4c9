import { describe, expect, test } from '@jest/globals';
import { parse, parseDocument } from 'yaml';
import { renderTables } from '../../scripts/readme-tables/render.ts';
import { SCENARIOS } from '../../simulator/index.ts';
import { readInputs } from '../../src/inputs.ts';
import { ACTION, codeBlocks, read, README } from './files.ts';

describe('tables', () => {
  test('are what action.yml generates (if not: npm run docs)', () => {
    expect(README).toBe(renderTables(README, ACTION));
  });

  const marks = '<!-- inputs -->\nold\n<!-- /inputs -->\n<!-- outputs --><!-- /outputs -->';

  test('are written between their marks, each text in one cell', () => {
    const action = {
      inputs: { a: { description: 'one\n two | three ' }, b: { description: 'x', default: '1' } },
      outputs: { c: { description: 'y' } },
    };
    expect(renderTables(`before\n${marks}\nafter`, action)).toBe(
      [
        'before',
        '<!-- inputs -->',
        '',
        '| Input | Default | Meaning |',
        '| --- | --- | --- |',
        '| `a` |  | one two \\| three |',
        '| `b` | `1` | x |',
        '',
        '<!-- /inputs -->',
        '<!-- outputs -->',
        '',
        '| Output | Value |',
        '| --- | --- |',
        '| `c` | y |',
        '',
        '<!-- /outputs -->',
        'after',
      ].join('\n'),
    );
  });

  test.each(['<!-- inputs -->', '<!-- /inputs -->', '<!-- outputs -->', '<!-- /outputs -->'])(
    'cannot be written without %s',
    (mark) => {
      const readme = marks.replace(mark, '');
      expect(() => renderTables(readme, { inputs: {}, outputs: {} })).toThrow('README.md has no');
    },
  );
});

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

/** What an expression of the examples may stand for. */
const SAMPLES: Readonly<Record<string, string>> = {
  'batch-id': `https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/demo/batch/demo%3A1?region=eu-west-1`,
  commit: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
};

function given(step: Step, name: string): string {
  const value = step.with?.[name] ?? '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return (text.includes('${{') ? (SAMPLES[name] ?? '') : text).trim();
}

describe('workflows', () => {
  const snippets = codeBlocks(README, 'yaml').map((text, index) => [index + 1, text] as const);

  test('there are some', () => {
    expect(snippets.length).toBeGreaterThan(0);
  });

  describe.each(snippets)('number %i', (_, text) => {
    const { permissions, jobs } = parse(text) as Workflow;
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    const ours = steps.filter(({ uses }) => uses === 'your-org/retry-codebuild-batch@v1');

    test('is sound YAML', () => {
      const { errors, warnings } = parseDocument(text);
      expect([...errors, ...warnings]).toEqual([]);
    });

    test('gets credentials by OIDC, then runs this action', () => {
      const writesStatus = ours.some((step) => given(step, 'commit-status') === 'true');
      expect(permissions).toEqual({
        'id-token': 'write',
        ...(writesStatus && { statuses: 'write' }),
      });
      expect(ours).toHaveLength(1);
      const assumesRole = ours[0]?.with?.['role-to-assume'] !== undefined;
      expect(steps[0]?.uses).toMatch(
        assumesRole ? /^your-org\// : /^aws-actions\/configure-aws-credentials@v\d+$/,
      );
    });

    test('gives inputs that action.yml has and the code takes', () => {
      for (const step of ours) {
        const names = Object.keys(step.with ?? {});
        expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(names));
        const inputs = readInputs((name) => given(step, name), { AWS_REGION: 'eu-west-1' });
        expect(inputs).not.toHaveProperty('problems');
      }
    });

    test('uses outputs that action.yml has', () => {
      const used = [...text.matchAll(/\bsteps\.(?<id>[\w-]+)\.outputs\.(?<name>[\w-]+)/g)];
      for (const { groups } of used) {
        expect(ours.map(({ id }) => id)).toContain(groups?.['id']);
        expect(Object.keys(ACTION.outputs)).toContain(groups?.['name']);
      }
    });
  });

  test('the quick start is the first, and of twelve lines', () => {
    expect(snippets[0]?.[1].trimEnd().split('\n')).toHaveLength(12);
  });

  test('one shows how outputs are used', () => {
    expect(snippets.some(([, text]) => text.includes('.outputs.'))).toBe(true);
  });
});

describe('what happens when', () => {
  const [, section = ''] = README.split('### What happens when\n');
  const rows = (section.split(/^#/m)[0] ?? '').split('\n').filter((line) => line.startsWith('| '));

  test.each([
    'Throttling',
    'server error',
    'connection breaks',
    'proxy answers with HTML',
    'answer to the retry is lost',
    'right is missing',
    'expire',
    'no credentials',
    'From the start: an unknown host',
    '15 minutes',
    'retries the batch',
    'stops the batch',
    'deletes the batch',
    'cancelled',
    'killed',
    '`timeout`',
    'commit status',
    'attempt before',
  ])('one row tells of it: %s', (words) => {
    expect(rows.filter((row) => (row.split('|')[1] ?? '').includes(words))).toHaveLength(1);
  });
});

test('the permissions of the job are told in a table, all that the workflows have', () => {
  const [, section = ''] = README.split('\nOf GitHub the job needs:\n');
  const rows = [...section.matchAll(/^\|[^|]+\|\s*`(?<permission>[\w-]+: write)`\s*\|/gm)];
  expect(rows.map(({ groups }) => groups?.['permission'])).toEqual([
    'id-token: write',
    'statuses: write',
  ]);
  const used = codeBlocks(README, 'yaml').flatMap((text) =>
    Object.entries((parse(text) as Workflow).permissions).map(
      ([name, level]) => `${name}: ${level}`,
    ),
  );
  expect(new Set(used)).toEqual(new Set(['id-token: write', 'statuses: write']));
});

describe('what a reader is told to do', () => {
  test.each(['npm ci && npm run demo', 'npm cit'])('%s is a command of its own', (command) => {
    expect(codeBlocks(README, 'sh')).toContain(`${command}\n`);
  });

  test.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', '__tests__/README.md'])(
    '%s names scripts that package.json has',
    (file) => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const named = [...read(file).matchAll(/npm run (?<name>[\w:]+)/g)];
      expect(named.length).toBeGreaterThan(0);
      expect(Object.keys(scripts)).toEqual(
        expect.arrayContaining(named.map(({ groups }) => groups?.['name'])),
      );
    },
  );

  test('the simulated project is in the scenario that the simulator runs by default', () => {
    const [, project = ''] = /aws codebuild .* --project-name (\S+)/.exec(README) ?? [];
    expect(SCENARIOS['flaky']?.projects).toHaveProperty([project]);
  });
});
