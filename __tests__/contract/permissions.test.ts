import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  FEATURES,
  type IamAction,
  resourceArn,
  RESOURCES,
} from '../../scripts/docs-tables/permissions.ts';
import {
  renderAuthentication,
  renderPolicy,
} from '../../scripts/docs-tables/render-permissions.ts';
import { createCodeBuild } from '../../src/aws/codebuild.ts';
import { createLogs } from '../../src/aws/logs.ts';
import { canned } from '../support/canned.ts';
import { codeBlocks, read, README, ROOT } from './files.ts';

const AUTHENTICATION = read('docs/authentication.md');
const ACTIONS = Object.keys(RESOURCES) as IamAction[];
const ADAPTER = readdirSync(join(ROOT, 'src/aws')).map((file) => read(`src/aws/${file}`));

/** The operations whose commands src/aws makes, as IAM actions: each file makes those of one service. */
function calledOperations(): string[] {
  return ADAPTER.flatMap((text) => {
    const prefix = text.includes("'@aws-sdk/client-cloudwatch-logs'") ? 'logs' : 'codebuild';
    const calls = text.matchAll(/\bnew (?<operation>\w+)Command\(/g);
    return [...new Set([...calls].map(({ groups }) => `${prefix}:${groups?.['operation'] ?? ''}`))];
  });
}

describe('the permissions', () => {
  test('are those of the operations that the code can call, and no others', () => {
    expect(ACTIONS).toEqual(calledOperations().sort());
  });

  test('each is of a feature, and no feature repeats one', () => {
    const used = FEATURES.flatMap(({ actions }) => actions);
    expect([...new Set(used)].sort()).toEqual(ACTIONS);
    for (const { actions } of FEATURES) expect(new Set(actions).size).toBe(actions.length);
  });

  test('STS needs none: the trust policy of the role allows what is asked of it', () => {
    expect(ADAPTER.some((text) => text.includes('AssumeRoleWithWebIdentity'))).toBe(true);
    expect(ACTIONS.filter((action) => action.startsWith('sts:'))).toEqual([]);
    expect(AUTHENTICATION).toContain('`sts:AssumeRoleWithWebIdentity`');
  });
});

describe('an access denied error advises adding the same permission on the same resource', () => {
  const { signal } = new AbortController();
  const arn = (rest: string): string => `arn:aws:codebuild:us-west-2:123456789012:${rest}`;
  const denied = canned(...ACTIONS.map(() => 'AccessDeniedException'));
  const codebuild = createCodeBuild(denied.client);
  const logs = createLogs(denied.client);
  const stream = { group: '/aws/codebuild/app', stream: 's' };
  const calls: Record<IamAction, () => Promise<unknown>> = {
    'codebuild:BatchGetBuildBatches': () => codebuild.getBatch(arn('build-batch/app:1'), signal),
    'codebuild:BatchGetBuilds': () => codebuild.getBuilds([arn('build/app:1')], signal),
    'codebuild:BatchGetReports': () => codebuild.getReports([arn('report/app-unit:1')], signal),
    'codebuild:DescribeTestCases': () =>
      codebuild.getTestCases(arn('report/app-unit:1'), 'FAILED', 1, signal),
    'codebuild:ListBuildBatchesForProject': () => codebuild.listBatchIds('app', 1, signal),
    'codebuild:RetryBuildBatch': () =>
      codebuild.retryBatch('app:1', 'RETRY_FAILED_BUILDS', 'token', signal),
    'codebuild:StopBuildBatch': () => codebuild.stopBatch('app:1', signal),
    'logs:GetLogEvents': () => logs.tail(stream, 1, signal),
  };

  test.each(ACTIONS)('%s', async (action) => {
    const message = await calls[action]().then(String, String);
    const advice = JSON.parse(/\{"Effect".*?\}/.exec(message)?.[0] ?? '{}') as object;
    const place = { partition: 'aws', region: 'us-west-2', account: '(?:123456789012|\\*)' };
    const allowed = resourceArn(RESOURCES[action], { ...place, project: 'app' });
    expect(advice).toEqual({
      Effect: 'Allow',
      Action: action,
      Resource: expect.stringMatching(`^${allowed.replace(/\*$/, '.*')}$`),
    });
  });
});

describe('the documentation', () => {
  test('has the policies and the table that are generated (if not: npm run docs)', () => {
    expect(README).toBe(renderPolicy(README));
    expect(AUTHENTICATION).toBe(renderAuthentication(AUTHENTICATION));
  });

  test('is not taken for up to date when it is not', () => {
    const stale = README.replace('"codebuild:StopBuildBatch"', '"codebuild:*"');
    expect(stale).not.toBe(README);
    expect(renderPolicy(stale)).toBe(README);
    const staleTable = AUTHENTICATION.replace('`codebuild:StopBuildBatch`', '`codebuild:*`');
    expect(staleTable).not.toBe(AUTHENTICATION);
    expect(renderAuthentication(staleTable)).toBe(AUTHENTICATION);
  });

  test('cannot be written without its marks', () => {
    expect(() => renderPolicy(README.replace('<!-- policy -->', ''))).toThrow('The page has no');
    for (const mark of ['<!-- trust -->', '<!-- permissions -->']) {
      expect(() => renderAuthentication(AUTHENTICATION.replace(mark, ''))).toThrow(
        'The page has no',
      );
    }
  });

  test('the policy is one that IAM can read, and allows every action once', () => {
    const [policy = ''] = codeBlocks(README, 'json');
    const { Statement } = JSON.parse(policy) as { Statement: { Action: string | string[] }[] };
    expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual(ACTIONS);
  });
});
