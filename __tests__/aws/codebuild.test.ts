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
    for (const [ask, member, absent] of [
      ['getBuilds', 'ids', 'buildsNotFound'],
      ['getReports', 'reportArns', 'reportsNotFound'],
    ] as const) {
      const { asked, client } = canned(...portions.map(() => ({ [absent]: arns(count) })));
      expect(await createCodeBuild(client)[ask](arns(count), signal)).toEqual([]);
      expect(asked.map(({ input }) => (input[member] as string[]).length)).toEqual(portions);
      expect(asked.flatMap(({ input }) => input[member])).toEqual(arns(count));
    }
  });

  it('are put together, without what was not asked for', async () => {
    const [a = '', b = ''] = [arns(101)[0], arns(101)[100]];
    const { client } = canned(
      { builds: [{ arn: a }, {}, null, { arn: `${ACCOUNT}:build/other:1` }] },
      { builds: [{ arn: b }], buildsNotFound: ['c'] },
    );
    const builds = await createCodeBuild(client).getBuilds(arns(101), signal);
    expect(builds.map(({ arn }) => arn)).toEqual([a, b]);

    const other = canned({ reports: [{ arn: REPORT }, {}, { arn: `${REPORT}x` }] });
    const reports = await createCodeBuild(other.client).getReports([REPORT], signal);
    expect(reports.map(({ name }) => name)).toEqual(['app-unit']);
  });
});

const ID = 'app:8472cae5';
const ARN = `${ACCOUNT}:build-batch/${ID}`;
const OTHER = 'app:e9c4';

/** Answers of BatchGetBuildBatches that say nothing of the batch that was asked for. */
const NO_ANSWERS: [string, unknown][] = [
  ['an empty object', {}],
  ['null', null],
  ['a list', []],
  ['nothing at all', ''],
  ['empty lists', { buildBatches: [], buildBatchesNotFound: [] }],
  ['lists that are none', { buildBatches: {}, buildBatchesNotFound: 'x' }],
  ['entries that are none', { buildBatches: [null, 5, {}], buildBatchesNotFound: [null, 5] }],
  ['another batch', { buildBatches: [{ id: OTHER, buildBatchStatus: 'SUCCEEDED' }] }],
  ['another batch that is not found', { buildBatchesNotFound: [OTHER] }],
];

/** Answers that name it and do not say how it stands. */
const WITHOUT_STATUS: [string, unknown][] = [
  ['its name alone', { buildBatches: [{ id: ID }] }],
  ['a status that is none', { buildBatches: [{ id: ID, arn: ARN, buildBatchStatus: 5 }] }],
];

