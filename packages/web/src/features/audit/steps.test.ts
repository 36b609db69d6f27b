import { expect, test } from 'vitest';
import { countsOf, stepsOf } from './steps.ts';

const minute = 60_000;
const day = 86_400_000;

test('steps are of a width that people count in and begin at whole ones', () => {
  const from = Date.parse('2026-11-14T09:17:23.000Z');
  const steps = stepsOf(from, from + 7 * day);
  expect(steps.stepMs).toBe(120 * minute);
  expect(new Date(steps.from).toISOString()).toBe('2026-11-14T08:00:00.000Z');
  expect(steps.to).toBeGreaterThanOrEqual(from + 7 * day);
});

test('there are never too many steps for a thumb, nor fewer than one', () => {
  for (const length of [1, 999, 1000, minute, 3 * day, 400 * day, 9000 * day]) {
    const { from, to, stepMs } = stepsOf(1_000_000, 1_000_000 + length);
    const amount = (to - from) / stepMs;
    expect(Number.isInteger(amount)).toBe(true);
    expect(amount).toBeGreaterThanOrEqual(1);
    expect(amount).toBeLessThanOrEqual(92);
  }
});

test('a step that the answer leaves out has no events', () => {
  const steps = { from: 0, to: 4000, stepMs: 1000 };
  const counts = countsOf(steps, [
    { at: 1000, count: 3 },
    { at: 3000, count: 1 },
  ]);
  expect(counts.map(({ count }) => count)).toEqual([0, 3, 0, 1]);
  expect(counts.map(({ at }) => at)).toEqual([0, 1000, 2000, 3000]);
});
