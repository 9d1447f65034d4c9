import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from '@jest/globals';
import { parse } from 'yaml';
import { inputWarnings } from '../src/inputs/input-warnings.ts';
import { DEFAULTS, readInputs, type Inputs } from '../src/inputs/inputs.ts';
import { testAll } from './support/test-all.ts';

const REGION_SET = { AWS_REGION: 'us-west-2' };
const ARN = 'arn:aws:codebuild:eu-west-1:123456789012:build-batch/app:8472cae5';

type Given = Readonly<Record<string, string>>;

function read(given: Given, environment: Given = REGION_SET): ReturnType<typeof readInputs> {
  return readInputs((name) => given[name] ?? '', environment);
}

function goodInputs(given: Given, environment: Given = REGION_SET): Inputs {
  const inputs = read(given, environment);
  if ('problems' in inputs) throw new Error(inputs.problems.join(' '));
  return inputs;
}

function problemsOf(given: Given, environment: Given = REGION_SET): readonly string[] {
  const inputs = read(given, environment);
  return 'problems' in inputs ? inputs.problems : [];
}

describe('the inputs', () => {
  it('are the defaults if only the batch is given', () => {
    expect(read({ 'batch-id': 'app:8472cae5' })).toEqual({
      which: { kind: 'batch', id: 'app:8472cae5' },
      region: 'us-west-2',
      retryType: 'RETRY_FAILED_BUILDS',
      maxRetries: 1,
      maxAttempts: null,
      retryDelayMs: 0,
      retryOn: ['FAILED', 'FAULT', 'TIMED_OUT'],
      retryWhen: 'any',
      retryWhenLog: [],
      neverRetry: [],
      onlyRetry: [],
      maxFailedPercent: 100,
      dryRun: false,
      failOnFlaky: false,
      stopOnCancel: true,
      roleToAssume: null,
      wait: true,
      pollIntervalMs: 15_000,
      timeoutMs: null,
      logLines: 25,
      history: 0,
      commitStatus: false,
      pullRequestComment: false,
      githubToken: '',
    });
  });

  it('have the defaults of action.yml', () => {
    const path = new URL('../action.yml', import.meta.url);
    const { inputs } = parse(readFileSync(path, 'utf8')) as {
      inputs: Record<string, { default?: string }>;
    };
    const declared = Object.entries(inputs).flatMap(([name, input]) =>
      input.default === undefined ? [] : [[name, input.default]],
    );
    expect(Object.fromEntries(declared)).toMatchObject(DEFAULTS);
  });

  testAll<[string, Partial<Inputs>]>([
    ['retry-type', 'retry_all_builds', { retryType: 'RETRY_ALL_BUILDS' }],
    ['max-retries', '0', { maxRetries: 0 }],
    ['max-retries', '100', { maxRetries: 100 }],
    ['max-attempts', '1', { maxAttempts: 1 }],
    ['max-attempts', '1000', { maxAttempts: 1000 }],
    ['retry-delay', '1h30m', { retryDelayMs: 5_400_000 }],
    ['retry-delay', '0s', { retryDelayMs: 0 }],
    ['retry-delay', '1H 30M', { retryDelayMs: 5_400_000 }],
    ['timeout', '5h 50m', { timeoutMs: 21_000_000 }],
    ['timeout', '6H', { timeoutMs: 21_600_000 }],
    ['timeout', '1d', { timeoutMs: 86_400_000 }],
    ['timeout', '365D', { timeoutMs: 31_536_000_000 }],
    ['retry-on', 'stopped', { retryOn: ['STOPPED'] }],
    ['retry-on', ' failed,\nFault\r\n\n,FAILED,', { retryOn: ['FAILED', 'FAULT'] }],
    ['retry-when', 'any', { retryWhen: 'any' }],
    ['retry-when', 'ANY', { retryWhen: 'any' }],
    ['retry-when', ' Infrastructure\n', { retryWhen: 'infrastructure' }],
    ['retry-when', 'infrastructure, INFRASTRUCTURE', { retryWhen: 'infrastructure' }],
    ['retry-when-log', ' \n\n ', { retryWhenLog: [] }],
    ['retry-when', 'provisioning', { retryWhen: ['PROVISIONING'] }],
    [
      'retry-when',
      'queued,\nVpc_Client_Error\r\n\n,QUEUED,',
      { retryWhen: ['QUEUED', 'VPC_CLIENT_ERROR'] },
    ],
    [
      'retry-when',
      'Secrets Manager Error, PROVISIONING',
      { retryWhen: ['SECRETS MANAGER ERROR', 'PROVISIONING'] },
    ],
    [
      'retry-when',
      'Decrypted  Variables Error\nsecrets manager error',
      { retryWhen: ['DECRYPTED VARIABLES ERROR', 'SECRETS MANAGER ERROR'] },
    ],
    ['never-retry', 'deploy_*', { neverRetry: ['deploy_*'] }],
    ['never-retry', 'integration?tests,\n*', { neverRetry: ['integration?tests', '*'] }],
    ['never-retry', '_'.repeat(128), { neverRetry: ['_'.repeat(128)] }],
    ['never-retry', ' a,\nb?\r\n\n,A,a', { neverRetry: ['a', 'b?', 'A'] }],
    ['never-retry', ',', { neverRetry: [] }],
    ['only-retry', 'integration?tests,\nunit,,unit', { onlyRetry: ['integration?tests', 'unit'] }],
    ['only-retry', ',', { onlyRetry: [] }],
    ['max-failed-percent', '0', { maxFailedPercent: 0 }],
    ['max-failed-percent', '12.5', { maxFailedPercent: 12.5 }],
    ['max-failed-percent', '100', { maxFailedPercent: 100 }],
    ['dry-run', 'True', { dryRun: true }],
    ['dry-run', 'FALSE', { dryRun: false }],
    ['fail-on-flaky', 'TRUE', { failOnFlaky: true }],
    ['stop-on-cancel', 'false', { stopOnCancel: false }],
    ['stop-on-cancel', 'TRUE', { stopOnCancel: true }],
    ...[
      'arn:aws:iam::123456789012:role/retry',
      'arn:aws:iam::123456789012:role/ci/path/retry_a+b=c,d.e@f-1',
      'arn:aws-cn:iam::123456789012:role/retry',
      'arn:aws-us-gov:iam::123456789012:role/retry',
    ].map((arn): [string, string, Partial<Inputs>] => [
      'role-to-assume',
      arn,
      { roleToAssume: arn },
    ]),
    ['role-to-assume', '', { roleToAssume: null }],
    ['log-lines', '0', { logLines: 0 }],
    ['log-lines', '10000', { logLines: 10_000 }],
    ['history', '1', { history: 1 }],
    ['history', '100', { history: 100 }],
    ['commit-status', 'true', { commitStatus: true }],
    ['commit-status', 'False', { commitStatus: false }],
    ['pull-request-comment', 'TRUE', { pullRequestComment: true }],
    ['github-token', 'ghs_0123', { githubToken: 'ghs_0123' }],
    ['wait', 'false', { wait: false }],
    ['wait', 'False', { wait: false }],
    ['wait', 'FALSE', { wait: false }],
    ['wait', 'True', { wait: true }],
    ['wait', 'TRUE', { wait: true }],
    ['poll-interval', '0.5', { pollIntervalMs: 500 }],
    ['poll-interval', '500ms', { pollIntervalMs: 500 }],
    ['timeout', '2h', { timeoutMs: 7_200_000 }],
    ['timeout', '36h', { timeoutMs: 129_600_000 }],
    ['aws-region', 'us-gov-west-1', { region: 'us-gov-west-1' }],
    ['aws-region', 'cn-northwest-1', { region: 'cn-northwest-1' }],
    ['aws-region', 'us-iso-east-1', { region: 'us-iso-east-1' }],
    ['aws-region', 'US-East-1', { region: 'us-east-1' }],
    ['aws-region', '"eu-west-1"', { region: 'eu-west-1' }],
  ])('take each value that they can', (name, value, expected) => {
    expect(goodInputs({ 'batch-id': 'app:1', [name]: value })).toMatchObject(expected);
  });

  const DURATION =
    'must be a number of seconds (15, 0.5) or numbers with units, largest first (500ms, 30s, 10m, 1h30m, 1d).';
  const BOOLEAN = 'must be true or false (also True, TRUE, False, FALSE).';
  const REGION = 'must be the name of an AWS region, such as us-east-1.';
  const CAUSES =
    'must be any, infrastructure or log on its own, or a list of build phases and error codes separated by commas or newlines (such as PROVISIONING, Secrets Manager Error).';
  const STATUSES =
    'must be a list of FAILED, FAULT, TIMED_OUT, STOPPED, separated by commas or newlines.';
  const didYouMean = (rule: string, meant: string): string =>
    rule.replace(/\.$/, `; did you mean ${meant}?`);
  const mixes = (keyword: string): string =>
    `mixes ${keyword} with other words; any, infrastructure and log must each stand alone.`;
  const holds = (what: string): string =>
    `contains ${what}; a pattern consists of letters, digits, _, * (any text) and ? (any single character); patterns are separated by commas or newlines.`;

  testAll([
    ['retry-type', 'ALL', 'must be RETRY_FAILED_BUILDS or RETRY_ALL_BUILDS.'],
    [
      'retry-type',
      'retry_all_build',
      'must be RETRY_FAILED_BUILDS or RETRY_ALL_BUILDS; did you mean RETRY_ALL_BUILDS?',
    ],
    ...[
      '-1',
      '101',
      '1.5',
      '1e9',
      '12abc',
      'NaN',
      'Infinity',
      '0x10',
      '+1',
      '１',
      '9'.repeat(50),
    ].map((value) => ['max-retries', value, 'must be a whole number from 0 to 100.'] as const),
    ...['0', '1001', '-5', 'many'].map(
      (value) => ['max-attempts', value, 'must be a whole number from 1 to 1000.'] as const,
    ),
    ...['12abc', '-5', '1e9', 'NaN', 'Infinity', '5 5', '30m1h', '5 w', '５m', '5m, 3s'].flatMap(
      (value) =>
        ['retry-delay', 'poll-interval', 'timeout'].map((name) => [name, value, DURATION] as const),
    ),
    ...['366d', '99999999999999999999', `1h${'9'.repeat(100)}m`, '365d1ms'].flatMap((value) =>
      ['retry-delay', 'poll-interval', 'timeout'].map(
        (name) => [name, value, 'must be at most 365d.'] as const,
      ),
    ),
    ['timeout', '0 d', 'must be greater than 0.'],
    ['timeout', '0.0001', 'must be greater than 0.'],
    ['poll-interval', '0', 'must be greater than 0.'],
    ['poll-interval', '0ms', 'must be greater than 0.'],
    ['timeout', '0', 'must be greater than 0.'],
    ['timeout', '0h0m', 'must be greater than 0.'],
    ['retry-on', 'SUCCEEDED', STATUSES],
    ['retry-on', 'FAILED, CLIENT_ERROR', STATUSES],
    ['retry-on', ',', STATUSES],
    ['retry-on', 'failed;stopped', STATUSES],
    ['retry-on', 'failed stopped', STATUSES],
    ['retry-on', '"FAILED"', didYouMean(STATUSES, 'FAILED')],
    ['retry-on', 'fa\u0131led', didYouMean(STATUSES, 'FAILED')],
    ['retry-on', '\u017ftopped', didYouMean(STATUSES, 'STOPPED')],
    ['retry-on', 'FAILED, timeout, STOP', didYouMean(STATUSES, 'TIMED_OUT')],
    [
      'retry-on',
      '["FAILED", "FAULT"]',
      'is a JSON list; write it as "FAILED, FAULT", separated by commas or newlines.',
    ],
    [
      'retry-when',
      '[PROVISIONING]',
      'is a JSON list; write it as "PROVISIONING", separated by commas or newlines.',
    ],
    [
      'retry-when',
      '- PROVISIONING\n- QUEUED',
      'is a YAML list; write it as "PROVISIONING, QUEUED", separated by commas or newlines.',
    ],
    [
      'never-retry',
      '["deploy_*"]',
      'is a JSON list; write it as "deploy_*", separated by commas or newlines.',
    ],
    ['never-retry', '[]', 'is an empty JSON list; leave the input empty.'],
    ['never-retry', '- \n-', 'is an empty YAML list; leave the input empty.'],
    [
      'never-retry',
      "['deploy_*', 'unit']",
      'is a JSON list; write it as "deploy_*, unit", separated by commas or newlines.',
    ],
    [
      'never-retry',
      '- deploy_*\n- unit',
      'is a YAML list; write it as "deploy_*, unit", separated by commas or newlines.',
    ],
    ...(
      [
        ['any, BUILD', 'any'],
        ['infrastructure, BUILD', 'infrastructure'],
        ['any, infrastructure', 'any'],
        ['BUILD,\nLog', 'log'],
        ['log, any', 'log'],
        ['infrastructure PROVISIONING', 'infrastructure'],
        ['Secrets Manager Error: any', 'any'],
      ] as const
    ).map(([value, keyword]) => ['retry-when', value, mixes(keyword)] as const),
    ...[
      'build phase',
      'BUILD;QUEUED',
      '*',
      '404',
      ',',
      'Überbau',
      'PROVISIONING QUEUED',
      '"PROVISIONING"',
      'PROV\u0131SIONING',
      'X'.repeat(129),
    ].map((value) => ['retry-when', value, CAUSES] as const),
    ...['-1', '100.1', '101', '1e2', '50%', 'NaN', 'Infinity', '.5', '5.', '1,5', '٥'].map(
      (value) => ['max-failed-percent', value, 'must be a number from 0 to 100.'] as const,
    ),
    ...(
      [
        ['unit lint', 'a space'],
        ['"deploy_*"', `'"'`],
        ["'deploy'", `"'"`],
        ['^deploy', '"^"'],
        ['deploy_*$', '"$"'],
        ['deploy-eu', '"-"'],
        ['deploy/*', '"/"'],
        ['deploy_.*', '"."'],
        ['deploy_[a-z]', '"["'],
        ['!unit', '"!"'],
        ['a;b', '";"'],
        ['d\u0435ploy_*', 'U+0435'],
        ['déploy', 'U+00E9'],
        ['deploy😀', 'U+1F600'],
      ] as const
    ).map(([value, what]) => ['never-retry', value, holds(what)] as const),
    ['never-retry', 'x'.repeat(129), 'is longer than 128 characters.'],
    ['only-retry', '^unit', holds('"^"')],
    ['only-retry', 'x'.repeat(129), 'is longer than 128 characters.'],
    [
      'only-retry',
      '["unit", "e2e_*"]',
      'is a JSON list; write it as "unit, e2e_*", separated by commas or newlines.',
    ],
    ...['-1', '10001', '10,000', '1.5', 'all', '1e3'].map(
      (value) => ['log-lines', value, 'must be a whole number from 0 to 10000.'] as const,
    ),
    ...['-1', '101', '1.5', 'yes', 'NaN'].map(
      (value) => ['history', value, 'must be a whole number from 0 to 100.'] as const,
    ),
    ...['yes', 'no', '1', '0', 'on', 'tRUE'].flatMap((value) =>
      [
        'wait',
        'dry-run',
        'fail-on-flaky',
        'stop-on-cancel',
        'commit-status',
        'pull-request-comment',
      ].map((name) => [name, value, BOOLEAN] as const),
    ),
    ...['us-east', 'useast1', 'us-east-100', '*', 'Frankfurt'].map(
      (value) => ['aws-region', value, REGION] as const,
    ),
    ...[
      'us-east-1a',
      'us-east-1-bos-1a',
      'us_east_1',
      'us-east1',
      'US East 1',
      'us-east-1.example.com',
      'N. Virginia (us-east-1)',
    ].map((value) => ['aws-region', value, didYouMean(REGION, 'us-east-1')] as const),
    ...[
      'retry',
      'role/retry',
      'arn:aws:iam::123456789012:user/retry',
      'arn:aws:iam::12345678901:role/retry',
      'arn:aws:iam::123456789012:role/',
      'arn:aws:iam::123456789012:role/re try',
      'arn:aws:iam::123456789012:role/retry\nx',
      'arn:aws:iam::1234-5678-9012:role/retry',
      'arn:aws:iam::octo-org:role/retry',
      'arn:other:iam::123456789012:role/retry',
    ].map(
      (value) =>
        [
          'role-to-assume',
          value,
          'must be the ARN of a role, arn:aws:iam::123456789012:role/name.',
        ] as const,
    ),
    [
      'role-to-assume',
      'arn:aws-cn:sts::123456789012:assumed-role/retry/session',
      'must be the ARN of a role, arn:aws:iam::123456789012:role/name; did you mean arn:aws-cn:iam::123456789012:role/retry?',
    ],
    ['commit', '3a9e11c', 'is allowed only with project-name.'],
  ])('refuse each value that they cannot take, and say why', (name, value, rule) => {
    expect(problemsOf({ 'batch-id': 'app:1', [name]: value })).toEqual([
      `${name}: "${value}" ${rule}`,
    ]);
  });

  test.each([
    ['never-retry', 'deploy_{eu,us}, unit', '"deploy_{eu, us}" contains "{"'],
    [
      'never-retry',
      'a-1,b-2,c-3,d-4,e-5,f-6,g-7',
      '"a-1, b-2, c-3, d-4, e-5 and 2 more" contains "-"',
    ],
    ['never-retry', 'deploy\u200b_*', '"deploy<U+200B>_*" contains U+200B'],
    ['never-retry', 'deploy\u00a0eu', '"deploy<U+00A0>eu" contains U+00A0'],
    ['timeout', '5h\u00a050m', '"5h<U+00A0>50m" must be'],
    ['timeout', '\uff15m', '"５m" must be'],
    ['max-retries', '1\u200b', '"1<U+200B>" must be'],
    ['retry-on', 'FAILED\u200b', '"FAILED<U+200B>" must be'],
    ['dry-run', 'true\ufeff', '"true<U+FEFF>" must be'],
  ])('are shown with codes for invisible characters, %s: %j', (name, value, expected) => {
    const problems = problemsOf({ 'batch-id': 'app:1', [name]: value });
    expect(problems).toEqual([expect.stringContaining(`${name}: ${expected}`)]);
  });

  it('are shown with at most 200 characters', () => {
    expect(problemsOf({ 'batch-id': 'app:1', wait: 'x'.repeat(500) })).toEqual([
      `wait: "${'x'.repeat(200)}…" ${BOOLEAN}`,
    ]);
  });

  it('are all checked before any is reported', () => {
    const problems = problemsOf(
      {
        'batch-id': 'app',
        commit: '3a9e11c',
        'aws-region': 'moon',
        'retry-type': 'ALL',
        'max-retries': 'x',
        'max-attempts': '0',
        'retry-delay': 'x',
        'retry-on': 'x',
        'retry-when': '?',
        'retry-when-log': 'x',
        'max-failed-percent': 'x',
        'dry-run': 'x',
        'fail-on-flaky': 'x',
        'stop-on-cancel': 'x',
        'role-to-assume': 'x',
        wait: 'x',
        'poll-interval': '0',
        timeout: 'x',
        'log-lines': 'x',
        history: 'x',
        'commit-status': 'x',
        'pull-request-comment': 'x',
      },
      {},
    );
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'commit',
      'batch-id',
      'aws-region',
      'retry-type',
      'max-retries',
      'max-attempts',
      'retry-delay',
      'retry-on',
      'retry-when',
      'retry-when-log',
      'max-failed-percent',
      'dry-run',
      'fail-on-flaky',
      'stop-on-cancel',
      'role-to-assume',
      'wait',
      'poll-interval',
      'timeout',
      'log-lines',
      'history',
      'commit-status',
      'pull-request-comment',
    ]);
  });
});

