import { expect, test } from 'vitest';
import { unavailable } from '../base/errors.ts';
import { PermanentFailure } from './errors.ts';
import { retryAt } from './retry.ts';

const policy = { baseMs: 1000, maxMs: 60_000 };
const failed = { attempt: 1, maxAttempts: 5, error: new Error('no'), now: 1_000_000 };

test('the wait doubles with each attempt, up to the longest', () => {
  const waits = [1, 2, 3, 4].map(
    (attempt) => (retryAt({ ...failed, attempt }, policy, () => 1) ?? 0) - failed.now,
  );
  expect(waits).toEqual([1000, 2000, 4000, 8000]);
  expect(retryAt({ ...failed, attempt: 30, maxAttempts: 99 }, policy, () => 1)).toBe(failed.now + 60_000);
});

test('half of the wait is left to chance', () => {
  expect(retryAt(failed, policy, () => 0)).toBe(failed.now + 500);
});

test('a pause that the peer asks for is kept when it is longer', () => {
  expect(retryAt({ ...failed, error: unavailable('busy', 'Busy.') }, policy)).toBe(failed.now + 5000);
  expect(retryAt({ ...failed, error: { retryAfterSeconds: 0.001 } }, policy, () => 1)).toBe(
    failed.now + 1000,
  );
});

test('a peer cannot put a job to sleep for more than a day', () => {
  expect(retryAt({ ...failed, error: { retryAfterSeconds: 1e9 } }, policy)).toBe(failed.now + 86_400_000);
});

test('there is no retry after the last attempt or a permanent failure', () => {
  expect(retryAt({ ...failed, attempt: 5 }, policy)).toBeUndefined();
  expect(retryAt({ ...failed, error: new PermanentFailure('gone') }, policy)).toBeUndefined();
});
