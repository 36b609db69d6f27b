import { expect, test } from 'vitest';
import { periodWords, thisQuarter } from './words.ts';

test.each([
  ['2026-01-01T00:00:00Z', '2026-Q1'],
  ['2026-03-31T23:59:59Z', '2026-Q1'],
  ['2026-04-01T00:00:00Z', '2026-Q2'],
  ['2026-12-31T23:59:59Z', '2026-Q4'],
])('%s is in %s', (at, quarter) => expect(thisQuarter(Date.parse(at))).toBe(quarter));

test('a quarter is named in words, and anything else stays as it is', () => {
  expect(periodWords('2026-Q4')).toBe('4th quarter of 2026');
  expect(periodWords('2026')).toBe('2026');
});
