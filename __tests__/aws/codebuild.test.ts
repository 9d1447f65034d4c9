import { describe, expect, it, test } from '@jest/globals';
import { createCodeBuild } from '../../src/aws/codebuild.ts';
import type { CodeBuild } from '../../src/ports.ts';
import { canned } from '../support/canned.ts';

const ACCOUNT = 'arn:aws:codebuild:us-west-2:123456789012';
const REPORT = `${ACCOUNT}:report/app-unit:r1`;
const { signal } = new AbortController();

const arns = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${ACCOUNT}:build/app:${index}`);

describe('portions', () => {
  test.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('%d builds or reports are asked for in portions of %j', async (count, portions) => {
    for (const [ask, member] of [
      ['getBuilds', 'ids'],
      ['getReports', 'reportArns'],
    ] as const) {
      const { asked, client } = canned();
      expect(await createCodeBuild(client)[ask](arns(count), signal)).toEqual([]);
      expect(asked.map(({ input }) => (input[member] as string[]).length)).toEqual(portions);
      expect(asked.flatMap(({ input }) => input[member])).toEqual(arns(count));
    }
  });

  it('are put together, without what cannot be named', async () => {
    const { client } = canned(
      { builds: [{ arn: 'a' }, {}] },
      { builds: [{ arn: 'b' }], buildsNotFound: ['c'] },
    );
    const builds = await createCodeBuild(client).getBuilds(arns(101), signal);
    expect(builds.map(({ arn }) => arn)).toEqual(['a', 'b']);

    const other = canned({ reports: [{ arn: REPORT }, {}] });
    const reports = await createCodeBuild(other.client).getReports([REPORT], signal);
    expect(reports.map(({ name }) => name)).toEqual(['app-unit']);
  });
});

describe('test cases', () => {
  it('are asked for by status, once', async () => {
    const { asked, client } = canned({ testCases: [{ name: 'adds' }], nextToken: 'more' });
    const cases = await createCodeBuild(client).getTestCases(REPORT, 'ERROR', 50, signal);
    expect(cases).toEqual([{ reportArn: REPORT, suite: '', name: 'adds', message: '' }]);
    expect(asked).toEqual([
      {
        operation: 'DescribeTestCases',
        input: { reportArn: REPORT, filter: { status: 'ERROR' }, maxResults: 50 },
      },
    ]);
  });

  it('may be none', async () => {
    const { client } = canned({});
    expect(await createCodeBuild(client).getTestCases(REPORT, 'FAILED', 50, signal)).toEqual([]);
  });
});

describe('ids of batches', () => {
  it('are read page by page until there are enough', async () => {
    const { asked, client } = canned(
      { ids: ['app:3'], nextToken: 'x' },
      { nextToken: 'y' },
      { ids: ['app:2', 'app:1'], nextToken: 'z' },
    );
    expect(await createCodeBuild(client).listBatchIds('app', 2, signal)).toEqual([
      'app:3',
      'app:2',
    ]);
    expect(asked.map(({ input }) => input['nextToken'])).toEqual([undefined, 'x', 'y']);
  });
});

test.each<[string, (codebuild: CodeBuild) => Promise<unknown>]>([
  ['BatchGetBuilds', (codebuild) => codebuild.getBuilds(arns(1), signal)],
  ['BatchGetReports', (codebuild) => codebuild.getReports([REPORT], signal)],
  ['DescribeTestCases', (codebuild) => codebuild.getTestCases(REPORT, 'FAILED', 50, signal)],
])('%s is refused in our terms, and asked for once', async (operation, ask) => {
  const { asked, client } = canned('AccessDeniedException');
  await expect(ask(createCodeBuild(client))).rejects.toMatchObject({
    name: 'CallFailure',
    message: expect.stringContaining(`may not do codebuild:${operation}`),
  });
  expect(asked).toHaveLength(1);
});
