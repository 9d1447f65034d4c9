import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  FEATURES,
  type IamAction,
  resourceArn,
  RESOURCES,
} from '../../scripts/docs-tables/permissions.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { evaluate, parseTemplate } from '../support/cloudformation.ts';
import { ACTION, codeBlocks, read, README } from './files.ts';
import { OURS } from './workflow-rules.ts';

const TEMPLATE = parseTemplate(read('examples/aws/template.yaml'));
const GUIDE = read('examples/aws/README.md');
const SWITCHES = [...new Set(FEATURES.flatMap(({ parameter }) => parameter ?? []))];
const PLACE = { partition: 'aws', region: 'eu-west-1', account: '123456789012', project: 'shop' };
const ISSUER = 'token.actions.githubusercontent.com';

const WORLD = {
  'AWS::Partition': PLACE.partition,
  'AWS::Region': PLACE.region,
  'AWS::AccountId': PLACE.account,
  ProjectName: PLACE.project,
  Repository: 'octo-org/shop',
  OidcProvider: `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`,
  'RetryRole.Arn': 'arn:aws:iam::123456789012:role/retry',
  LogGroup: '/aws/codebuild/shop',
  'LogGroup.Arn': 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/codebuild/shop:*',
  'BuildRole.Arn': 'arn:aws:iam::123456789012:role/build',
  'BatchRole.Arn': 'arn:aws:iam::123456789012:role/batch',
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
}

interface Role {
  /** JSON */
  readonly AssumeRolePolicyDocument: string;
  readonly Policies: readonly { PolicyDocument: { Statement: readonly Statement[] } }[];
}

function roleOf(name: string, values: Record<string, string> = {}): Role {
  return evaluate(TEMPLATE.Resources[name]?.Properties, TEMPLATE, {
    ...WORLD,
    ...values,
  }) as Role;
}

/** Pairs of action and resource. */
function allowed({ Policies }: Role): string[] {
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap(
    ({ Effect, Action, Resource }) =>
      [Action].flat().flatMap((action) => {
        return [Resource].flat().map((resource) => `${Effect} ${action} on ${resource}`);
      }),
  );
}

/** Every way to set the switches. */
const SETTINGS = Array.from({ length: 2 ** SWITCHES.length }, (_, bits) =>
  Object.fromEntries(SWITCHES.map((name, index) => [name, String(((bits >> index) & 1) === 1)])),
);

