import { describe, expect, it, test } from '@jest/globals';
import { createCodeBuild } from '../../src/aws/codebuild.ts';
import type { CodeBuild } from '../../src/ports.ts';
import { canned } from '../support/canned.ts';

const ACCOUNT = 'arn:aws:codebuild:us-west-2:123456789012';
const REPORT = `${ACCOUNT}:report/app-unit:r1`;
const { signal } = new AbortController();

const arns = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${ACCOUNT}:build/app:${index}`);

describe('chunks', () => {
  test.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('%d builds or reports are requested in chunks of %j', async (count, chunks) => {
    for (const [ask, member, absent] of [
      ['getBuilds', 'ids', 'buildsNotFound'],
      ['getReports', 'reportArns', 'reportsNotFound'],
    ] as const) {
      const { asked, client } = canned(...chunks.map(() => ({ [absent]: arns(count) })));
      expect(await createCodeBuild(client)[ask](arns(count), signal)).toEqual([]);
      expect(asked.map(({ input }) => (input[member] as string[]).length)).toEqual(chunks);
      expect(asked.flatMap(({ input }) => input[member])).toEqual(arns(count));
    }
  });

  it('are combined, without what was not requested', async () => {
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

/** Responses of BatchGetBuildBatches that do not name the requested batch. */
const INVALID: [string, unknown][] = [
  ['an empty object', {}],
  ['null', null],
  ['a list', []],
  ['nothing at all', ''],
  ['empty lists', { buildBatches: [], buildBatchesNotFound: [] }],
  ['lists of a wrong type', { buildBatches: {}, buildBatchesNotFound: 'x' }],
  ['entries of a wrong type', { buildBatches: [null, 5, {}], buildBatchesNotFound: [null, 5] }],
  ['another batch', { buildBatches: [{ id: OTHER, buildBatchStatus: 'SUCCEEDED' }] }],
  ['another batch that is not found', { buildBatchesNotFound: [OTHER] }],
];

/** Responses that name it without a status. */
const WITHOUT_STATUS: [string, unknown][] = [
  ['its name only', { buildBatches: [{ id: ID }] }],
  ['a status of a wrong type', { buildBatches: [{ id: ID, arn: ARN, buildBatchStatus: 5 }] }],
];

describe('a batch', () => {
  test.each([
    ['its id', ID, { id: ID }],
    ['its ARN', ID, { arn: ARN }],
    ['its ARN in the place of the id', ID, { id: ARN }],
    ['its id, where the ARN was requested', ARN, { id: ID, arn: ARN }],
    ['both, among others', ID, { id: ID, arn: ARN }],
  ])('is the one that the response names by %s', async (_, requested, names) => {
    const other = { id: OTHER, buildBatchStatus: 'FAILED' };
    const { client } = canned({ buildBatches: [other, { ...names, buildBatchStatus: 'FAULT' }] });
    const batch = await createCodeBuild(client).getBatch(requested, signal);
    expect(batch).toMatchObject({ id: ID, status: 'FAULT' });
  });

  test.each([
    ['id', [OTHER, ID]],
    ['ARN', [null, ARN]],
  ])('is null if the response lists its %s as not found', async (_, buildBatchesNotFound) => {
    const { client } = canned({ buildBatches: [], buildBatchesNotFound });
    expect(await createCodeBuild(client).getBatch(ID, signal)).toBeNull();
  });

  test.each([...INVALID, ...WITHOUT_STATUS])('is a transient error after %s', async (_, answer) => {
    const { client } = canned(answer as object);
    await expect(createCodeBuild(client).getBatch(ID, signal)).rejects.toMatchObject({
      name: 'ServiceError',
      kind: 'transient',
      maybeDone: false,
      message: expect.stringContaining('is not a valid AWS response'),
    });
  });

  test.each<[string, object, string[]]>([
    ['both', { buildBatches: [{ arn: ARN }, { id: 'app:3' }, { id: OTHER }] }, [ID, OTHER]],
    [
      'one, and the other as not found',
      { buildBatches: [{ id: OTHER }], buildBatchesNotFound: [ARN] },
      [OTHER],
    ],
    ['one only', { buildBatches: [{ id: OTHER }, { id: 'app:3' }] }, [OTHER]],
    ['one only, as not found', { buildBatchesNotFound: [ARN] }, []],
    [
      'one, and the other by two names',
      { buildBatches: [{ id: ID, arn: ARN.replace(ID, 'app:9') }, { id: OTHER }] },
      [OTHER],
    ],
  ])('is one of two, of which the response names %s', async (_, answer, expected) => {
    const { client } = canned(answer);
    const batches = await createCodeBuild(client).getBatches([ID, OTHER], signal);
    expect(batches.map(({ id }) => id)).toEqual(expected);
  });

  test.each(INVALID)('is a transient error after %s, with others too', async (_, answer) => {
    const { client } = canned(answer as object);
    const call = createCodeBuild(client).getBatches([ID, 'app:4'], signal);
    await expect(call).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('RetryBuildBatch and StopBuildBatch', () => {
  const calls: [string, (codebuild: CodeBuild) => Promise<unknown>][] = [
    ['retryBatch', (codebuild) => codebuild.retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal)],
    ['stopBatch', (codebuild) => codebuild.stopBatch(ID, signal)],
  ];

  test('retryBatch: returns a batch with a new id', async () => {
    const { client } = canned({ buildBatch: { id: OTHER } });
    const retry = createCodeBuild(client).retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal);
    expect(await retry).toMatchObject({ id: OTHER });
  });

  test('stopBatch: a response about another batch is invalid', async () => {
    const { client } = canned({ buildBatch: { id: OTHER, buildBatchStatus: 'STOPPED' } });
    const stop = createCodeBuild(client).stopBatch(ID, signal);
    await expect(stop).rejects.toMatchObject({ kind: 'transient', maybeDone: true });
  });

  test.each([
    ['id', { id: ID }],
    ['ARN', { arn: ARN }],
  ])('stopBatch: the response names the batch by its %s', async (_, names) => {
    const { client } = canned({ buildBatch: names });
    expect(await createCodeBuild(client).stopBatch(ID, signal)).toMatchObject({ id: ID });
  });

  test.each(calls)('%s: an invalid time is left out', async (_, ask) => {
    const { client } = canned({ buildBatch: { id: ID, startTime: 'x', endTime: {} } });
    expect(await ask(createCodeBuild(client))).toMatchObject({ id: ID, endedOn: null });
  });

  describe.each(calls)('%s may have been carried out', (_, ask) => {
    test.each([
      ['an empty object', {}],
      ['null', null],
      ['nothing at all', ''],
      ['a batch without a name', { buildBatch: { buildBatchStatus: 'IN_PROGRESS' } }],
      ['a batch of a wrong type', { buildBatch: 'x' }],
      ['a batch of another project', { buildBatch: { id: 'other:1' } }],
      ['a batch whose id is not that of its ARN', { buildBatch: { id: OTHER, arn: ARN } }],
    ])('after %s', async (_answer, answer) => {
      const { client } = canned(answer as object);
      const error = await ask(createCodeBuild(client)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'ServiceError', kind: 'transient', maybeDone: true });
      expect(String(error)).not.toMatch(/Deserialization|\$response/);
    });
  });
});

describe('the batch of a build', () => {
  const BUILD = 'app:b1';
  test.each<[string, object, unknown]>([
    ['its id', { builds: [{ id: BUILD, buildBatchArn: ARN }] }, { batchId: ID }],
    ['none', { builds: [{ id: BUILD }] }, { batchId: null }],
    ['no such build', { buildsNotFound: [BUILD] }, null],
    ['another build', { builds: [{ id: OTHER }], buildsNotFound: [BUILD] }, null],
  ])('comes from BatchGetBuilds: %s', async (_, answer, expected) => {
    const { client } = canned(answer);
    expect(await createCodeBuild(client).getBatchOfBuild(BUILD, signal)).toEqual(expected);
  });
});

describe('test cases', () => {
  it('are requested by status, once', async () => {
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

  it('end after ten pages', async () => {
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
    const startMs = client.clock.elapsed();
    const ids = createCodeBuild(client).listBatchIds('app', most, signal);
    return { asked, ids, took: () => client.clock.elapsed() - startMs };
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

  it('are those of the project only', async () => {
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
  ])('are a transient error after %s', async (_, answer) => {
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
])('%s is a service error without the permission, after one call', async (operation, ask) => {
  const { asked, client } = canned('AccessDeniedException');
  await expect(ask(createCodeBuild(client))).rejects.toMatchObject({
    name: 'ServiceError',
    message: expect.stringContaining(`not authorized to perform codebuild:${operation}`),
  });
  expect(asked).toHaveLength(1);
});
