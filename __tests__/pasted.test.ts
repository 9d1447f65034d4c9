import { describe, expect, it, test } from '@jest/globals';
import { readInputs } from '../src/inputs/inputs.ts';
import { testAll } from './support/test-all.ts';

const UUID = '8472cae5-7aef-4c95-b5c1-174db2eda892';
const ID = `web-shop:${UUID}`;
const ARN = `arn:aws:codebuild:eu-west-1:123456789012:build-batch/${ID}`;
const HOST = 'eu-west-1.console.aws.amazon.com';
const PATH = `/codesuite/codebuild/123456789012/projects/web-shop/batch/web-shop%3A${UUID}/builds`;
const URL_OF_BATCH = `https://${HOST}${PATH}?region=eu-west-1`;

type Given = Readonly<Record<string, string>>;

function read(given: Given, environment: Given = { AWS_REGION: 'us-west-2' }) {
  return readInputs((name) => (given[name] ?? '').trim(), environment);
}

function problemsOf(given: Given): readonly string[] {
  const inputs = read(given);
  return 'problems' in inputs ? inputs.problems : [];
}

const WRAPPINGS: readonly (readonly [string, (text: string) => string])[] = [
  ['nothing', (text) => text],
  ['double quotes', (text) => `"${text}"`],
  ['single quotes', (text) => `'${text}'`],
  ['curly quotes', (text) => `\u201c${text}\u201d`],
  ['angled quotes', (text) => `\u00ab\u00a0${text}\u00a0\u00bb`],
  ['backticks', (text) => `\`${text}\``],
  ['angle brackets', (text) => `<${text}>`],
  ['several of them', (text) => `"<\`${text}\`>"`],
  ['half a pair', (text) => `${text}"`],
  ['characters that cannot be seen', (text) => `\ufeff\u200b${text}\u200b\u00a0\u2060`],
];
const PUNCTUATION: typeof WRAPPINGS = [
  ['a full stop', (text) => `${text}.`],
  ['a comma', (text) => `${text},`],
  ['quotes and a full stop', (text) => `"${text}".`],
  ['a full stop and quotes', (text) => `'${text}.'`],
];

describe('what is pasted', () => {
  testAll([...WRAPPINGS, ...PUNCTUATION])('may be a batch in %s', (_, wrap) => {
    const expected = { which: { kind: 'batch', id: ID } };
    expect(read({ 'batch-id': wrap(ID) })).toMatchObject({ ...expected, region: 'us-west-2' });
    for (const reference of [ARN, URL_OF_BATCH, `${HOST}${PATH}`, encodeURIComponent(ARN)]) {
      expect(read({ 'batch-id': wrap(reference) })).toMatchObject({
        ...expected,
        region: 'eu-west-1',
      });
    }
  });

  test.each([
    [`[batch](${URL_OF_BATCH})`],
    [`[web-shop:1](${URL_OF_BATCH}).`],
    [`[](<${URL_OF_BATCH}>)`],
  ])('may be a link in Markdown: %s', (link) => {
    expect(read({ 'batch-id': link })).toMatchObject({ which: { id: ID }, region: 'eu-west-1' });
  });

  testAll([...WRAPPINGS, ...PUNCTUATION])('may be a name in %s', (_, wrap) => {
    const commit = 'a'.repeat(40);
    expect(
      read({
        'project-name': wrap('web-shop'),
        commit: wrap(commit),
        'aws-region': wrap('EU-West-1'),
      }),
    ).toMatchObject({
      which: { kind: 'commit-of-project', projectName: 'web-shop', commit },
      region: 'eu-west-1',
    });
  });

  testAll(WRAPPINGS)('may be a role in %s; its name may end with a full stop', (_, wrap) => {
    const role = 'arn:aws:iam::123456789012:role/retry.';
    expect(read({ 'batch-id': ID, 'role-to-assume': wrap(role) })).toMatchObject({
      roleToAssume: role,
    });
  });

  test.each([
    { AWS_REGION: '"EU-WEST-1"' },
    { AWS_REGION: '\u200b', AWS_DEFAULT_REGION: 'eu-west-1\ufeff' },
  ])('may be a region of the environment: %j', (environment) => {
    expect(read({ 'batch-id': ID }, environment as Given)).toMatchObject({ region: 'eu-west-1' });
  });

  it('agrees with the region of a batch in capitals too', () => {
    const given = { 'batch-id': ARN, 'aws-region': 'EU-WEST-1' };
    expect(read(given)).toMatchObject({ region: 'eu-west-1' });
  });

  it('is nothing if nothing is left of it', () => {
    expect(problemsOf({ 'batch-id': '""', 'project-name': '``' })).toEqual([
      'batch-id and project-name: set exactly one of them (neither is set).',
    ]);
  });
});

