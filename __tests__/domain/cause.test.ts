import { describe, expect, it, test } from '@jest/globals';
import {
  causeOf,
  causeOfBatch,
  isAmong,
  formatCause,
  type Cause,
  type CauseKind,
} from '../../src/domain/cause.ts';
import { CAUSE_RULES } from '../../src/domain/cause-rules.ts';
import { aCause, aPhase } from '../support/batches.ts';

const NOTHING: Cause = { phase: '', code: '', message: '', kind: 'unknown', permanent: false };
const COMMAND = [
  'COMMAND_EXECUTION_ERROR',
  'Error while executing command: ls -lah ./infrastructure. Reason: exit status 2',
] as const;
const NO_ARTIFACTS = ['CLIENT_ERROR', 'no matching artifact paths found'] as const;

describe('what users pasted from CodeBuild', () => {
  test.each<[string, string, string, CauseKind, boolean]>([
    [
      'DOWNLOAD_BATCHSPEC',
      'BATCH_SPEC_VALIDATION_ERROR',
      'BatchSpec has invalid values..\nBuild Identifiers customized-env,multi-env-app\nmust contain only alphanumeric characters and underscores and be less than 128 characters in length.',
      'code',
      true,
    ],
    ['PRE_BUILD', ...COMMAND, 'code', false],
    ['BUILD', ...COMMAND, 'code', false],
    ['POST_BUILD', ...COMMAND, 'code', false],
    ['UPLOAD_ARTIFACTS', ...NO_ARTIFACTS, 'code', false],
    [
      'DOWNLOAD_SOURCE',
      'YAML_FILE_ERROR',
      'stat /codebuild/output/src2740/src/s3/00/buildspecs/build.yml: no such file or directory',
      'code',
      true,
    ],
    [
      'DOWNLOAD_SOURCE',
      'YAML_FILE_ERROR',
      'cannot unmarshal !!str `0.2` into float64',
      'code',
      true,
    ],
    [
      'QUEUED',
      'VPC_CLIENT_ERROR',
      'Unexpected EC2 error: RequestLimitExceeded',
      'infrastructure',
      false,
    ],
    [
      'PROVISIONING',
      'ACCESS_DENIED',
      'Service role arn:... does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build arn:...',
      'code',
      true,
    ],
    [
      'PROVISIONING',
      'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
      'toomanyrequests: You have reached your pull rate limit.',
      'infrastructure',
      false,
    ],
  ])('%s, %s: %s', (phase, code, message, kind, permanent) => {
    const phases = [aPhase('SUBMITTED'), aPhase(phase, 'CLIENT_ERROR', [code, message])];
    const expected = { phase, code, message, kind, permanent };
    expect(causeOf('FAILED', phases)).toEqual(expected);
    expect(causeOfBatch('FAILED', phases)).toEqual(expected);
  });
});

describe('a source that is gone', () => {
  test.each([
    'NoSuchKey: The specified key does not exist.',
    'NoSuchBucket: The specified bucket does not exist',
    'reference not found for primary source and source version abc',
    "fatal: couldn't find remote ref refs/pull/7/head",
    'remote: Repository not found.',
  ])('is permanent: %s', (message) => {
    const permanent = { kind: 'code', permanent: true };
    const of = (phase: string): Cause =>
      causeOf('FAILED', [aPhase(phase, 'FAILED', ['CLIENT_ERROR', message])]);
    expect(of('DOWNLOAD_SOURCE')).toMatchObject(permanent);
    expect(of('DOWNLOAD_BATCHSPEC')).toMatchObject(permanent);
    expect(of('BUILD')).toMatchObject({ permanent: false });
  });

  it('is not one that is out of reach', () => {
    const timeout = ['GIT_CLONE_FAILED', 'dial tcp: i/o timeout'] as const;
    expect(causeOf('FAILED', [aPhase('DOWNLOAD_SOURCE', 'FAILED', timeout)])).toMatchObject({
      kind: 'infrastructure',
      permanent: false,
    });
  });
});

const S3_SOURCE =
  'for primary source and source version arn:aws:s3:::codepipeline-us-west-2-1/Shop/SourceArti/4enCV0l';
const NOT_AUTHORIZED =
  'AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ci/AWSCodeBuild-1 is not authorized to perform:';
const GIT = 'git fetch failed with exit status 128:';
const NO_PULL =
  "Unable to pull customer's container image. CannotPullContainerError: Error response from daemon:";
const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

