import { expect, test } from 'vitest';
import { busiest } from './busiest.ts';

test('the busiest window is found among all that begin at a step', () => {
  const counts = [1, 0, 4, 5, 0, 3];
  expect(busiest(counts, 60_000, 60_000)).toBe(5);
  expect(busiest(counts, 60_000, 120_000)).toBe(9);
  expect(busiest(counts, 60_000, 180_000)).toBe(9);
  expect(busiest(counts, 60_000, 3_600_000)).toBe(13);
  expect(busiest([], 60_000, 60_000)).toBe(0);
});
