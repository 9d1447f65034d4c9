import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findingsOf } from '../../scripts/record/findings.ts';
import { rewriteStrings } from '../../scripts/record/json-strings.ts';
import type { Call, Json } from '../../scripts/record/recording.ts';
import { scrub } from '../../scripts/record/scrub.ts';
import type { ExistingBatch, Scenario } from '../../simulator/index.ts';
import { FLAKY, shop } from '../support/scenarios.ts';
import { recorded } from './recorded.ts';

function call(body: unknown, status = 200): Call {
  return {
    purpose: 'poll',
    operation: 'BatchGetBuildBatches',
    input: { ids: [] },
    askedAt: 0,
    answeredAt: 1,
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** What is left of one answer. */
function scrubbed(body: unknown, status?: number): unknown {
  return JSON.parse(scrub([call(body, status)])[0]?.body ?? '');
}

const UUID = 'e9c4f4df-3f43-41d2-ab3a-60fe2b1c0d7e';
const ARN = 'arn:aws:codebuild:us-west-2:123456789012';
const NO_1 = '00000000-0000-4000-8000-000000000001';

describe('what is replaced', () => {
  test.each<[string, Json, Json]>([
    ['ids', { id: `acme:${UUID}` }, { id: `project-1:${NO_1}` }],
    [
      'ARNs of batches',
      { arn: `${ARN}:build-batch/acme:${UUID}` },
      { arn: `arn:aws:codebuild:us-west-2:000000000001:build-batch/project-1:${NO_1}` },
    ],
    [
      'reports',
      { reportArns: [`${ARN}:report/acme-unit:${UUID}`] },
      { reportArns: [`arn:aws:codebuild:us-west-2:000000000001:report/report-group-1:${NO_1}`] },
    ],
    [
      'buckets and keys',
      { location: 'arn:aws:s3:::acme-artifacts/a/b.zip' },
      { location: 'arn:aws:s3:::bucket-1/key-1' },
    ],
    [
      'roles',
      { serviceRole: 'arn:aws-cn:iam::123456789012:role/service-role/acme' },
      { serviceRole: 'arn:aws-cn:iam::000000000001:iam-1' },
    ],
    [
      'logs',
      {
        projectName: 'acme',
        groupName: '/aws/codebuild/acme',
        streamName: `nightly/${UUID}`,
        cloudWatchLogsArn: `arn:aws:logs:us-west-2:123456789012:log-group:/aws/codebuild/acme:log-stream:nightly/${UUID}`,
      },
      {
        projectName: 'project-1',
        groupName: '/aws/codebuild/project-1',
        streamName: `log-stream-1/${NO_1}`,
        cloudWatchLogsArn: `arn:aws:logs:us-west-2:000000000001:log-group:/aws/codebuild/project-1:log-stream:log-stream-1/${NO_1}`,
      },
    ],
    [
      'repositories, commits and users',
      { location: 'https://github.com/acme/shop.git', initiator: 'jo', sourceVersion: 'pr/7' },
      { location: 'location-1', initiator: 'user-1', sourceVersion: 'version-1' },
    ],
    [
      'names and values of variables',
      { environmentVariables: [{ name: 'TOKEN', value: 's3cret', type: 'PLAINTEXT' }] },
      { environmentVariables: [{ name: 'text-1', value: 'text-2', type: 'PLAINTEXT' }] },
    ],
    [
      'networks, and whatever else may come',
      { vpcConfig: { vpcId: 'vpc-0a1b', subnets: ['subnet-1', 'subnet-2'] } },
      { vpcConfig: { vpcId: 'text-1', subnets: ['text-2', 'text-3'] } },
    ],
    [
      'images of others',
      { image: '123456789012.dkr.ecr.us-west-2.amazonaws.com/acme:1' },
      { image: 'image-1' },
    ],
    [
      'groups that bear a name, however joined',
      { projectName: 'web-shop', identifier: 'Web_Shop_tests', dependsOn: ['unit'] },
      { projectName: 'project-1', identifier: 'group-1', dependsOn: ['unit'] },
    ],
    ['words that are none of the service', { status: 'by jo' }, { status: 'text-1' }],
  ])('%s', (_, real, replaced) => {
    expect(scrubbed(real)).toEqual(replaced);
  });

  test('names in a refusal, but not what the service says', () => {
    const message = `User: arn:aws:sts::123456789012:assumed-role/retry/jo may not retry ${ARN}:project/acme (acme:${UUID}).`;
    const [, refusal] = scrub([
      call({ projectName: 'acme' }),
      call({ __type: 'InvalidInputException', message }, 400),
    ]);
    expect(JSON.parse(refusal?.body ?? '')).toEqual({
      __type: 'InvalidInputException',
      message: `User: arn:aws:sts::000000000001:sts-1 may not retry arn:aws:codebuild:us-west-2:000000000001:project/project-1 (project-1:${NO_1}).`,
    });
  });

  test('what is no JSON, whole', () => {
    expect(scrubbed('<html>acme</html>', 502)).toBe('text-1');
  });
});

describe('what is kept', () => {
  test.each<Json>([
    { buildBatchStatus: 'FAILED', currentPhase: 'FAILED', complete: true, buildBatchNumber: 7 },
    {
      phases: [{ phaseType: 'IN_PROGRESS', phaseStatus: 'CLIENT_ERROR', startTime: 1604440340.7 }],
    },
    { primaryArtifact: { type: 'no_artifacts', identifier: 'unit' }, secondaryArtifacts: [] },
    { image: 'aws/codebuild/amazonlinux2-x86_64-standard:3.0' },
    { groupName: 'null', streamName: 'null', artifacts: { location: '' }, nothing: null },
    { contexts: [{ statusCode: 'COMMAND_EXECUTION_ERROR', message: '' }] },
    { projectName: '', identifier: 'DOWNLOAD_SOURCE' },
  ])('%j', (body) => {
    expect(scrubbed(body)).toEqual(body);
  });

  test('the form of the text: numbers, order, spaces', () => {
    const form = '{ "startTime":1.604440340775E9,\n "complete" : true , "status":"FAILED"}';
    expect(scrub([call(form)])[0]?.body).toBe(form);
  });
});

test('strings are found with their members in any JSON, and nothing else is touched', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(rewriteStrings(json, (value) => value)).toBe(
        json.replace(/"(?:[^"\\]|\\.)*"(?!\s*:)/g, (text) => JSON.stringify(JSON.parse(text))),
      );
    }),
  );
  const seen: string[] = [];
  rewriteStrings('{"a":["x",{"b":"y"},"z"],"c":"{\\"d\\":1}"}', (value, member) => {
    seen.push(`${member}=${value}`);
    return value;
  });
  expect(seen).toEqual(['a=x', 'b=y', 'a=z', 'c={"d":1}']);
});