describe('what is refused by name', () => {
  const FORMS = 'allowed: project:uuid, the ARN of a batch, or its CodeBuild console URL.';
  const SEVERAL = 'set one per step, and use a matrix for several';
  const other = ID.replace('8472', '9999');

  testAll([
    [`${ID}, ${other}`, `names 2 batches; ${SEVERAL}`],
    [`${ID}\n${other}`, `names 2 batches; ${SEVERAL}`],
    [`${ID} ${other}`, `names 2 batches; ${SEVERAL}`],
    [`"${ID}"; "${other}"`, `names 2 batches; ${SEVERAL}`],
    [`["${ID}", "${other}"]`, `names 2 batches; ${SEVERAL}`],
    [`- ${ID}\n- ${other}`, `names 2 batches; ${SEVERAL}`],
    [`${ARN} ${URL_OF_BATCH}`, `names 2 batches; ${SEVERAL}`],
    [`web-shop%3A1, web-shop%3A2, web-shop%3A3`, `names 3 batches; ${SEVERAL}`],
    [`${ID}, ${ID}`, `names 2 batches; ${SEVERAL}`],
    [`["${ID}"]`, 'is a JSON list; give the batch without brackets and quotes'],
    ['[]', 'is a JSON list; give the batch without brackets and quotes'],
    [`batch-id: ${ID}`, 'has no batch after the colon, or a space in it'],
    [`web-shop:8472cae5 (batch 41)`, 'has no batch after the colon, or a space in it'],
    [ARN.replace('build-batch', 'build'), 'is the ARN of a single build, not of a batch'],
    [URL_OF_BATCH.replace('/batch/', '/build/'), 'is the URL of a single build, not of a batch'],
    [
      `${HOST}${PATH}`.replace('/batch/', '/build/'),
      'is the URL of a single build, not of a batch',
    ],
    [
      'https://eu-west-1.codebuild.aws.amazon.com/project/eyJlbmNyeXB0ZWQ%3D/batch/1',
      'is a public build page, which does not name the batch',
    ],
    [
      `https://octo.awsapps.com/start/#/console?account_id=123456789012&role_name=dev&destination=${encodeURIComponent(URL_OF_BATCH)}`,
      'is an AWS access portal link: open it, and copy the URL of the console page that it leads to',
    ],
  ])('as batch-id', (value, rule) => {
    const [problem = '', ...more] = problemsOf({ 'batch-id': value });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^batch-id: "/);
    expect(problem).toContain(`" ${rule}; ${FORMS}`);
  });

  const NAME =
    'must be the name only: 2 to 255 characters from A-Z a-z 0-9 - _, starting with a letter or digit';
  testAll([
    ['web-shop, api', `names 2 projects; ${SEVERAL}.`],
    ['["web-shop", "api"]', `names 2 projects; ${SEVERAL}.`],
    ['["web-shop"]', `${NAME}; did you mean web-shop?`],
    [
      'arn:aws:codebuild:eu-west-1:123456789012:project/web-shop',
      `${NAME}; did you mean web-shop?`,
    ],
    [
      `https://${HOST}/codesuite/codebuild/projects/web-shop/history`,
      `${NAME}; did you mean web-shop?`,
    ],
    [ID, `${NAME}; to name a batch, set batch-id.`],
    [ARN, `${NAME}; to name a batch, set batch-id.`],
    ['octo-org/web-shop', `${NAME}.`],
  ])('as project-name', (value, rule) => {
    expect(problemsOf({ 'project-name': value })).toEqual([`project-name: "${value}" ${rule}`]);
  });

  const COMMIT = 'must be a full commit SHA or at least its first 7 hexadecimal digits';
  const sha = '3a9e11cb419e8fff14b03883dc4e64f6155aaa7e';
  testAll([
    [`https://github.com/octo-org/web-shop/commit/${sha}`, `${COMMIT}; did you mean ${sha}?`],
    [`octo-org/web-shop@${sha}`, `${COMMIT}; did you mean ${sha}?`],
    ['refs/pull/41/merge', `${COMMIT}.`],
    ['#41', `${COMMIT}.`],
  ])('as commit', (commit, rule) => {
    expect(problemsOf({ 'project-name': 'web-shop', commit })).toEqual([
      `commit: "${commit}" ${rule}`,
    ]);
  });
});

describe('a commit that is GITHUB_SHA', () => {
  const sha = 'b'.repeat(40);
  const mistakenFor = (event: string, commit = sha): unknown => {
    const environment = { AWS_REGION: 'us-west-2', GITHUB_EVENT_NAME: event, GITHUB_SHA: sha };
    const inputs = read({ 'project-name': 'web-shop', commit }, environment);
    return 'problems' in inputs || !('mistakenFor' in inputs.which)
      ? undefined
      : inputs.which.mistakenFor;
  };

  test.each([
    ['pull_request', 'the merge commit of the pull request', 'pull_request.head.sha'],
    ['pull_request_review', 'the merge commit of the pull request', 'pull_request.head.sha'],
    [
      'pull_request_review_comment',
      'the merge commit of the pull request',
      'pull_request.head.sha',
    ],
    ['pull_request_target', 'from outside the pull request', 'pull_request.head.sha'],
    ['status', 'the last commit of the default branch', 'sha'],
    ['check_run', 'the last commit of the default branch', 'check_run.head_sha'],
    ['check_suite', 'the last commit of the default branch', 'check_suite.head_sha'],
    ['workflow_run', 'the last commit of the default branch', 'workflow_run.head_sha'],
  ])('may be mistaken on %s', (event, given, member) => {
    const expected = { event, given, meant: `\${{ github.event.${member} }}` };
    expect(mistakenFor(event)).toEqual(expected);
    expect(mistakenFor(event, 'BBBBBBB')).toEqual(expected);
    expect(mistakenFor(event, 'ccccccc')).toBeNull();
  });

  test.each(['push', 'workflow_dispatch', 'schedule', ''])('is meant on "%s"', (event) => {
    expect(mistakenFor(event)).toBeNull();
  });
});