describe('problems', () => {
  const { inputs } = parse(readFileSync(new URL('../action.yml', import.meta.url), 'utf8')) as {
    inputs: Record<string, unknown>;
  };
  const names = Object.keys(inputs).filter((name) => name !== 'github-token');

  it('are reported for all inputs at once, and fit into one annotation', () => {
    const given = Object.fromEntries(names.map((name) => [name, '\u00e9'.repeat(5000)]));
    const proxies = { HTTPS_PROXY: 'x', https_proxy: 'x', HTTP_PROXY: 'x', http_proxy: 'x' };
    const problems = problemsOf(given, proxies);
    for (const name of [...names, ...Object.keys(proxies)]) {
      expect(problems.some((problem) => problem.startsWith(`${name}: `))).toBe(true);
    }
    expect(problems.join(' ').length).toBeLessThan(3900);
  });
});

describe('retry-when-log', () => {
  const given = (texts: string, when = 'log'): Given => ({
    ...{ 'batch-id': 'app:1', 'retry-when': when },
    'retry-when-log': texts,
  });

  testAll<[string[]]>([
    ['connect ETIMEDOUT', ['connect ETIMEDOUT']],
    [' connect ETIMEDOUT \n\n\tport taken\r\n', ['connect ETIMEDOUT', 'port taken']],
    ['one, two\none, two\nthree', ['one, two', 'three']],
    ['Test\ntest', ['Test', 'test']],
    ['[Container] exit\n- Expected\n"quoted"', ['[Container] exit', '- Expected', '"quoted"']],
    ['.*.*', ['.*.*']],
    ['[1234]', ['[1234]']],
    ['\u001b[31mE: \u001b[39mtimed\tout', ['E: timed    out']],
    ['a bc', ['a bc']],
    ['日本語だ', ['日本語だ']],
    ['x'.repeat(1000), ['x'.repeat(1000)]],
  ])('takes texts, one per line, as a log shows them', (texts, expected) => {
    for (const when of ['log', 'LOG', 'infrastructure', 'PROVISIONING']) {
      expect(goodInputs(given(texts, when)).retryWhenLog).toEqual(expected);
    }
  });

  const SHORT = 'is shorter than 4 characters; write one string per line.';
  testAll<[when: string, problem: string]>([
    ['abc', 'log', `retry-when-log: "abc" ${SHORT}`],
    ['good text\n é€\nb', 'log', `retry-when-log: "é€, b" ${SHORT}`],
    ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 'log', SHORT],
    ['e\u0301e\u0301e\u0301', 'log', SHORT],
    ['\u200b\u200b\u200b\u200b', 'log', SHORT],
    ['\u001b[31mabc\u001b[39m', 'log', SHORT],
    ['a\tb', 'log', SHORT],
    ['x'.repeat(1001), 'log', 'is longer than 1000 characters.'],
    [
      '["connect ETIMEDOUT", "port taken"]',
      'log',
      'is a JSON list; write one string per line: connect ETIMEDOUT\nport taken.',
    ],
    ['[]', 'infrastructure', 'is an empty JSON list; leave the input empty.'],
    [
      'connect ETIMEDOUT',
      'any',
      'retry-when-log: "connect ETIMEDOUT" has no effect with retry-when: any, which retries every failure; set retry-when to log, infrastructure, or a list of phases and error codes.',
    ],
    ['connect ETIMEDOUT', '', 'has no effect with retry-when: any'],
    [
      '',
      'log',
      'retry-when: "log" needs retry-when-log: the strings to find in a log, one per line.',
    ],
    [' \n ', 'Log', 'retry-when: "log" needs retry-when-log'],
  ])('refuses what could not match, or could match anything', (texts, when, problem) => {
    expect(problemsOf(given(texts, when))).toEqual([expect.stringContaining(problem)]);
  });

  testAll([
    'log, PROVISIONING',
    'PROVISIONING\nlog',
    'log, infrastructure',
    'any, log',
    'log PROVISIONING',
  ])('is no help where log is mixed with others', (when) => {
    expect(problemsOf(given('connect ETIMEDOUT', when))).toEqual([
      expect.stringContaining('any, infrastructure and log must each stand alone'),
    ]);
  });
});

