import { expect, test } from '@jest/globals';
import { CALL_LIMIT_MS, createCallBudget } from '../../src/async/call-budget.ts';
import { ServiceError, type ServiceErrorKind } from '../../src/async/service-error.ts';
import { MINUTE, SECOND } from '../support/batches.ts';

const anError = (kind: ServiceErrorKind): ServiceError => new ServiceError(kind, 'Odd', 'Odd.');

test('a try after a long throttled pause has as much time as the first', () => {
  const budget = createCallBudget({ giveUpAfterMs: CALL_LIMIT_MS }, 0, MINUTE, () => true);
  expect(budget.forTry(0)).toBe(CALL_LIMIT_MS);
  budget.failed(anError('throttled'), 0, 0);
  expect(budget.forTry(2 * MINUTE)).toBe(CALL_LIMIT_MS);
  // Of the 30 s, five are left for the last try.
  expect(budget.failed(anError('transient'), 2 * MINUTE, 2 * MINUTE + SECOND)).toBe(24 * SECOND);
  expect(budget.forTry(2 * MINUTE + 10 * SECOND)).toBe(20 * SECOND);
});

test('what cannot be reached from the start is given up after a minute, whatever fails in between', () => {
  const budget = createCallBudget({}, 0, MINUTE, () => false);
  expect(budget.failed(anError('unreachable'), 0, 0)).toBe(MINUTE);
  expect(budget.failed(anError('transient'), 30 * SECOND, 30 * SECOND)).toBeGreaterThan(MINUTE);
  expect(budget.failed(anError('unreachable'), 50 * SECOND, 50 * SECOND)).toBe(10 * SECOND);
  budget.failed(anError('throttled'), 55 * SECOND, 55 * SECOND);
  expect(budget.failed(anError('unreachable'), 5 * MINUTE, 5 * MINUTE)).toBe(MINUTE);
});

test('a limit within which the call must end holds, however it is throttled', () => {
  const budget = createCallBudget({ withinMs: CALL_LIMIT_MS }, 0, MINUTE, () => true);
  budget.failed(anError('throttled'), 0, SECOND);
  expect(budget.forTry(10 * SECOND)).toBe(20 * SECOND);
});