describe('the role', () => {
  test('has a switch for every feature that can be done without', () => {
    expect(SWITCHES).toHaveLength(6);
    for (const name of SWITCHES) {
      expect(TEMPLATE.Parameters[name]).toMatchObject({
        AllowedValues: ['true', 'false'],
        Default: 'true',
      });
    }
  });

  test('may do what the features that are on need, on their resources, and nothing else', () => {
    for (const setting of SETTINGS) {
      const on = FEATURES.filter(
        ({ parameter }) => parameter === null || setting[parameter] === 'true',
      );
      const actions = new Set<IamAction>(on.flatMap((feature) => feature.actions));
      const needed = [...actions].map(
        (action) => `Allow ${action} on ${resourceArn(RESOURCES[action], PLACE)}`,
      );
      expect(allowed(roleOf('RetryRole', setting)).sort()).toEqual(needed.sort());
    }
  });

  test('may do the same for up to four more projects, and one pattern of report groups', () => {
    const projects = ['shop', 'api', 'web_2', 'docs-site', 'jobs'];
    const more = Object.fromEntries(
      projects.slice(1).map((name, index) => [`ProjectName${index + 2}`, name]),
    );
    const needed = (Object.keys(RESOURCES) as IamAction[]).flatMap((action) =>
      projects.map(
        (project) => `Allow ${action} on ${resourceArn(RESOURCES[action], { ...PLACE, project })}`,
      ),
    );
    const reports = ['BatchGetReports', 'DescribeTestCases'].map(
      (name) =>
        `Allow codebuild:${name} on arn:aws:codebuild:eu-west-1:123456789012:report-group/team-*`,
    );
    const role = roleOf('RetryRole', { ...more, ReportGroup: 'team-*' });
    expect(allowed(role).sort()).toEqual([...needed, ...reports].sort());
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'start batches',
      { StartBatches: 'true' },
      `codebuild:StartBuildBatch on ${resourceArn('project', PLACE)}`,
    ],
    [
      'read artifacts',
      { ArtifactBucket: 'shop-artifacts' },
      's3:GetObject on arn:aws:s3:::shop-artifacts/*',
    ],
  ])('may %s for the other steps of a workflow, if asked to', (_, values, permission) => {
    const without = allowed(roleOf('RetryRole'));
    const added = allowed(roleOf('RetryRole', values)).filter((one) => !without.includes(one));
    expect(added).toEqual([`Allow ${permission}`]);
  });

  test.each([
    ['aws', 'sts.amazonaws.com', ISSUER],
    ['aws-us-gov', 'sts.amazonaws.com', 'github.example.com/_services/token'],
    ['aws-eusc', 'sts.amazonaws.com', 'token.actions.octocorp.ghe.com'],
    ['aws-cn', 'sts.amazonaws.com.cn', ISSUER],
  ])(
    'in %s trusts one repository of an issuer, for the audience of the action',
    (partition, aud, Issuer) => {
      const values = { 'AWS::Partition': partition, CreateOidcProvider: 'false', Issuer };
      expect(JSON.parse(roleOf('RetryRole', values).AssumeRolePolicyDocument)).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRoleWithWebIdentity',
            Principal: { Federated: `arn:${partition}:iam::123456789012:oidc-provider/${Issuer}` },
            Condition: {
              StringEquals: { [`${Issuer}:aud`]: aud },
              StringLike: { [`${Issuer}:sub`]: 'repo:octo-org/shop:ref:refs/heads/main' },
            },
          },
        ],
      });
      expect(Issuer).toMatch(new RegExp(TEMPLATE.Parameters['Issuer']?.AllowedPattern ?? ''));
      const provider = TEMPLATE.Resources['OidcProvider'];
      expect(provider?.Condition).toBe('CreatesOidcProvider');
      expect(evaluate(provider?.Properties, TEMPLATE, { ...WORLD, ...values })).toEqual({
        Url: `https://${Issuer}`,
        ClientIdList: [aud],
      });
    },
  );

  test('trusts the provider that the stack creates', () => {
    expect(roleOf('RetryRole').AssumeRolePolicyDocument).toContain(`"${WORLD.OidcProvider}"`);
  });

  test('leaves the provider to other roles when the stack is deleted', () => {
    expect(TEMPLATE.Resources['OidcProvider']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('names in the trust policy can be no pattern', () => {
    const pattern = new RegExp(TEMPLATE.Parameters['Repository']?.AllowedPattern ?? '');
    for (const good of ['octo-org/shop', 'octo-org@123456/shop.js@456789', 'mona_octo/shop']) {
      expect(good).toMatch(pattern);
    }
    for (const bad of ['*/shop', 'octo-org/*', 'octo-org@*/shop@1', 'octo-org', 'a/b:c', '']) {
      expect(bad).not.toMatch(pattern);
    }
  });

  test('its trust policy stays JSON, whatever the parameters that it allows', () => {
    for (const [name, bad] of [
      ['Subject', 'ref:"*'],
      ['Subject', 'ref:\\u002a'],
      ['Issuer', 'https://github.example.com'],
      ['Issuer', 'github.example.com/"'],
      ['ProjectName2', 'shop*'],
      ['ArtifactBucket', 'a/*'],
    ] as const) {
      expect(bad).not.toMatch(new RegExp(TEMPLATE.Parameters[name]?.AllowedPattern ?? ''));
    }
  });
});

interface Buildspec {
  readonly version: number;
  readonly batch: {
    readonly 'build-graph': readonly { identifier: string; 'depend-on'?: string[] }[];
  };
  readonly phases: { readonly build: { readonly commands: readonly string[] } };
}

describe('the example project', () => {
  const project = TEMPLATE.Resources['ExampleProject'];
  const source = project?.Properties['Source'] as { Type: string; BuildSpec: string };
  const buildspec = parse(source.BuildSpec) as Buildspec;

  test('and all that belongs to it can be left out', () => {
    for (const name of ['ExampleProject', 'LogGroup', 'BuildRole', 'BatchRole']) {
      expect(TEMPLATE.Resources[name]?.Condition).toBe('CreatesExampleProject');
    }
  });

  test('has a batch spec that CodeBuild takes', () => {
    // A version that is a text is refused in batches.
    expect(buildspec.version).toBe(0.2);
    const graph = buildspec.batch['build-graph'];
    const identifiers = graph.map(({ identifier }) => identifier);
    expect(identifiers).toHaveLength(4);
    for (const { identifier, 'depend-on': needed = [] } of graph) {
      expect(identifier).toMatch(/^\w{1,127}$/);
      expect(identifiers).toEqual(expect.arrayContaining(needed));
    }
    expect(buildspec.phases.build.commands.join()).toContain('!= integration_tests');
  });

  test('its batches may start, stop and retry its builds, and nothing else', () => {
    const on = resourceArn('project', PLACE);
    expect(allowed(roleOf('BatchRole')).sort()).toEqual(
      ['RetryBuild', 'StartBuild', 'StopBuild'].map((name) => `Allow codebuild:${name} on ${on}`),
    );
    expect(project?.Properties['BuildBatchConfig']).toMatchObject({
      ServiceRole: { 'Fn::GetAtt': ['BatchRole', 'Arn'] },
    });
  });

  test('its builds may write their logs and look themselves up, and nothing else', () => {
    expect(allowed(roleOf('BuildRole')).sort()).toEqual([
      `Allow codebuild:BatchGetBuilds on ${resourceArn('project', PLACE)}`,
      `Allow logs:CreateLogStream on ${WORLD['LogGroup.Arn']}`,
      `Allow logs:PutLogEvents on ${WORLD['LogGroup.Arn']}`,
    ]);
  });

  test('writes its logs where the role may read them', () => {
    const { Properties } = TEMPLATE.Resources['LogGroup'] ?? {};
    const { LogGroupName } = evaluate(Properties, TEMPLATE, WORLD) as { LogGroupName: string };
    expect(resourceArn('log-group', PLACE)).toContain(`:log-group:${LogGroupName}:*`);
  });
});

describe('the outputs', () => {
  test('name the role and the project', () => {
    expect(evaluate(TEMPLATE.Outputs, TEMPLATE, WORLD)).toMatchObject({
      RoleArn: { Value: WORLD['RetryRole.Arn'] },
      ProjectName: { Value: 'shop' },
    });
  });

  test('have a workflow to paste, with inputs that the action takes', () => {
    const text = evaluate(TEMPLATE.Outputs['Workflow']?.Value, TEMPLATE, WORLD) as string;
    const { permissions, jobs } = parse(text) as {
      permissions: object;
      jobs: {
        retry: { permissions: object; steps: { uses: string; with: Record<string, string> }[] };
      };
    };
    const [step] = jobs.retry.steps;
    expect(permissions).toEqual({});
    expect(jobs.retry.permissions).toEqual({ 'id-token': 'write' });
    expect(step?.uses).toBe(OURS);
    expect(Object.keys(ACTION.inputs)).toEqual(
      expect.arrayContaining(Object.keys(step?.with ?? {})),
    );
    expect(readInputs((name) => step?.with[name] ?? '', {})).toMatchObject({
      region: 'eu-west-1',
      roleToAssume: WORLD['RetryRole.Arn'],
    });
  });
});

describe('the documentation', () => {
  const values = { ProjectName: 'my-project', CreateOidcProvider: 'false' };

  test('has the IAM policy of the template', () => {
    const [policy = ''] = codeBlocks(README, 'json');
    const role = roleOf('RetryRole', values);
    const document = JSON.parse(policy) as Role['Policies'][0]['PolicyDocument'];
    expect(allowed({ ...role, Policies: [{ PolicyDocument: document }] }).sort()).toEqual(
      allowed(role).sort(),
    );
  });

  test('has the trust policy of the template, for both forms of the subject', () => {
    const [trust = ''] = codeBlocks(read('docs/authentication.md'), 'json');
    const withSubject = (subject: unknown): string =>
      trust.replace(/(?<=:sub": )\[[^\]]*\]/, JSON.stringify(subject));
    const policies = ['octo-org/shop', 'octo-org@123456/shop@456789'].map((Repository) =>
      roleOf('RetryRole', { ...values, Repository }),
    );
    const subjects = policies.map(
      ({ AssumeRolePolicyDocument: document }) => /:sub": "(?<subject>[^"]+)"/.exec(document)?.[1],
    );
    expect(JSON.parse(trust)).toEqual(JSON.parse(withSubject(subjects)));
    for (const [index, { AssumeRolePolicyDocument: document }] of policies.entries()) {
      expect(JSON.parse(withSubject(subjects[index]))).toEqual(JSON.parse(document));
    }
  });
});

describe('the guide', () => {
  test('names parameters and outputs that the template has', () => {
    const given = [...GUIDE.matchAll(/\b([A-Z]\w+)=(?!=)/g)].map(([, name]) => name);
    expect(given).toContain('Repository');
    expect(Object.keys(TEMPLATE.Parameters)).toEqual(expect.arrayContaining(given));
    const outputs = [...GUIDE.matchAll(/OutputKey=='(\w+)'/g)].map(([, name]) => name);
    expect(Object.keys(TEMPLATE.Outputs)).toEqual(expect.arrayContaining(outputs));
  });

  test('explains every switch of the role', () => {
    for (const name of SWITCHES) expect(GUIDE).toContain(`\`${name}\``);
    for (const name of ['StartBatches', 'ArtifactBucket', 'ReportGroup', 'Issuer']) {
      expect(GUIDE).toContain(`\`${name}=`);
    }
  });

  test('starts batches of the project that the template makes', () => {
    const [, project] = /--project-name (\S+)/.exec(GUIDE) ?? [];
    expect(project).toBe(TEMPLATE.Parameters['ProjectName']?.Default);
  });
});