describe('no retry helps', () => {
  test.each<[string, string, string[]]>([
    [
      'DOWNLOAD_SOURCE',
      'Decrypted Variables Error',
      [
        'parameter does not exist: /app/db_url',
        'parameter does not exist: /app/Rate exceeded/ThrottlingException',
        `${NOT_AUTHORIZED} ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:123456789012:parameter/app/timed-out because no identity-based policy allows the ssm:GetParameters action\n\tstatus code: 400, request id: 1`,
        'ParameterVersionNotFound: Systems Manager could not find version 3 of /app/timeout',
        'KMSInvalidStateException: arn:aws:kms:eu-west-1:123456789012:key/1 is pending deletion.\n\tstatus code: 400, request id: 1',
        'RequestError: send request failed caused by: Post "https://ssm.eu-west-1.amazonaws.com/": x509: failed to load system roots and no roots provided',
        'RequestError: send request failed\ncaused by: Post "https://ssm.eu-west-1.amazonaws.com/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        '',
      ],
    ],
    [
      'DOWNLOAD_SOURCE',
      'Secrets Manager Error',
      [
        "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        `${NOT_AUTHORIZED} secretsmanager:GetSecretValue on resource: env because no identity-based policy allows it`,
        'AccessDeniedException: Access to KMS is not allowed',
        'key password not found in secret',
      ],
    ],
    ['DOWNLOAD_SOURCE', 'SECRETS MANAGER ERROR', ['', 'who knows']],
    [
      'UPLOAD_ARTIFACTS',
      'CLIENT_ERROR',
      [
        'KMS.DisabledException: arn:aws:kms:eu-west-1:123456789012:key/1 is disabled.\n\tstatus code: 400, request id: 1',
        'KMS.KMSInvalidStateException: arn:aws:kms:eu-west-1:123456789012:key/1 is pending deletion.',
      ],
    ],
    [
      'PROVISIONING',
      'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
      [
        `${NO_PULL} manifest for ${ECR}/x:nope not found: manifest unknown: Requested image not found`,
        `${NO_PULL} manifest for ${ECR}/toomanyrequests:429 not found: manifest unknown`,
        `${NO_PULL} pull access denied for ${ECR}/x, repository does not exist or may require 'docker login': denied: User: CodeBuild`,
        `${NO_PULL} Get https://${ECR}/v2/x/manifests/1: no basic auth credentials`,
        `${NO_PULL} Head "https://registry-1.docker.io/v2/hashicorp/terraform/manifests/1.2.3": unauthorized: incorrect username or password`,
        `${NO_PULL} name unknown: The repository with name 'x' does not exist in the registry with id '123456789012'`,
        `${NO_PULL} no matching manifest for linux/arm64/v8 in the manifest list entries`,
        `${NO_PULL} invalid reference format`,
        `${NO_PULL} repository name not known to registry`,
        'failed to resolve reference "x:1": pulling from host ghcr.io failed with status code [manifests 1]: 403 Forbidden',
        'image operating system "linux" cannot be used on this platform',
        'pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/x:nope: docker.io/library/x:nope: not found',
        'CannotPullContainerError: a Windows version 10.0.17763-based image is incompatible with a 10.0.14393 host',
        'CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob1: no space left on device',
      ],
    ],
    [
      'PROVISIONING',
      'CLIENT_ERROR',
      [
        "Unable to pull customer's container image. ErrorCode: 404, Reason: pull access denied for python3.6",
        "mounting '127.0.0.1:/' failed. permission denied",
        'CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::123456789012:role/gone',
      ],
    ],
    [
      'PROVISIONING',
      'VPC_CLIENT_ERROR',
      [
        'Unexpected EC2 error: UnauthorizedOperation',
        'Unexpected EC2 error: InvalidSubnetID.NotFound',
        'Unexpected EC2 error: InvalidGroup.NotFound',
        'Unexpected EC2 error: InvalidSecurityGroupID.NotFound',
        "The subnet ID 'subnet-1' does not exist",
        'The security group sg-1 was not found',
      ],
    ],
    ['QUEUED', 'ACCESS_DENIED', ['Service role arn:... does not allow AWS CodeBuild to …']],
    [
      'DOWNLOAD_SOURCE',
      'CLIENT_ERROR',
      [
        `${GIT} fatal: couldn't find remote ref refs/pull/7000/head for primary source and source version refs/pull/7000/head`,
        `${GIT} fatal: couldn't find remote ref refs/heads/fix-timed-out/http-503/early-eof`,
        `${GIT} remote: Repository not found. fatal: repository 'https://github.com/x/y.git/' not found`,
        `${GIT} fatal: repository 'https://github.com/x/y.git/' not found`,
        `${GIT} fatal: Authentication failed for 'https://github.com/x/y.git/'`,
        `${GIT} fatal: unable to access 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/x/': The requested URL returned error: 403`,
        `${GIT} error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403`,
        `${GIT} fatal: could not read Username for 'https://github.com': No such device or address`,
        `${GIT} git@github.com: Permission denied (publickey). fatal: Could not read from remote repository.`,
        `${GIT} fatal: remote error: upload-pack: not our ref 5f0c1e9a`,
        "Git clone failed: unable to access 'https://x/': SSL certificate problem: self signed certificate",
        'authentication required for primary source and source version main',
        'authorization failed for primary source and source version 5f0c1e9a',
        'reference not found for primary source and source version 5f0c1e9a',
        'repository not found for primary source and source version refs/heads/main',
        `AccessDenied: Access Denied\n\tstatus code: 403, request id: 1, host id: 2 ${S3_SOURCE}`,
        `NoSuchKey: The specified key does not exist.\n\tstatus code: 404 ${S3_SOURCE}`,
        'The bucket you are attempting to access must be addressed using the specified endpoint.',
        'Unable to download certificate from S3. AccessDenied',
        `Forbidden: Forbidden\n\tstatus code: 403, request id: 1 ${S3_SOURCE}`,
        `NotFound: Not Found\n\tstatus code: 404, request id: 1 ${S3_SOURCE}`,
        `InvalidObjectState: The operation is not valid for the object's storage class\n\tstatus code: 403 ${S3_SOURCE}`,
        'zip: not a valid zip file for primary source and source version 1',
        'object not found for primary source and source version 5f0c1e9a',
        "Fetched in submodule path 'lib', but it did not contain 5f0c1e9a. Direct fetching of that commit failed.",
        'batch response: This repository is over its data quota.',
      ],
    ],
    [
      'UPLOAD_ARTIFACTS',
      'CLIENT_ERROR',
      [
        'Error in UPLOAD_ARTIFACTS phase: AccessDenied: Access Denied status code: 403',
        'NoSuchBucket: The specified bucket does not exist status code: 404',
        'Failed to upload artifacts: Invalid arn',
      ],
    ],
  ])('in %s, %s: %#', (phase, code, messages) => {
    for (const message of messages) {
      expect(causeOf('FAILED', [aPhase(phase, 'FAILED', [code, message])])).toEqual({
        phase,
        code,
        message,
        kind: 'code',
        permanent: true,
      });
    }
  });
});

