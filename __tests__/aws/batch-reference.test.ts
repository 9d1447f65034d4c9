import { describe, expect, test } from '@jest/globals';
import {
  isBatchId,
  isUrlOf,
  isProjectName,
  parseBatchReference,
} from '../../src/aws/batch-reference.ts';
import { HOSTILE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const UUID = '8472cae5-7aef-4c95-b5c1-174db2eda892';
const ID = `app:${UUID}`;
const arn = (partition: string, region: string, rest: string): string =>
  `arn:${partition}:codebuild:${region}:123456789012:${rest}`;
const page = (host: string, path: string, query = ''): string =>
  `https://${host}/codesuite/codebuild/${path}${query}`;
const BATCH = `projects/app/batch/app%3A${UUID}`;
const AWS = 'us-west-2.console.aws.amazon.com';
const EUSC = 'eusc-de-east-1.console.amazonaws-eusc.eu';
const NO_CONSOLE = 'is not a URL of the AWS console';
const PORTAL =
  'is an AWS access portal link: open it, and copy the URL of the console page that it leads to';
const SIGN_IN =
  'is an AWS sign-in link: open it, and copy the URL of the console page that it leads to';
const FOREIGN_REGION = 'has a region and a console host from different AWS partitions';

describe('parseBatchReference', () => {
  testAll<[string, string | null, string?]>([
    ['an id', ID, null],
    ['an id without a UUID', 'app:60fe2EXAMPLE', null, 'app:60fe2EXAMPLE'],
    ['an ARN', arn('aws', 'us-west-2', `build-batch/${ID}`), 'us-west-2'],
    [
      'an ARN of GovCloud',
      arn('aws-us-gov', 'us-gov-west-1', `build-batch/${ID}`),
      'us-gov-west-1',
    ],
    ['an ARN of China', arn('aws-cn', 'cn-north-1', `build-batch/${ID}`), 'cn-north-1'],
    [
      'the target URL of a commit status',
      page(AWS, `024603541914/${BATCH}/builds`, '?region=us-west-2'),
      'us-west-2',
    ],
    ['a URL without account', page(AWS, BATCH, '?region=us-west-2'), 'us-west-2'],
    ['a URL without query', page(AWS, BATCH), 'us-west-2'],
    ['a URL with an empty region', page(AWS, BATCH, '?region='), 'us-west-2'],
    ['a URL with a colon', page(AWS, `projects/app/batch/${ID}`, '?region=us-west-2'), 'us-west-2'],
    ['a URL with a fragment', page(AWS, `${BATCH}/phase`, '?region=us-west-2#x'), 'us-west-2'],
    [
      'a URL on the host of all regions',
      page('console.aws.amazon.com', BATCH, '?region=eu-west-1'),
      'eu-west-1',
    ],
    ['such a URL without a region', page('console.aws.amazon.com', BATCH), null],
    [
      'a URL in capitals',
      page(AWS, BATCH).replace('https', 'HTTPS').replace('console.aws', 'Console.AWS'),
      'us-west-2',
    ],
    [
      'a URL of a session among several',
      page('123456789012-abcdefgh.us-west-2.console.aws.amazon.com', BATCH, '?region=us-west-2'),
      'us-west-2',
    ],
    [
      'a URL of GovCloud',
      page('console.amazonaws-us-gov.com', BATCH, '?region=us-gov-west-1'),
      'us-gov-west-1',
    ],
    [
      'a regional URL of GovCloud',
      page('us-gov-east-1.console.amazonaws-us-gov.com', BATCH),
      'us-gov-east-1',
    ],
    [
      'a URL of China',
      page('console.amazonaws.cn', `123456789012/${BATCH}`, '?region=cn-north-1'),
      'cn-north-1',
    ],
    [
      'a regional URL of China',
      page('cn-northwest-1.console.amazonaws.cn', BATCH),
      'cn-northwest-1',
    ],
    [
      'an ARN of the European Sovereign Cloud',
      arn('aws-eusc', 'eusc-de-east-1', `build-batch/${ID}`),
      'eusc-de-east-1',
    ],
    [
      'a URL of the European Sovereign Cloud',
      page(EUSC, `123456789012/${BATCH}`, '?region=eusc-de-east-1'),
      'eusc-de-east-1',
    ],
    [
      'such a URL of a session among several, without query',
      page(`123456789012-abcdefgh.${EUSC}`, BATCH),
      'eusc-de-east-1',
    ],
    [
      'a URL of a session on the host of all regions',
      page('123456789012-abcdefgh.console.aws.amazon.com', BATCH, '?region=eu-west-1'),
      'eu-west-1',
    ],
    ['a URL without its scheme', page(AWS, BATCH).replace('https://', ''), 'us-west-2'],
    ['a URL without its protocol', page(AWS, BATCH).replace('https:', ''), 'us-west-2'],
    ['an http URL', page(AWS, BATCH).replace('https', 'http'), 'us-west-2'],
    [
      'a URL with more in its query',
      page(AWS, BATCH, '?utm_source=mail&region=eu-west-1&tab=1#logs'),
      'eu-west-1',
    ],
    ['an encoded id', `app%3A${UUID}`, null],
    ['an id encoded in lower case', `app%3a${UUID}`, null],
    [
      'an encoded ARN',
      encodeURIComponent(arn('aws', 'us-west-2', `build-batch/${ID}`)),
      'us-west-2',
    ],
    ['an encoded URL', encodeURIComponent(page(AWS, BATCH)), 'us-west-2'],
    ['a URL encoded twice', page(AWS, BATCH).replace('%3A', '%253A'), 'us-west-2'],
    ['an address with the port that goes without saying', page(`${AWS}:443`, BATCH), 'us-west-2'],
  ])('reads ids, ARNs and URLs of every partition', (_, text, region, id = ID) => {
    expect(parseBatchReference(text)).toEqual({ id, region });
  });

  testAll([
    ['app', 'has no colon between project and batch'],
    ['', 'has no colon between project and batch'],
    [':8472', 'does not begin with the name of a project'],
    ['a:8472', 'does not begin with the name of a project'],
    ['my app:8472', 'does not begin with the name of a project'],
    ['app:', 'has no batch after the colon, or a space in it'],
    ['app:84 72', 'has no batch after the colon, or a space in it'],
    ['app:84\n72', 'has no batch after the colon, or a space in it'],
    [arn('aws', 'us-west-2', `build/${ID}`), 'is the ARN of a single build, not of a batch'],
    [arn('aws', 'us-west-2', 'project/app'), 'is the ARN of a project, not of a batch'],
    [arn('aws', 'us-west-2', 'report/app:1'), 'is the ARN of a report, not of a batch'],
    [arn('aws', 'us-west-2', 'build-batch/app'), 'has no colon between project and batch'],
    [arn('aws', 'us-west-2', 'build-batch/'), 'has no colon between project and batch'],
    ['arn:aws:s3:::bucket/app:1', 'is not an ARN of CodeBuild'],
    [arn('aws', '', `build-batch/${ID}`), 'is not an ARN of CodeBuild'],
    ['arn:', 'is not an ARN of CodeBuild'],
    ['https://github.com/app', 'is not a URL of the AWS console'],
    [
      page('us-west-2.console.aws.amazon.com.evil.example', BATCH),
      'is not a URL of the AWS console',
    ],
    [page('evilconsole.aws.amazon.com', BATCH), 'is not a URL of the AWS console'],
    ['https://', NO_CONSOLE],
    [page(`user@${AWS}`, BATCH), NO_CONSOLE],
    [page(`user:secret@${AWS}`, BATCH), NO_CONSOLE],
    [page(`${AWS}:8443`, BATCH), NO_CONSOLE],
    [page(`${AWS}@evil.example`, BATCH), NO_CONSOLE],
    [page(`${AWS}.`, BATCH), NO_CONSOLE],
    [page('console.aws.amazon.com.evil.org', BATCH), NO_CONSOLE],
    [page('evil.example.console.aws.amazon.com', BATCH), NO_CONSOLE],
    [page('a.b.us-west-2.console.aws.amazon.com', BATCH), NO_CONSOLE],
    [page('s3.console.aws.amazon.com', BATCH), NO_CONSOLE],
    [page('cn-north-1.console.aws.amazon.com', BATCH), NO_CONSOLE],
    [page('us-west-2.console.amazonaws-eusc.eu', BATCH), NO_CONSOLE],
    [page('us-iso-east-1.console.aws.amazon.com', BATCH), NO_CONSOLE],
    [page(AWS, BATCH, '?region=cn-north-1'), FOREIGN_REGION],
    [page(EUSC, BATCH, '?region=eu-west-1'), FOREIGN_REGION],
    [
      page(AWS, `projects/app/build/app%3A${UUID}/log`),
      'is the URL of a single build, not of a batch',
    ],
    [page(AWS, 'projects/app/history'), 'is not the URL of a batch in the CodeBuild console'],
    [`https://${AWS}/cloudwatch/home`, 'is not the URL of a batch in the CodeBuild console'],
    [page(AWS, 'projects/app/batch/app'), 'has no colon between project and batch'],
    ['us-west-2.console.aws.amazon.com.evil.example/codesuite', NO_CONSOLE],
    ['//evil.example/codesuite', NO_CONSOLE],
    [encodeURIComponent('https://evil.example/'), NO_CONSOLE],
    ['app%3A', 'has no batch after the colon, or a space in it'],
    ['app%zz', 'has no colon between project and batch'],
    [
      'https://us-west-2.codebuild.aws.amazon.com/project/eyJlbmNyeXB0ZWQ%3D/batch/1',
      'is a public build page, which does not name the batch',
    ],
    ['https://d-0123456789.awsapps.com/start#/console?account_id=1', PORTAL],
    ['octo.awsapps.com/start/#/console?account_id=123456789012&role_name=dev', PORTAL],
    ['https://ssoins-0123.portal.eu-west-1.app.aws/console', PORTAL],
    ['https://start.home.awsapps.cn/directory/octo', PORTAL],
    ['https://octo.signin.aws.amazon.com/console', SIGN_IN],
    ['https://us-east-1.signin.aws/platform/login', SIGN_IN],
    ['https://signin.aws.amazon.com/federation?Action=login&Destination=x', SIGN_IN],
    ['https://evilawsapps.com/start', NO_CONSOLE],
    ['https://awsapps.com.evil.example/start', NO_CONSOLE],
    [page(AWS, 'projects/app/batch/app%3A%zz'), 'does not begin with the name of a project'],
  ])('refuses anything else, and says what it is', (text, expected) => {
    const result = parseBatchReference(text);
    if (text.includes('%zz')) expect(typeof result).toBe('string');
    else expect(result).toBe(expected);
  });
});

describe('isUrlOf', () => {
  const url = page(AWS, BATCH, '?region=us-west-2');
  test.each([
    ['the batch', url, true],
    ['the batch, with the region in the host only', page(AWS, BATCH), true],
    ['another batch', url.replace(UUID, UUID.slice(1)), false],
    ['another project', url.replaceAll('app', 'apple'), false],
    ['another region', page(AWS, BATCH, '?region=us-east-1'), false],
    ['no region', page('console.aws.amazon.com', BATCH), false],
    ['a single build', url.replace('/batch/', '/build/'), false],
    ['an odd encoding', url.replace('%3A', '%zz'), false],
    ['another host', url.replace('amazon.com', 'amazon.com.evil.example'), false],
  ])('of %s', (_, text, expected) => {
    expect(isUrlOf(text, ID, 'us-west-2')).toBe(expected);
  });

  testAll(HOSTILE)('is false of hostile text', (_, text) => {
    for (const target of [text, `https://${text}`, page(AWS, text), page(AWS, `${BATCH}${text}`)]) {
      expect(isUrlOf(target, `${ID}x`, 'us-west-2')).toBe(false);
    }
  });
});

describe('isProjectName', () => {
  test.each([
    ['ab', true],
    ['0_-', true],
    ['a'.repeat(255), true],
    ['a', false],
    ['a'.repeat(256), false],
    ['-ab', false],
    ['_ab', false],
    ['a.b', false],
    ['ab\n', false],
    ['äb', false],
  ])('of "%s" is %s', (text, expected) => {
    expect(isProjectName(text)).toBe(expected);
  });
});

describe('isBatchId', () => {
  test.each([
    ['web-shop:11111111-2222-4333-8444-555555555555', true],
    ['app:60fe2EXAMPLE', true],
    ['app', false],
    ['app:', false],
    [':1', false],
    ['app:1:2', false],
    ['app:1 2', false],
    ['app:$(id)', false],
    [`app:${'1'.repeat(101)}`, false],
  ])('%s: %s', (text, expected) => {
    expect(isBatchId(text)).toBe(expected);
  });
});