describe('a batch', () => {
  test.each([
    ['its id', ID, { id: ID }],
    ['its ARN', ID, { arn: ARN }],
    ['its ARN in the place of the id', ID, { id: ARN }],
    ['its id, where it was asked for by ARN', ARN, { id: ID, arn: ARN }],
    ['both, among others', ID, { id: ID, arn: ARN }],
  ])('is what the answer names by %s', async (_, asked, names) => {
    const other = { id: OTHER, buildBatchStatus: 'FAILED' };
    const { client } = canned({ buildBatches: [other, { ...names, buildBatchStatus: 'FAULT' }] });
    const batch = await createCodeBuild(client).getBatch(asked, signal);
    expect(batch).toMatchObject({ id: ID, status: 'FAULT' });
  });

  test.each([
    ['id', [OTHER, ID]],
    ['ARN', [null, ARN]],
  ])('is unknown if the answer says so by its %s', async (_, buildBatchesNotFound) => {
    const { client } = canned({ buildBatches: [], buildBatchesNotFound });
    expect(await createCodeBuild(client).getBatch(ID, signal)).toBeNull();
  });

  test.each([...NO_ANSWERS, ...WITHOUT_STATUS])(
    'is asked for again after %s',
    async (_, answer) => {
      const { client } = canned(answer as object);
      await expect(createCodeBuild(client).getBatch(ID, signal)).rejects.toMatchObject({
        name: 'ServiceError',
        kind: 'transient',
        maybeDone: false,
        message: expect.stringContaining('is not a valid AWS response'),
      });
    },
  );

  test.each<[string, object, string[]]>([
    ['both', { buildBatches: [{ arn: ARN }, { id: 'app:3' }, { id: OTHER }] }, [ID, OTHER]],
    [
      'one, and the other as not found',
      { buildBatches: [{ id: OTHER }], buildBatchesNotFound: [ARN] },
      [OTHER],
    ],
    ['one alone', { buildBatches: [{ id: OTHER }, { id: 'app:3' }] }, [OTHER]],
    ['one alone, as not found', { buildBatchesNotFound: [ARN] }, []],
  ])('is one of many, of which the answer names %s', async (_, answer, expected) => {
    const { client } = canned(answer);
    const batches = await createCodeBuild(client).getBatches([ID, OTHER], signal);
    expect(batches.map(({ id }) => id)).toEqual(expected);
  });

  test.each(NO_ANSWERS)('is asked for again with others after %s', async (_, answer) => {
    const { client } = canned(answer as object);
    const asking = createCodeBuild(client).getBatches([ID, 'app:4'], signal);
    await expect(asking).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('RetryBuildBatch and StopBuildBatch', () => {
  const calls: [string, (codebuild: CodeBuild) => Promise<unknown>][] = [
    ['retryBatch', (codebuild) => codebuild.retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal)],
    ['stopBatch', (codebuild) => codebuild.stopBatch(ID, signal)],
  ];

  test('retryBatch: a new id in the answer is followed', async () => {
    const { client } = canned({ buildBatch: { id: OTHER } });
    const retry = createCodeBuild(client).retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal);
    expect(await retry).toMatchObject({ id: OTHER });
  });

  test('stopBatch: an answer about another batch is none', async () => {
    const { client } = canned({ buildBatch: { id: OTHER, buildBatchStatus: 'STOPPED' } });
    const stop = createCodeBuild(client).stopBatch(ID, signal);
    await expect(stop).rejects.toMatchObject({ kind: 'transient', maybeDone: true });
  });

  test.each([
    ['id', { id: ID }],
    ['ARN', { arn: ARN }],
  ])('stopBatch: an answer names the batch by its %s', async (_, names) => {
    const { client } = canned({ buildBatch: names });
    expect(await createCodeBuild(client).stopBatch(ID, signal)).toMatchObject({ id: ID });
  });

  test.each(calls)('%s: a time that is none is no part of the answer', async (_, ask) => {
    const { client } = canned({ buildBatch: { id: ID, startTime: 'x', endTime: {} } });
    expect(await ask(createCodeBuild(client))).toMatchObject({ id: ID, endedOn: null });
  });

  describe.each(calls)('%s may have been done', (_, ask) => {
    test.each([
      ['an empty object', {}],
      ['null', null],
      ['nothing at all', ''],
      ['a batch without a name', { buildBatch: { buildBatchStatus: 'IN_PROGRESS' } }],
      ['a batch that is none', { buildBatch: 'x' }],
    ])('after %s', async (_answer, answer) => {
      const { client } = canned(answer as object);
      const failure = await ask(createCodeBuild(client)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'ServiceError', kind: 'transient', maybeDone: true });
      expect(String(failure)).not.toMatch(/Deserialization|\$response/);
    });
  });
});

describe('the batch of a build', () => {
  const BUILD = 'app:b1';
  test.each<[string, object, unknown]>([
    ['its id', { builds: [{ id: BUILD, buildBatchArn: ARN }] }, { batchId: ID }],
    ['none', { builds: [{ id: BUILD }] }, { batchId: null }],
    ['no build of that id', { buildsNotFound: [BUILD] }, null],
    ['another build', { builds: [{ id: OTHER }], buildsNotFound: [BUILD] }, null],
  ])('is known by BatchGetBuilds: %s', async (_, answer, expected) => {
    const { client } = canned(answer);
    expect(await createCodeBuild(client).getBatchOfBuild(BUILD, signal)).toEqual(expected);
  });
});

describe('test cases', () => {
  it('are asked for by status, once', async () => {
    const { asked, client } = canned({ testCases: [{ name: 'adds' }] });
    const cases = await createCodeBuild(client).getTestCases(REPORT, 'ERROR', 50, signal);
    expect(cases).toEqual([{ reportArn: REPORT, suite: '', name: 'adds', message: '' }]);
    expect(asked).toEqual([
      {
        operation: 'DescribeTestCases',
        input: { reportArn: REPORT, filter: { status: 'ERROR' }, maxResults: 50 },
      },
    ]);
  });

  it('are read page by page until there are enough', async () => {
    const { asked, client } = canned(
      { testCases: [{ name: '1' }], nextToken: 'x' },
      { testCases: [], nextToken: 'y' },
      { testCases: [{ name: '2' }, { name: '3' }], nextToken: 'z' },
    );
    const cases = await createCodeBuild(client).getTestCases(REPORT, 'FAILED', 2, signal);
    expect(cases.map(({ name }) => name)).toEqual(['1', '2']);
    expect(asked.map(({ input }) => input['nextToken'])).toEqual([undefined, 'x', 'y']);
    expect(client.clock.elapsed()).toBe(200);
  });

  it('are given up after ten pages', async () => {
    const empty = Array.from({ length: 20 }, (_, index) => ({ nextToken: String(index) }));
    const { asked, client } = canned(...empty);
    expect(await createCodeBuild(client).getTestCases(REPORT, 'FAILED', 2, signal)).toEqual([]);
    expect(asked).toHaveLength(10);
  });

  it('may be none', async () => {
    const { client } = canned({ testCases: [{ reportArn: `${REPORT}x`, name: 'of another' }] });
    expect(await createCodeBuild(client).getTestCases(REPORT, 'FAILED', 50, signal)).toEqual([]);
  });
});

describe('ids of batches', () => {
  const list = (most: number, ...answers: (object | string)[]) => {
    const { asked, client } = canned(...answers);
    const began = client.clock.elapsed();
    const ids = createCodeBuild(client).listBatchIds('app', most, signal);
    return { asked, ids, took: () => client.clock.elapsed() - began };
  };

  it('are read page by page until there are enough', async () => {
    const { asked, ids, took } = list(
      2,
      { ids: ['app:3'], nextToken: 'x' },
      { nextToken: 'y' },
      { ids: ['app:2', 'app:1'], nextToken: 'z' },
    );
    expect(await ids).toEqual(['app:3', 'app:2']);
    expect(asked.map(({ input }) => input['nextToken'])).toEqual([undefined, 'x', 'y']);
    expect(took()).toBe(200);
  });

  it('are those of the project alone', async () => {
    const { ids } = list(9, { ids: ['app:3', 'other:1', null, 7, `${ACCOUNT}:build-batch/app:2`] });
    expect(await ids).toEqual(['app:3', 'app:2']);
  });

  it('end where a token comes back', async () => {
    const page = { ids: ['app:3'], nextToken: 'x' };
    const { asked, ids } = list(9, page, page, page);
    expect(await ids).toEqual(['app:3', 'app:3']);
    expect(asked).toHaveLength(2);
  });

  it('end after ten pages, with a pause between empty ones', async () => {
    const pages = Array.from({ length: 20 }, (_, index) => ({ ids: [], nextToken: `${index}` }));
    const none = list(9, ...pages);
    await expect(none.ids).rejects.toMatchObject({
      kind: 'permanent',
      message: expect.stringMatching(/10 pages without a batch .* Set batch-id/),
    });
    expect([none.asked.length, none.took()]).toEqual([10, 1800]);

    const some = list(9, { ids: ['app:3'], nextToken: 'first' }, ...pages);
    expect(await some.ids).toEqual(['app:3']);
    expect(some.asked).toHaveLength(10);
  });

  test.each([
    ['an empty object', {}],
    ['null', null],
    ['nothing at all', ''],
  ])('are asked for again after %s', async (_, answer) => {
    await expect(list(9, answer as object).ids).rejects.toMatchObject({ kind: 'transient' });
  });

  it('may be none', async () => {
    expect(await list(9, { ids: [] }).ids).toEqual([]);
  });
});

test.each<[string, (codebuild: CodeBuild) => Promise<unknown>]>([
  ['BatchGetBuilds', (codebuild) => codebuild.getBuilds(arns(1), signal)],
  ['BatchGetReports', (codebuild) => codebuild.getReports([REPORT], signal)],
  ['DescribeTestCases', (codebuild) => codebuild.getTestCases(REPORT, 'FAILED', 50, signal)],
])('%s is refused in our terms, and asked for once', async (operation, ask) => {
  const { asked, client } = canned('AccessDeniedException');
  await expect(ask(createCodeBuild(client))).rejects.toMatchObject({
    name: 'ServiceError',
    message: expect.stringContaining(`may not do codebuild:${operation}`),
  });
  expect(asked).toHaveLength(1);
});
