import { expect, test } from 'vitest';
import { daysOf, keptNow, rowsThatGo, withDays } from './kinds.ts';

const day = 86_400_000;
const stored = { oldestAt: 0, newestAt: 10 * day, rows: 1000, held: false };

test('rows that go are those before the new limit, and none while they are held', () => {
  expect(rowsThatGo(stored, 5, 10 * day)).toBe(500);
  expect(rowsThatGo(stored, 20, 10 * day)).toBe(0);
  expect(rowsThatGo(stored, 1, 30 * day)).toBe(1000);
  expect(rowsThatGo(stored, null, 30 * day)).toBe(0);
  expect(rowsThatGo({ ...stored, held: true }, 1, 30 * day)).toBe(0);
  expect(rowsThatGo({ ...stored, oldestAt: null, newestAt: null }, 1, 30 * day)).toBe(0);
});

test('a limit is changed for one kind and leaves the others as they were', () => {
  const now = keptNow([]);
  expect(daysOf(withDays(now, 'debug', 7), 'debug')).toBe(7);
  expect(daysOf(withDays(now, 'metrics', 30), 'metrics')).toBe(30);
  expect(withDays(now, 'debug', 7).logs.security).toBe(now.logs.security);
  // Metrics cannot be kept for ever.
  expect(withDays(now, 'metrics', null)).toEqual(now);
});
