import { describe, expect, test } from '@jest/globals';
import { environmentProblems } from '../../src/aws/environment-problems.ts';
import { testAll } from '../support/test-all.ts';

const problemsIn = (environment: Record<string, string>, usesRole = false): string[] =>
  environmentProblems(environment, usesRole).map(({ name, value, rule }) =>
    value === '' ? `${name}: ${rule}` : `${name}: "${value}" ${rule}`,
  );

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

test('a correct environment has no problems', () => {
  const environment = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=',
    AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjEBYaCX//==',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4599',
    AWS_ENDPOINT_URL_STS: 'https://sts.example.com/x',
    HTTPS_PROXY: 'http://user:secret@proxy:3128',
    HTTP_PROXY: '',
  };
  expect(problemsIn(environment)).toEqual([]);
  expect(problemsIn({ AWS_PROFILE: 'ci prod' })).toEqual([]);
  expect(problemsIn({})).toEqual([]);
});

describe.each(KEYS)('%s', (name) => {
  testAll([
    ['secret\n', 'a line break at the end'],
    ['secret\r\n', 'a line break at the end'],
    ['secret\r', 'a line break at the end'],
    ['se\ncret', 'a line break'],
    ['secret ', 'a space at the end'],
    [' secret', 'a space'],
    ['secret\t', 'a tab at the end'],
    ['\uFEFFsecret', 'a character that is not printable ASCII'],
    ['sec\u200Bret', 'a character that is not printable ASCII'],
    ['sec\u0000ret', 'a character that is not printable ASCII'],
  ])('a character that is not allowed is reported, and the value is not', (value, what) => {
    expect(problemsIn({ [name]: value })).toEqual([
      `${name}: the environment variable contains ${what}, which is not allowed in a key or token; remove it from the secret that the value comes from`,
    ]);
  });

  test('is not checked if the step assumes a role, or uses a profile', () => {
    expect(problemsIn({ [name]: 'secret\n' }, true)).toEqual([]);
    expect(problemsIn({ [name]: 'secret\n', AWS_PROFILE: 'ci' })).toEqual([]);
  });
});

describe('AWS_PROFILE', () => {
  test.each([
    ['ci\n', 'a line break at the end'],
    ['ci ', 'a space at the end'],
    ['c\ni', 'a line break'],
  ])('%j is a problem', (AWS_PROFILE, what) => {
    expect(problemsIn({ AWS_PROFILE })).toEqual([
      `AWS_PROFILE: the environment variable contains ${what}: set it to the profile name only`,
    ]);
    expect(problemsIn({ AWS_PROFILE }, true)).toEqual([]);
  });
});

describe.each([
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_CODEBUILD',
  'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  'AWS_ENDPOINT_URL_STS',
])('%s', (name) => {
  const rule = 'the environment variable must be an http:// or https:// URL, or empty';

  testAll(['127.0.0.1:4599', 'localhost:4566', 'codebuild.example.com', 'ftp://x', '//x', 'http'])(
    'a value that is not a web URL is reported',
    (url) => {
      expect(problemsIn({ [name]: url })).toEqual([`${name}: "${url}" ${rule}`]);
      expect(problemsIn({ [name]: url, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).toEqual([]);
    },
  );

  test('is not shown if it may contain a password', () => {
    expect(problemsIn({ [name]: 'user:secret@localhost:4566' })).toEqual([`${name}: ${rule}`]);
  });
});