/** Names as people give them, none of which can be found by chance in the words of the service. */
const name = (prefix: string): fc.Arbitrary<string> =>
  fc.stringMatching(/^[a-z0-9]{3,8}$/).map((text) => `${prefix}zq${text}`);
const world = fc.record({
  account: fc.stringMatching(/^[1-9]\d{11}$/),
  project: name('p'),
  bucket: name('b'),
  owner: name('o'),
  repository: name('r'),
  user: name('u'),
  branch: name('v'),
  message: name('m'),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

function scenarioOf({
  account,
  project,
  bucket,
  owner,
  repository,
  user,
  ...rest
}: World): Scenario {
  const id = `${project}:11111111-2222-4333-8444-555555555555`;
  const artifact = `arn:aws:s3:::${bucket}/${repository}/{build}.zip`;
  const cause = { phase: 'BUILD', code: 'COMMAND_EXECUTION_ERROR', message: rest.message };
  const batch: ExistingBatch = {
    id,
    startedAgo: 3600,
    initiator: user,
    sourceVersion: rest.branch,
    downloadBatchspec: 1,
    source: { location: `https://github.com/${owner}/${repository}.git` },
    logs: { s3: `${bucket}/logs` },
    combinedArtifact: `arn:aws:s3:::${bucket}/all.zip`,
    groups: {
      lint: { takes: 2 },
      [`unit_${project}`]: { takes: 5, ends: [{ status: 'FAILED', cause }, 'SUCCEEDED'], artifact },
      pack: { takes: 2, dependsOn: [`unit_${project}`] },
    },
    reports: { unit: { from: 'lint', cases: { passed: 1 } } },
  };
  return { account, projects: { [project]: { batches: [batch] } } };
}

describe('any recording', () => {
  const recordOf = (of: World, more: object = {}): Promise<{ calls: Call[] }> =>
    recorded(scenarioOf(of), {
      id: `${of.project}:11111111-2222-4333-8444-555555555555`,
      byArn: true,
      again: true,
      ...more,
    });

  test('has no real name, and says the same as before', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (of) => {
        const { calls } = await recordOf(of);
        const shared = scrub(calls);
        const text = JSON.stringify(shared).toLowerCase();
        for (const real of Object.values(of)) expect(text).not.toContain(real);
        expect(text).not.toContain('11111111-2222');
        expect(findingsOf(shared)).toEqual(findingsOf(calls));
      }),
      { numRuns: 20 },
    );
  });

  test('gives the same for the same, and different ones for different', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (of) => {
        const { calls } = await recordOf(of);
        const shared = scrub(calls);
        expect(scrub(calls)).toEqual(shared);
        const pairs = calls.flatMap(({ body }, index) => {
          const [reals, others] = [arnsIn(body), arnsIn(shared[index]?.body ?? '')];
          expect(others).toHaveLength(reals.length);
          return reals.map((real, at) => [real, others[at] ?? ''] as const);
        });
        const there = new Map(pairs);
        const back = new Map(pairs.map(([real, other]) => [other, real]));
        expect(there.size).toBe(back.size);
        for (const [real, other] of pairs) expect(there.get(real)).toBe(other);
      }),
      { numRuns: 5 },
    );
  });

  test('of the same batch is the same for every owner', async () => {
    const [mine, yours] = fc.sample(world, { numRuns: 2, seed: 7 });
    if (mine === undefined || yours === undefined) throw new Error('two are needed');
    const [one, other] = [await recordOf(mine), await recordOf(yours)];
    expect(scrub(one.calls)).toEqual(scrub(other.calls));
  });

  test('keeps the groups of the usual batch by their names', async () => {
    const { calls } = await recorded(shop(FLAKY));
    const text = JSON.stringify(scrub(calls));
    for (const group of ['lint', 'unit', 'package']) expect(text).toContain(`\\"${group}\\"`);
  });
});

function arnsIn(text: string): string[] {
  return text.match(/"arn:[^"]*"/g) ?? [];
}
