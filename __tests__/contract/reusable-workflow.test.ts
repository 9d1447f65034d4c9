import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { checkEach } from '../support/test-all.ts';
import { workflowRefOf } from '../../scripts/docs-tables/repository.ts';
import { renderReusable, type ReusableTexts } from '../../scripts/docs-tables/reusable.ts';
import { ACTION, read, RELEASE } from './files.ts';
import { EXAMPLES, HERE } from './workflow-files.ts';
import {
  OURS,
  problemsIn,
  REUSABLE,
  REUSABLE_USES,
  valuesOf,
  violationsOf,
  workflowOf,
  type Job,
  type Rules,
  type Workflow,
} from './workflow-rules.ts';

interface CallInput {
  readonly type: string;
  readonly default?: string | number | boolean;
  readonly required?: true;
}

const CALLED = HERE.filter(({ path }) => path === REUSABLE);
const CALLERS = EXAMPLES.filter(({ path }) => path.includes('/organization-'));
const EXAMPLE = EXAMPLES.find(({ path }) => path.endsWith('/retry-on-red-status.yml'))?.jobs[
  'retry'
];

function inputsOf({ on }: Workflow): Readonly<Record<string, CallInput>> {
  const { workflow_call: call } = on as {
    workflow_call: { inputs: Readonly<Record<string, CallInput>> };
  };
  return call.inputs;
}

const INPUTS = CALLED.map(inputsOf)[0] ?? {};

/** Names of members that differ, or that only one of two objects has. */
function differencesOf(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => !isDeepStrictEqual(one[name], other[name]));
}

