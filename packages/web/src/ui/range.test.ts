import { expect, test } from 'vitest';
import { windowOf } from './range.ts';

const hour = 3_600_000;
const now = 1_000 * hour;

test('without a wish a day is shown, and less for what is younger', () => {
  expect(windowOf({}, now).name).toBe('24h');
  expect(windowOf({}, now, now - 30 * 24 * hour).name).toBe('24h');
  expect(windowOf({}, now, now - 2 * hour).name).toBe('6h');
  expect(windowOf({}, now, now - 60_000).name).toBe('1h');
});

test('what was asked for is shown, however young the thing is', () => {
  expect(windowOf({ range: '7d' }, now, now - 60_000).name).toBe('7d');
  expect(windowOf({ from: 1, to: 2 }, now, now - 60_000)).toEqual({ from: 1, to: 2, name: null });
});

test('a short range ends near the present, and still in whole steps', () => {
  const { from, to, name } = windowOf({ range: '5m' }, now + 1);
  expect(name).toBe('5m');
  expect(to - from).toBe(300_000);
  expect(to - now).toBe(5_000);
  expect(windowOf({ range: '5m' }, now + 4_999).to).toBe(to);
});