describe('a retry is worth it', () => {
  test.each<[string, string, string[]]>([
    [
      'DOWNLOAD_SOURCE',
      'Decrypted Variables Error',
      [
        'ThrottlingException: Rate exceeded\n\tstatus code: 400, request id: 1',
        'InternalServerError: An error occurred on the server side\n\tstatus code: 500, request id: 1',
        'RequestError: send request failed caused by: Post https://ssm.eu-west-1.amazonaws.com/: dial tcp 1.2.3.4:443: i/o timeout',
      ],
    ],
    [
      'DOWNLOAD_SOURCE',
      'Secrets Manager Error',
      [
        'ThrottlingException: Rate exceeded',
        'InternalServiceError: An error occurred on the server side.',
        'ServiceUnavailable: Service Unavailable status code: 503',
      ],
    ],
    [
      'PROVISIONING',
      'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
      [
        `${NO_PULL} toomanyrequests: Too Many Requests. Please see https://docs.docker.com/docker-hub/download-rate-limit/`,
        `${NO_PULL} toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`,
        'error parsing HTTP 429 response body: invalid character \'T\' looking for beginning of value: "Too Many Requests (HAP429).\\n"',
        `${NO_PULL} Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
        `${NO_PULL} Get "https://${ECR}/v2/": dial tcp: lookup ${ECR}: no such host`,
        'failed to resolve ref docker.io/library/x:1: unexpected status from HEAD request: 503 Service Unavailable',
        '',
      ],
    ],
    [
      'QUEUED',
      'VPC_CLIENT_ERROR',
      [
        'Unexpected EC2 error: RequestLimitExceeded',
        'Unexpected EC2 error: InsufficientFreeAddressesInSubnet',
        'Unexpected EC2 error: InvalidNetworkInterfaceID.NotFound',
      ],
    ],
    ['QUEUED', 'INSUFFICIENT_SUBNET', ['']],
    ['SUBMITTED', 'INTERNAL_ERROR', ['CodeBuild is experiencing an issue']],
    ['IN_PROGRESS', 'Internal Service Error', ['CodeBuild is experiencing issues']],
    [
      'IN_PROGRESS',
      'CLIENT_ERROR',
      ['AccountLimitExceededException: Cannot have more than 60 builds'],
    ],
    [
      'DOWNLOAD_SOURCE',
      'CLIENT_ERROR',
      [
        `${GIT} POST git-upload-pack (106 bytes) error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429 fatal: the remote end hung up unexpectedly for primary source and source version refs/heads/main`,
        `${GIT} error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502`,
        `${GIT} error: RPC failed; curl 56 Recv failure: Connection reset by peer fatal: early EOF fatal: fetch-pack: invalid index-pack output`,
        `${GIT} fatal: unable to access 'https://github.com/x/y.git/': Could not resolve host: github.com`,
        `${GIT} remote: You have exceeded a secondary rate limit. fatal: unable to access 'https://github.com/x/y.git/': The requested URL returned error: 403`,
        `${GIT} kex_exchange_identification: read: Connection reset by peer fatal: Could not read from remote repository. Please make sure you have the correct access rights and the repository exists.`,
        `SlowDown: Please reduce your request rate.\n\tstatus code: 503 ${S3_SOURCE}`,
        `InternalError: We encountered an internal error. Please try again.\n\tstatus code: 500 ${S3_SOURCE}`,
        'Error while fetching runner token: error code 400: GitHub runner JIT configuration unavailable: ResourceNotFoundException: Unexpected error from GitHub while creating runner JIT configuration, please try again later',
      ],
    ],
    ['DOWNLOAD_BATCHSPEC', 'CLIENT_ERROR', [`${GIT} error: RPC failed; HTTP 429`]],
  ])('in %s, %s: %#', (phase, code, messages) => {
    for (const message of messages) {
      expect(causeOf('FAILED', [aPhase(phase, 'FAILED', [code, message])])).toEqual({
        phase,
        code,
        message,
        kind: 'infrastructure',
        permanent: false,
      });
    }
  });
});

describe('a message', () => {
  const MEGABYTE = 1_000_000;

  test.each([
    'no matching ',
    'no matching artifact path',
    'failed to resolve ref ',
    'mounting ',
    'manifest for ',
    'throttlin',
    'does not exis',
    'a',
    ' ',
    'İ',
  ])('of a megabyte is read like any other: %j over and over', (text) => {
    const message = text.repeat(Math.ceil(MEGABYTE / text.length));
    const phases = [aPhase('DOWNLOAD_SOURCE', 'FAILED', ['CLIENT_ERROR', message])];
    expect(causeOf('FAILED', phases)).toMatchObject({ kind: 'infrastructure', permanent: false });
    const end = aPhase('DOWNLOAD_SOURCE', 'FAILED', [
      'CLIENT_ERROR',
      `${message} manifest unknown`,
    ]);
    expect(causeOf('FAILED', [end])).toMatchObject({ kind: 'code', permanent: true });
  });

  it('meets no regular expression: the rules are texts alone', () => {
    expect(structuredClone(CAUSE_RULES)).toEqual(JSON.parse(JSON.stringify(CAUSE_RULES)));
    for (const { codes = [], texts = [] } of CAUSE_RULES) {
      expect([...codes, ...texts].every((text) => typeof text === 'string')).toBe(true);
      expect(texts.every((text) => text === text.toLowerCase())).toBe(true);
      expect(codes.every((text) => /^[A-Z_* ]+$/.test(text))).toBe(true);
      expect(codes.length + texts.length).toBeGreaterThan(0);
    }
  });

  it.each(['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD'])(
    'means nothing in %s, where it is the output of commands',
    (phase) => {
      for (const message of ['manifest unknown', 'Rate exceeded', 'access denied', 'early EOF']) {
        const context = ['CLIENT_ERROR', message] as const;
        expect(causeOf('FAILED', [aPhase(phase, 'FAILED', context)])).toMatchObject({
          kind: 'code',
          permanent: false,
        });
      }
    },
  );

  it('means nothing for a command, whatever the phase', () => {
    const context = ['COMMAND_EXECUTION_ERROR', 'echo Rate exceeded, manifest unknown'] as const;
    expect(causeOf('FAILED', [aPhase('FINALIZING', 'FAILED', context)])).toMatchObject({
      kind: 'code',
      permanent: false,
    });
  });
});

describe('the kind of a cause', () => {
  test.each<[string, CauseKind]>([
    ['SUBMITTED', 'infrastructure'],
    ['QUEUED', 'infrastructure'],
    ['PROVISIONING', 'infrastructure'],
    ['DOWNLOAD_SOURCE', 'infrastructure'],
    ['INSTALL', 'code'],
    ['PRE_BUILD', 'code'],
    ['BUILD', 'code'],
    ['POST_BUILD', 'code'],
    ['UPLOAD_ARTIFACTS', 'infrastructure'],
    ['FINALIZING', 'infrastructure'],
    ['COMPLETED', 'unknown'],
    ['IN_PROGRESS', 'unknown'],
    ['COMBINE_ARTIFACTS', 'unknown'],
    ['A_NEW_PHASE', 'unknown'],
    ['', 'unknown'],
  ])('in phase "%s" is %s; of a FAULT, the infrastructure', (phase, kind) => {
    const context = ['A_NEW_CODE', 'x'] as const;
    expect(causeOf('FAILED', [aPhase(phase, 'FAILED', context)]).kind).toBe(kind);
    expect(causeOf('TIMED_OUT', [aPhase(phase, 'TIMED_OUT')]).kind).toBe(kind);
    expect(causeOf('FAULT', [aPhase(phase, 'FAILED', context)]).kind).toBe('infrastructure');
    expect(causeOf('FAILED', [aPhase(phase, 'FAULT')]).kind).toBe('infrastructure');
  });

  test.each<[string, string, CauseKind]>([
    ['VPC_CLIENT_ERROR', 'BUILD', 'infrastructure'],
    ['INTERNAL_SERVICE_ERROR', 'BUILD', 'infrastructure'],
    ['BUILDSPEC_ERROR', 'DOWNLOAD_SOURCE', 'code'],
    ['command_execution_error', 'FINALIZING', 'code'],
    ['NOT_A_VPC_CLIENT_ERROR', 'BUILD', 'code'],
  ])('of the code %s in %s follows from the code first: %s', (code, phase, kind) => {
    expect(causeOf('FAILED', [aPhase(phase, 'FAILED', [code, 'x'])]).kind).toBe(kind);
  });

  it('of a command that failed in a build in FAULT is the code', () => {
    expect(causeOf('FAULT', [aPhase('BUILD', 'FAILED', COMMAND)]).kind).toBe('code');
  });
});

describe('causeOf', () => {
  it('takes the first failing phase, not what followed from it', () => {
    const phases = [
      aPhase('INSTALL'),
      aPhase('BUILD', 'FAILED', COMMAND),
      aPhase('POST_BUILD', 'FAILED', ['COMMAND_EXECUTION_ERROR', 'later']),
      aPhase('UPLOAD_ARTIFACTS', 'CLIENT_ERROR', NO_ARTIFACTS),
      aPhase('COMPLETED', null),
    ];
    expect(causeOf('FAILED', phases)).toMatchObject({ phase: 'BUILD', message: COMMAND[1] });
  });

  it('takes the first context of it', () => {
    const phases = [aPhase('BUILD', 'FAILED', ['ONE', 'one'], ['TWO', 'two'])];
    expect(causeOf('FAILED', phases)).toMatchObject({ code: 'ONE', message: 'one' });
  });

  it('takes a failing phase without a context before a later one with one', () => {
    const phases = [
      aPhase('BUILD', 'TIMED_OUT'),
      aPhase('UPLOAD_ARTIFACTS', 'FAILED', NO_ARTIFACTS),
    ];
    expect(causeOf('TIMED_OUT', phases)).toEqual({ ...NOTHING, phase: 'BUILD', kind: 'code' });
  });

  test.each(['SUCCEEDED', 'IN_PROGRESS', 'PENDING', 'RETRY', null])(
    'takes no phase of status %s, whatever its context',
    (status) => {
      expect(causeOf('FAILED', [aPhase('BUILD', status, COMMAND)])).toEqual(NOTHING);
    },
  );

  test.each<[string, CauseKind]>([
    ['FAULT', 'infrastructure'],
    ['FAILED', 'unknown'],
    ['TIMED_OUT', 'unknown'],
    ['EXPLODED', 'unknown'],
  ])('without phases: %s is %s', (status, kind) => {
    expect(causeOf(status, [])).toEqual({ ...NOTHING, kind });
  });
});

describe('causeOfBatch', () => {
  const SPEC = ['BATCH_SPEC_VALIDATION_ERROR', 'bad'] as const;

  test.each(['FAILED', 'TIMED_OUT', 'STOPPED'])(
    'is null where the phases of a %s batch have no context',
    (status) => {
      expect(causeOfBatch(status, [aPhase('IN_PROGRESS', 'CLIENT_ERROR')])).toBeNull();
      expect(causeOfBatch(status, [])).toBeNull();
    },
  );

  it('is the infrastructure of a batch in FAULT', () => {
    const fault = { ...NOTHING, kind: 'infrastructure' };
    expect(causeOfBatch('FAULT', [])).toEqual(fault);
    expect(causeOfBatch('FAULT', [aPhase('IN_PROGRESS', 'FAULT')])).toEqual(fault);
  });

  it('skips failing phases without a context', () => {
    const phases = [aPhase('IN_PROGRESS', 'CLIENT_ERROR'), aPhase('FAILED', null, SPEC)];
    expect(causeOfBatch('FAILED', phases)).toMatchObject({ phase: 'FAILED', code: SPEC[0] });
  });

  it('passes over phases that succeeded', () => {
    expect(causeOfBatch('FAILED', [aPhase('DOWNLOAD_BATCHSPEC', 'SUCCEEDED', SPEC)])).toBeNull();
  });

  it('is of the last attempt only', () => {
    const first = [
      aPhase('SUBMITTED'),
      aPhase('DOWNLOAD_BATCHSPEC', 'FAILED', SPEC),
      aPhase('FAILED', 'RETRY'),
    ];
    const second = [aPhase('SUBMITTED'), aPhase('IN_PROGRESS', 'CLIENT_ERROR', ['X', 'x'])];
    expect(causeOfBatch('FAILED', [...first, aPhase('SUBMITTED')])).toBeNull();
    expect(causeOfBatch('FAILED', [...first, ...second])?.code).toBe('X');
  });
});

describe('tellCause', () => {
  test.each<[Partial<Cause>, string]>([
    [{}, 'BUILD, COMMAND_EXECUTION_ERROR: exit status 1'],
    [{ phase: '' }, 'COMMAND_EXECUTION_ERROR: exit status 1'],
    [{ code: '' }, 'BUILD: exit status 1'],
    [{ message: '' }, 'BUILD, COMMAND_EXECUTION_ERROR'],
    [{ phase: '', code: '' }, 'exit status 1'],
    [{ phase: '', code: '', message: '' }, ''],
    [
      { message: ' set -e\r\n\tcd "$DIR"\n\nReason:  exit status 2\n' },
      'BUILD, COMMAND_EXECUTION_ERROR: set -e cd "$DIR" Reason: exit status 2',
    ],
  ])('of %j is one line: %s', (cause, expected) => {
    expect(formatCause(aCause(cause))).toBe(expected);
  });
});

describe('isAmong', () => {
  test.each<[Partial<Cause>, string[], boolean]>([
    [{}, ['BUILD'], true],
    [{}, ['build'], true],
    [{}, ['Command_Execution_Error'], true],
    [{ phase: 'build', code: 'client_error' }, ['CLIENT_ERROR'], true],
    [{}, ['QUEUED', 'BUILD'], true],
    [{ code: 'Secrets Manager Error' }, ['SECRETS MANAGER ERROR'], true],
    [{ code: ' Secrets  Manager\u00a0Error' }, ['secrets manager error'], true],
    [{ code: 'Secrets Manager Error' }, ['SECRETS', 'MANAGER'], false],
    [{ code: 'Secrets Manager Error' }, ['SECRETS_MANAGER_ERROR'], false],
    [{}, ['QUEUED'], false],
    [{}, ['BUIL'], false],
    [{}, [], false],
    [{ phase: '', code: '' }, ['BUILD'], false],
  ])('%j among %j: %s', (cause, names, expected) => {
    expect(isAmong(aCause(cause), names)).toBe(expected);
  });
});

test.each(['FAULT', 'fault', 'Fault'])('the status %s is of the infrastructure', (status) => {
  const said = aPhase('BUILD', 'FAILED', ['', 'Said.']);
  expect(causeOf(status, [])).toMatchObject({ kind: 'infrastructure' });
  expect(causeOf(status, [said])).toMatchObject({ kind: 'infrastructure' });
  expect(causeOfBatch(status, [])).toMatchObject({ kind: 'infrastructure' });
  expect(causeOfBatch(status, [said])).toMatchObject({ kind: 'infrastructure' });
});
