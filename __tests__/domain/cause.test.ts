import { describe, expect, it, test } from '@jest/globals';
import {
  causeOf,
  causeOfBatch,
  isAmong,
  tellCause,
  type Cause,
  type CauseKind,
} from '../../src/domain/cause.ts';
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
      'infrastructure',
      false,
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
  ])('is a cause that no retry can mend: %s', (message) => {
    const mended = { kind: 'code', permanent: true };
    const of = (phase: string): Cause =>
      causeOf('FAILED', [aPhase(phase, 'FAILED', ['CLIENT_ERROR', message])]);
    expect(of('DOWNLOAD_SOURCE')).toMatchObject(mended);
    expect(of('DOWNLOAD_BATCHSPEC')).toMatchObject(mended);
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
  ])('of the code %s in %s is told by the code first: %s', (code, phase, kind) => {
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

  it('takes a failing phase that says nothing before a later one that does', () => {
    const phases = [
      aPhase('BUILD', 'TIMED_OUT'),
      aPhase('UPLOAD_ARTIFACTS', 'FAILED', NO_ARTIFACTS),
    ];
    expect(causeOf('TIMED_OUT', phases)).toEqual({ ...NOTHING, phase: 'BUILD', kind: 'code' });
  });

  test.each(['SUCCEEDED', 'IN_PROGRESS', 'PENDING', 'RETRY', null])(
    'takes no phase of status %s, whatever it says',
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
    'is none where the phases of a %s batch say nothing',
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

  it('passes over failing phases that say nothing', () => {
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
    expect(tellCause(aCause(cause))).toBe(expected);
  });
});

describe('isAmong', () => {
  test.each<[Partial<Cause>, string[], boolean]>([
    [{}, ['BUILD'], true],
    [{}, ['build'], true],
    [{}, ['Command_Execution_Error'], true],
    [{ phase: 'build', code: 'client_error' }, ['CLIENT_ERROR'], true],
    [{}, ['QUEUED', 'BUILD'], true],
    [{}, ['QUEUED'], false],
    [{}, ['BUIL'], false],
    [{}, [], false],
    [{ phase: '', code: '' }, ['BUILD'], false],
  ])('%j among %j: %s', (cause, names, expected) => {
    expect(isAmong(aCause(cause), names)).toBe(expected);
  });
});
