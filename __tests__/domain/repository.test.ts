import { describe, expect, test } from '@jest/globals';
import { isSameRepository, repositoryOf } from '../../src/domain/repository.ts';
import { HOSTILE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const GITHUB = 'https://github.com';
const of = (location: string, type = 'GITHUB', server = GITHUB) =>
  repositoryOf({ type, location }, server);

describe('the repository of a batch', () => {
  test.each([
    'https://github.com/octo-org/web-shop.git',
    'https://github.com/octo-org/web-shop',
    'https://github.com/octo-org/web-shop/',
    'https://GitHub.com/octo-org/web-shop.git',
    'https://octocat:secret@github.com/octo-org/web-shop.git',
    'git://github.com/octo-org/web-shop.git',
    'ssh://git@github.com/octo-org/web-shop.git',
    'ssh://git@github.com:22/octo-org/web-shop.git',
    'git@github.com:octo-org/web-shop.git',
    'github.com:octo-org/web-shop',
  ])('is named by %s', (location) => {
    expect(of(location)).toEqual({ owner: 'octo-org', name: 'web-shop' });
  });

  test.each([
    ['https://github.com/a/b.c.git', { owner: 'a', name: 'b.c' }],
    ['https://github.com/a/.github', { owner: 'a', name: '.github' }],
    ['https://github.com/a_b/c.git.git', { owner: 'a_b', name: 'c.git' }],
  ])('may have dots: %s', (location, repository) => {
    expect(of(location)).toEqual(repository);
  });

  test('is found on a GitHub server of a company', () => {
    const location = 'https://ghe.example.com/octo-org/web-shop.git';
    const repository = { owner: 'octo-org', name: 'web-shop' };
    expect(of(location, 'GITHUB_ENTERPRISE', 'https://ghe.example.com')).toEqual(repository);
    expect(of(location, 'GITHUB_ENTERPRISE')).toBe(
      'the source of the batch is on ghe.example.com (GITHUB_ENTERPRISE), not on github.com',
    );
  });

  test.each([
    ['https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop', 'CODECOMMIT'],
    ['https://octocat:secret@bitbucket.org/octo-org/web-shop.git', 'BITBUCKET'],
    ['https://gitlab.com/octo-org/web-shop.git', 'GITLAB'],
    ['git@github.com.evil.example:octo-org/web-shop.git', 'GITHUB'],
    ['https://github.com@evil.example/octo-org/web-shop.git', 'GITHUB'],
    ['https://evil.example/github.com/web-shop.git', 'GITHUB'],
  ])(
    'is none on another server, of which nothing but the host is repeated: %s',
    (location, type) => {
      const reason = of(location, type);
      expect(reason).toMatch(
        new RegExp(`^the source of the batch is on \\S+ \\(${type}\\), not on`),
      );
      expect(reason).not.toMatch(/secret|shop/);
    },
  );

  test.each([
    ['', 'CODEPIPELINE', 'the source of the batch has no URL (CODEPIPELINE)'],
    ['', '', 'the source of the batch has no URL'],
    ['bucket/path/source.zip', 'S3', 'the source of the batch is not a Git repository (S3)'],
    ['https://[', 'GITHUB', 'the source of the batch is not a Git repository (GITHUB)'],
    [
      'https://github.com/octo-org',
      'GITHUB',
      'the source of the batch is not the URL of a repository',
    ],
    [
      'https://github.com/a/b/c',
      'GITHUB',
      'the source of the batch is not the URL of a repository',
    ],
    [
      'https://github.com/a/%2e%2e%2fb',
      'GITHUB',
      'the source of the batch is not the URL of a repository',
    ],
    ['git@github.com:../x', 'GITHUB', 'the source of the batch is not the URL of a repository'],
    ['git@github.com:a/..', 'GITHUB', 'the source of the batch is not the URL of a repository'],
  ])('is none in "%s" (%s)', (location, type, reason) => {
    expect(of(location, type)).toContain(reason);
  });

  test.each([
    'ghp_secret:x-oauth-basic@github.com/o/r',
    'octocat:secret@github.com:o/r.git',
    'git@secret:o/r',
    'secret.x_y:o/r',
    'secret:o/r',
    'bucket.example.com:443:secret/r',
    'arn:aws:codeconnections:us-east-1:123456789012:connection/secret',
    'arn:aws:s3:::secret/source.zip',
    'C:\\secret\\source',
  ])('is none in what is no URL, of which nothing is repeated: %s', (location) => {
    expect(of(location)).toBe('the source of the batch is not a Git repository (GITHUB)');
  });

  test('is found on a server whose name has no dot', () => {
    const repository = { owner: 'octo-org', name: 'web-shop' };
    expect(of('git@ghe:octo-org/web-shop.git', 'GITHUB', 'https://ghe')).toEqual(repository);
  });

  test('is none where the run does not know its server', () => {
    expect(typeof of('https://github.com/a/b', 'GITHUB', '')).toBe('string');
  });

  testAll(HOSTILE)('is none in hostile text', (_, text) => {
    for (const location of [text, `https://github.com/${text}`, `git@github.com:${text}`]) {
      expect(typeof of(location)).toBe('string');
    }
  });
});

test.each([
  [{ owner: 'octo-org', name: 'web-shop' }, true],
  [{ owner: 'Octo-Org', name: 'WEB-shop' }, true],
  [{ owner: 'octo-org', name: 'web' }, false],
  [{ owner: 'octo', name: 'web-shop' }, false],
])('%j is the same repository: %s', (other, expected) => {
  expect(isSameRepository({ owner: 'octo-org', name: 'web-shop' }, other)).toBe(expected);
});
