import { describe, expect, test } from '@jest/globals';
import { closest } from '../../src/text/closest.ts';

describe('closest', () => {
  const WORDS = ['BUILD', 'PRE_BUILD', 'QUEUED', 'INFRASTRUCTURE', 'VPC_CLIENT_ERROR'];

  test.each([
    ['INFRA', 'INFRASTRUCTURE'],
    ['INF', 'INFRASTRUCTURE'],
    ['IN', null],
    ['INFRASTRUCTRE', 'INFRASTRUCTURE'],
    ['QUEUEDD', 'QUEUED'],
    ['QUEUE', 'QUEUED'],
    ['EUED', 'QUEUED'],
    ['UED', null],
    ['BIULD', 'BUILD'],
    ['PREBUILD', 'PRE_BUILD'],
    ['VPC_CLENT_EROR', 'VPC_CLIENT_ERROR'],
    ['VPC_CLENT_ERO', null],
    ['A_NEW_CODE', null],
    ['', null],
  ])('to %j is %j', (text, expected) => {
    expect(closest(text, WORDS)).toBe(expected);
  });

  test('is the nearest, not the first', () => {
    expect(closest('BUILT', ['BUILDS', 'BUILD'])).toBe('BUILD');
  });
});