describe('which batch', () => {
  test.each<[string, Given, Inputs['which']]>([
    ['an id', { 'batch-id': 'app:1' }, { kind: 'batch', id: 'app:1' }],
    ['an ARN', { 'batch-id': ARN }, { kind: 'batch', id: 'app:8472cae5' }],
    ['a project', { 'project-name': 'app' }, { kind: 'newest-of-project', projectName: 'app' }],
    [
      'a commit of a project',
      { 'project-name': 'app', commit: '3A9E11C' },
      { kind: 'commit-of-project', projectName: 'app', commit: '3A9E11C', mistakenFor: null },
    ],
  ])('is named by %s', (_, given, expected) => {
    expect(goodInputs(given).which).toEqual(expected);
  });

  const PROJECT =
    'must be the name only: 2 to 255 characters from A-Z a-z 0-9 - _, starting with a letter or digit.';
  const COMMIT = 'must be a full commit SHA or at least its first 7 hexadecimal digits.';
  const FORMS = 'allowed: project:uuid, the ARN of a batch, or its CodeBuild console URL.';

  test.each<[string, Given, string[]]>([
    ['nothing', {}, ['batch-id and project-name: set exactly one of them (neither is set).']],
    [
      'only a bad commit',
      { commit: 'main' },
      [
        'batch-id and project-name: set exactly one of them (neither is set).',
        `commit: "main" ${COMMIT}`,
      ],
    ],
    [
      'both',
      { 'batch-id': 'app:1', 'project-name': 'app' },
      ['batch-id and project-name: set exactly one of them (both are set: "app:1" and "app").'],
    ],
    [
      'both, each invalid',
      { 'batch-id': 'app', 'project-name': 'my app', commit: 'main' },
      [
        'batch-id and project-name: set exactly one of them (both are set: "app" and "my app").',
        `batch-id: "app" has no colon between project and batch; ${FORMS}`,
        `project-name: "my app" ${PROJECT}`,
        `commit: "main" ${COMMIT}`,
      ],
    ],
    [
      'both, of another region',
      { 'batch-id': ARN, 'project-name': 'app', 'aws-region': 'us-west-2' },
      [
        `batch-id and project-name: set exactly one of them (both are set: "${ARN}" and "app").`,
        'aws-region: "us-west-2" differs from the region in batch-id ("eu-west-1"); remove aws-region.',
      ],
    ],
    [
      'an id without colon',
      { 'batch-id': 'app' },
      [`batch-id: "app" has no colon between project and batch; ${FORMS}`],
    ],
    [
      'the ARN of a build',
      { 'batch-id': ARN.replace('build-batch', 'build') },
      [
        `batch-id: "${ARN.replace('build-batch', 'build')}" is the ARN of a single build, not of a batch; ${FORMS}`,
      ],
    ],
    ['a project of one letter', { 'project-name': 'a' }, [`project-name: "a" ${PROJECT}`]],
    [
      'a project with a dash first',
      { 'project-name': '-app' },
      [`project-name: "-app" ${PROJECT}`],
    ],
    ['a project with a space', { 'project-name': 'my app' }, [`project-name: "my app" ${PROJECT}`]],
    ['a short commit', { 'project-name': 'app', commit: '3a9e11' }, [`commit: "3a9e11" ${COMMIT}`]],
    ['a branch', { 'project-name': 'app', commit: 'main' }, [`commit: "main" ${COMMIT}`]],
    [
      'a commit that is too long',
      { 'project-name': 'app', commit: 'a'.repeat(65) },
      [`commit: "${'a'.repeat(65)}" ${COMMIT}`],
    ],
    [
      'a bad commit of a bad project',
      { 'project-name': '?', commit: '?' },
      [`project-name: "?" ${PROJECT}`, `commit: "?" ${COMMIT}`],
    ],
  ])('is not named by %s', (_, given, expected) => {
    expect(problemsOf(given)).toEqual(expected);
  });
});

