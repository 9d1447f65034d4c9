import { describe, expect, test } from '@jest/globals';
import { formatMarker, isAbout, laterBatchIn } from '../../src/pull-request-comment/marker.ts';
import { renderOnGitHub } from '../support/github-markdown.ts';
import { HOSTILE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const COMMIT = '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2';
const OURS = { region: 'us-west-2', project: 'web-shop', commit: COMMIT, batch: 41 };
const MARKER = formatMarker(OURS);

describe('the marker', () => {
  test('is one line that names region, project, commit and batch', () => {
    expect(MARKER).toBe(
      `<!-- retry-codebuild-batch region=us%2Dwest%2D2 project=web%2Dshop commit=${COMMIT} batch=41 -->`,
    );
  });

  test('does not show', () => {
    expect(renderOnGitHub(`${MARKER}\n\n## Red`)).not.toContain('retry-codebuild-batch');
  });

  testAll(HOSTILE)('holds each of these without an end of its own', (_, text) => {
    const hostile = { region: text, project: text, commit: text, batch: null };
    const marker = formatMarker(hostile);
    expect(marker).toMatch(/^<!-- [\w.~%= -]+ -->$/);
    expect(marker.slice(4, -3)).not.toContain('--');
    expect(isAbout(marker, hostile)).toBe(true);
    expect(isAbout(marker, { ...hostile, project: `${text}x` })).toBe(false);
  });
});

describe('a comment', () => {
  test.each([
    ['the marker alone', MARKER, true],
    ['more behind it', `${MARKER}\r\n\r\n## Red`, true],
    ['another commit and batch', formatMarker({ ...OURS, commit: 'c0ffee', batch: null }), true],
    ['another project', formatMarker({ ...OURS, project: 'web' }), false],
    ['another region', formatMarker({ ...OURS, region: 'eu-west-1' }), false],
    ['the marker behind other text', `> ${MARKER}`, false],
    ['the marker on a later line', `See\n${MARKER}`, false],
    ['half a marker', MARKER.slice(0, -4), false],
    ['no number', MARKER.replace('41', ''), false],
    ['nothing', '', false],
  ])('with %s is about the project: %s, %s', (_, body, expected) => {
    expect(isAbout(body, OURS)).toBe(expected);
  });

  test.each([
    ['a later batch of the same commit', { batch: 42 }, 42],
    ['the same batch', {}, null],
    ['an earlier batch', { batch: 40 }, null],
    ['a later batch of another commit', { commit: 'c0ffee', batch: 42 }, null],
    ['a batch without a number', { batch: null }, null],
  ])('about %s', (_, more, expected) => {
    expect(laterBatchIn(formatMarker({ ...OURS, ...more }), OURS)).toBe(expected);
  });

  test('is not about a later batch where ours has no number', () => {
    expect(laterBatchIn(MARKER, { ...OURS, batch: null })).toBeNull();
  });
});