/** The condition of the example, for the hosts of the console in all partitions. */
function conditionForAllPartitions(): string {
  const hosts = ['aws.amazon.com', 'amazonaws.cn', 'amazonaws-us-gov.com', 'amazonaws-eusc.eu'];
  const [before = '', prefixes = ''] = EXAMPLE?.if?.split(/(?=\(startsWith)/) ?? [];
  const forAll = hosts.map((host) => prefixes.slice(1, -1).replaceAll('aws.amazon.com', host));
  return `${before}(${forAll.join(' || ')})`;
}

/** What the reusable workflow must keep to. */
const RULES_OF_CALLED: Rules = {
  'has the inputs of the action, but those that name the batch, and the token': (workflow) => {
    const { 'batch-id': _id, 'project-name': _project, commit: _commit, ...rest } = ACTION.inputs;
    const { 'github-token': _token, ...expected } = rest;
    const given = inputsOf(workflow);
    return [
      ...Object.keys(expected).filter((name) => !Object.hasOwn(given, name)),
      ...Object.keys(given).filter((name) => !Object.hasOwn(expected, name)),
    ];
  },

  'hands each of them to the action, and the URL of the status': (workflow) => {
    const names = Object.keys(inputsOf(workflow));
    const given = names.map((name) => [name, `\${{ inputs.${name} }}`] as const);
    const expected = { 'batch-id': '${{ github.event.target_url }}', ...Object.fromEntries(given) };
    const steps = workflow.jobs['retry']?.steps ?? [];
    return isDeepStrictEqual(
      steps.map((step) => ({ ...step, with: {} })),
      [{ uses: OURS, with: {} }],
    )
      ? differencesOf(expected, steps[0]?.with ?? {})
      : ['the steps are not this action alone'];
  },

  'has the defaults of the example, and for the rest those of the action': (workflow) => {
    const [step] = EXAMPLE?.steps ?? [];
    const values = step === undefined ? {} : valuesOf(step);
    return Object.entries(inputsOf(workflow)).flatMap(([name, input]) => {
      if (input.required === true) {
        return ['aws-region', 'role-to-assume'].includes(name) ? [] : [`${name} is required`];
      }
      const expected = values[name] ?? ACTION.inputs[name]?.default ?? '';
      return [
        ...(String(input.default) === expected ? [] : [`${name} is not "${expected}"`]),
        ...(typeof input.default === input.type ? [] : [`${name} is no ${input.type}`]),
      ];
    });
  },

  'is the job of the example, in all partitions': ({ jobs }) => {
    const { retry, ...others } = jobs;
    const condition = retry?.if?.replaceAll(
      /format\('(?<before>[^']*)\{0\}(?<after>[^']*)', inputs\.aws-region\)/g,
      "'$<before>eu-west-1$<after>'",
    );
    const shared = (job: Job | undefined, when: string | undefined): Record<string, unknown> => ({
      if: when,
      concurrency: job?.concurrency,
      'timeout-minutes': job?.['timeout-minutes'],
    });
    return [
      ...Object.keys(others),
      ...differencesOf(shared(retry, condition), shared(EXAMPLE, conditionForAllPartitions())),
    ];
  },
};

/** What the examples that call the reusable workflow must keep to. */
const RULES_OF_CALLERS: Rules = {
  'calls it on a status, in a dozen lines': ({ jobs, text, on }) => {
    const lines = text.match(/^(?! *#).+$/gm)?.length ?? 0;
    return [
      ...(on === 'status' ? [] : ['it runs on something else']),
      ...Object.values(jobs).flatMap(({ uses = 'nothing' }) =>
        uses === REUSABLE_USES ? [] : [`it calls ${uses}`],
      ),
      ...(lines <= 11 ? [] : [`it has ${lines} lines`]),
    ];
  },

  'gives inputs of the right types, which the code takes': ({ jobs }) => {
    const given = jobs['retry']?.with ?? {};
    return [
      ...Object.entries(given).flatMap(([name, value]) =>
        typeof value === INPUTS[name]?.type ? [] : [`${name} is a ${typeof value}`],
      ),
      ...problemsIn(valuesOf({ with: { 'batch-id': 'demo:1', ...withDefaults(given) } })),
    ];
  },

  'grants the permissions of the features in use, and no others': ({ jobs }) => {
    const { permissions, with: given = {} } = jobs['retry'] ?? {};
    const { 'commit-status': writes, 'pull-request-comment': comments, wait } = withDefaults(given);
    const expected = {
      'id-token': 'write',
      ...(writes === true && wait === true && { statuses: 'write' }),
      ...(comments === true && { 'pull-requests': 'write' }),
    };
    return differencesOf(expected, (permissions ?? {}) as Readonly<Record<string, unknown>>);
  },
};

/** The inputs of a call, with the defaults of those that it does not give. */
function withDefaults(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const defaults = Object.entries(INPUTS).map(([name, input]) => [name, input.default ?? '']);
  return { ...(Object.fromEntries(defaults) as Record<string, unknown>), ...given };
}

test.each(Object.entries(RULES_OF_CALLED))('the reusable workflow %s', (_, rule) => {
  expect(CALLED).toHaveLength(1);
  expect(violationsOf(rule, CALLED)).toEqual([]);
});

describe('callers', () => {
  test.each(Object.entries(RULES_OF_CALLERS))('each %s', (_, rule) => {
    expect(violationsOf(rule, CALLERS)).toEqual([]);
  });

  test('are two, one for each set of permissions', () => {
    const sets = CALLERS.map(({ jobs }) => JSON.stringify(jobs['retry']?.permissions));
    expect(sets).toHaveLength(2);
    expect(new Set(sets).size).toBe(2);
  });
});

describe('the defaults in examples/README.md', () => {
  const page = '<!-- reusable --><!-- /reusable -->';
  const textsOf = (inputs: object): ReusableTexts =>
    ({ on: { workflow_call: { inputs } } }) as ReusableTexts;

  test('are those that differ from the defaults of the action (if not: npm run docs)', () => {
    const [workflow] = CALLED;
    const texts = workflow as unknown as ReusableTexts;
    expect(renderReusable(read('examples/README.md'), ACTION, texts)).toBe(
      read('examples/README.md'),
    );
    const differing = Object.entries(INPUTS).flatMap(([name, { default: own = '' }]) =>
      String(own) === (ACTION.inputs[name]?.default ?? '') && INPUTS[name]?.required !== true
        ? []
        : [name],
    );
    expect(differing.length).toBeGreaterThan(3);
    const rows = renderReusable(page, ACTION, texts).match(/(?<=^\| `)[\w-]+/gm);
    expect(rows).toEqual(differing);
  });

  test('are left out where they are the same, whatever their type', () => {
    const inputs = {
      same: { default: 1 },
      empty: { default: '' },
      off: { default: false },
      other: { default: 2, description: 'Why.' },
      needed: { required: true },
    };
    const one = { description: '', default: '1' };
    const action = { same: one, empty: { description: '' }, off: one, other: one };
    expect(renderReusable(page, { inputs: action, outputs: {} }, textsOf(inputs))).toContain(
      [
        '| `off` | `false` | `1` |  |',
        '| `other` | `2` | `1` | Why. |',
        '| `needed` | required |  |  |',
        '',
      ].join('\n'),
    );
  });

  test('cannot be written without their marks', () => {
    expect(() => renderReusable('', ACTION, textsOf({}))).toThrow('The page has no');
  });
});

test('the trust policy for many repositories names the workflow, at the tag that the examples use', () => {
  expect(read('docs/authentication.md')).toContain(
    `:job_workflow_ref": "${workflowRefOf(RELEASE, `/${REUSABLE}`)}"`,
  );
});

/** An edit of the workflow, or of its first caller, and what the rule then says. */
type Broken = readonly [rule: string, from: string, to: string, problems: readonly string[]];

const BROKEN: readonly Broken[] = [
  [
    'has the inputs of the action, but those that name the batch, and the token',
    '      dry-run:\n',
    '      dry-walk:\n',
    ['dry-run', 'dry-walk'],
  ],
  [
    'hands each of them to the action, and the URL of the status',
    'inputs.history',
    'inputs.log-lines',
    ['history'],
  ],
  [
    'hands each of them to the action, and the URL of the status',
    `uses: ${OURS}`,
    'uses: ./',
    ['the steps are not this action alone'],
  ],
  [
    'has the defaults of the example, and for the rest those of the action',
    'default: 5h50m',
    'required: true',
    ['timeout is required'],
  ],
  [
    'has the defaults of the example, and for the rest those of the action',
    'default: 25',
    "default: '26'",
    ['log-lines is not "25"', 'log-lines is no number'],
  ],
  ['is the job of the example, in all partitions', '.amazonaws.cn/', '.amazonaws.com/', ['if']],
  [
    'is the job of the example, in all partitions',
    'cancel-in-progress: false',
    'cancel-in-progress: true',
    ['concurrency'],
  ],
  ['is the job of the example, in all partitions', 'jobs:\n', 'jobs:\n  more: {}\n', ['more']],
  [
    'calls it on a status, in a dozen lines',
    '\non: status',
    '\non: push',
    ['it runs on something else'],
  ],
  ['calls it on a status, in a dozen lines', REUSABLE_USES, './a.yml', ['it calls ./a.yml']],
  ['calls it on a status, in a dozen lines', 'jobs:', 'env:\n  A: b\njobs:', ['it has 13 lines']],
  [
    'gives inputs of the right types, which the code takes',
    'aws-region:',
    'max-retries: two\n      aws-region:',
    ['max-retries is a string', expect.stringMatching(/^max-retries: "two"/) as unknown as string],
  ],
  [
    'grants the permissions of the features in use, and no others',
    'aws-region:',
    'wait: false\n      aws-region:',
    ['statuses'],
  ],
  [
    'grants the permissions of the features in use, and no others',
    'pull-request-comment: true',
    'pull-request-comment: false',
    ['pull-requests'],
  ],
];

test('each rule says what is wrong with a workflow that breaks it', async () => {
  await checkEach(BROKEN, (name, from, to, problems) => {
    const called = RULES_OF_CALLED[name];
    const { path = '', text = '' } = (called === undefined ? CALLERS : CALLED)[0] ?? {};
    expect(text).toContain(from);
    const broken = workflowOf(
      path,
      text.replace(from, () => to),
    );
    expect((called ?? RULES_OF_CALLERS[name])?.(broken)).toEqual(problems);
  });
  const rules = { ...RULES_OF_CALLED, ...RULES_OF_CALLERS };
  expect(new Set(BROKEN.map(([name]) => name))).toEqual(new Set(Object.keys(rules)));
});