describe('the region', () => {
  const CONSOLE =
    'https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/projects/app/batch/app%3A1';
  const both = { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'ap-south-1' };

  test.each<[string, Given, Given, string]>([
    [
      'aws-region before all others',
      { 'batch-id': 'app:1', 'aws-region': 'eu-north-1' },
      both,
      'eu-north-1',
    ],
    ['the ARN before the environment', { 'batch-id': ARN }, both, 'eu-west-1'],
    ['the console URL before the environment', { 'batch-id': CONSOLE }, both, 'eu-west-1'],
    ['AWS_REGION before AWS_DEFAULT_REGION', { 'batch-id': 'app:1' }, both, 'us-west-2'],
    [
      'AWS_DEFAULT_REGION last',
      { 'batch-id': 'app:1' },
      { AWS_REGION: ' ', AWS_DEFAULT_REGION: ' ap-south-1 ' },
      'ap-south-1',
    ],
    [
      'aws-region that agrees with the ARN',
      { 'batch-id': ARN, 'aws-region': 'eu-west-1' },
      both,
      'eu-west-1',
    ],
    [
      'aws-region, even if AWS_REGION is invalid',
      { 'batch-id': 'app:1', 'aws-region': 'eu-west-1' },
      { AWS_REGION: '?' },
      'eu-west-1',
    ],
    ['the environment, with a project', { 'project-name': 'app' }, both, 'us-west-2'],
  ])('is that of %s', (_, given, environment, expected) => {
    expect(goodInputs(given, environment).region).toBe(expected);
  });

  test.each<[string, Given, Given, string[]]>([
    [
      'contradicts the ARN',
      { 'batch-id': ARN, 'aws-region': 'us-west-2' },
      {},
      [
        'aws-region: "us-west-2" differs from the region in batch-id ("eu-west-1"); remove aws-region.',
      ],
    ],
    [
      'contradicts the console URL',
      { 'batch-id': CONSOLE, 'aws-region': 'us-west-2' },
      {},
      [
        'aws-region: "us-west-2" differs from the region in batch-id ("eu-west-1"); remove aws-region.',
      ],
    ],
    [
      'is not given',
      { 'batch-id': 'app:1' },
      {},
      [
        'aws-region: no region is given; set a region such as us-east-1, set AWS_REGION, or set batch-id to the ARN or console URL of the batch.',
      ],
    ],
    [
      'is invalid in AWS_REGION',
      { 'batch-id': 'app:1' },
      { AWS_REGION: 'moon' },
      ['AWS_REGION: "moon" must be the name of an AWS region, such as us-east-1.'],
    ],
    [
      'is invalid in AWS_DEFAULT_REGION',
      { 'batch-id': 'app:1' },
      { AWS_DEFAULT_REGION: 'moon' },
      ['AWS_DEFAULT_REGION: "moon" must be the name of an AWS region, such as us-east-1.'],
    ],
    [
      'is invalid in the ARN',
      { 'batch-id': ARN.replace('eu-west-1', 'moon') },
      {},
      ['batch-id: "moon" must be the name of an AWS region, such as us-east-1.'],
    ],
  ])('is rejected if it %s', (_, given, environment, expected) => {
    expect(problemsOf(given, environment)).toEqual(expected);
  });

  it('is not required if batch-id, which may name it, is wrong', () => {
    const problems = problemsOf({ 'batch-id': ARN.replace('build-batch', 'build') }, {});
    expect(problems).toHaveLength(1);
  });
});

describe('inputWarnings', () => {
  test.each([
    ['4999ms', 1],
    ['500ms', 1],
    ['5', 0],
    ['15', 0],
  ])('a poll-interval of %s: %d warnings', (value, expected) => {
    expect(inputWarnings(goodInputs({ 'batch-id': 'app:1', 'poll-interval': value }))).toHaveLength(
      expected,
    );
  });

  test.each([
    [{ 'commit-status': 'true' }, 1],
    [{ 'commit-status': 'true', 'github-token': 'ghs_0123' }, 0],
    [{ 'commit-status': 'true', wait: 'false' }, 0],
    [{ 'commit-status': 'true', 'dry-run': 'true' }, 0],
    [{ 'pull-request-comment': 'true' }, 1],
    [{ 'pull-request-comment': 'true', 'github-token': 'ghs_0123' }, 0],
    [{ 'pull-request-comment': 'true', wait: 'false' }, 1],
    [{ 'pull-request-comment': 'true', 'dry-run': 'true' }, 0],
    [{ 'pull-request-comment': 'true', 'commit-status': 'true' }, 2],
    [{ 'github-token': '' }, 0],
  ])('what is written to GitHub needs a token: %j, %d warnings', (given, expected) => {
    expect(inputWarnings(goodInputs({ 'batch-id': 'app:1', ...given }))).toHaveLength(expected);
  });

  test.each([
    ['infra', 1],
    ['INFRASTRUCTRE, PROVISIONING', 1],
    ['PROVISIONING, CLIENT_ERROR', 0],
    ['infrastructure', 0],
    ['Secrets Manager Error, decrypted variables error', 0],
    ['Some New Error, A_NEW_CODE', 0],
    ['some text, VPC_CLIENT_EROR, X', 3],
  ])('an unknown word of retry-when: %s, %d warnings', (when, expected) => {
    const inputs = goodInputs({ 'batch-id': 'app:1', 'retry-when': when });
    expect(inputWarnings(inputs)).toHaveLength(expected);
  });

  test.each([
    ['infra', 'INFRASTRUCTURE'],
    ['anyy', 'ANY'],
    ['PROVISONING', 'PROVISIONING'],
    ['QUEUE', 'QUEUED'],
    ['VPC_CLIENT_EROR', 'VPC_CLIENT_ERROR'],
    ['SECRETS_MANAGER_ERROR', 'SECRETS MANAGER ERROR'],
    ['BUILD_CONTAINER', 'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE'],
  ])('suggests another word for retry-when: %s, %s', (when, meant) => {
    expect(inputWarnings(goodInputs({ 'batch-id': 'app:1', 'retry-when': when }))).toEqual([
      `retry-when: ${when.toUpperCase()} is not a known build phase or error code. Did you mean ${meant}? If CodeBuild never reports it, it never causes a retry.`,
    ]);
  });

  it('names the input and its value', () => {
    expect(inputWarnings(goodInputs({ 'batch-id': 'app:1', 'poll-interval': '0.5' }))).toEqual([
      'poll-interval: polling more often than every 5 s (500ms) can get the whole account throttled.',
    ]);
  });
});

describe('the proxy URLs', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'in %s are checked and never shown: they may contain a password',
    (name) => {
      const given = { 'batch-id': 'app:8472cae5' };
      for (const bad of ['me:secret@proxy:3128', 'socks5://me:secret@proxy', 'http://']) {
        const [problem, ...more] = problemsOf(given, { ...REGION_SET, [name]: bad });
        expect(problem).toBe(
          `${name}: the environment variable must be the http:// or https:// URL of a proxy, or empty.`,
        );
        expect(more).toEqual([]);
      }
      const good = { ...REGION_SET, [name]: 'http://me:secret@proxy:3128' };
      expect(problemsOf(given, good)).toEqual([]);
    },
  );
});
