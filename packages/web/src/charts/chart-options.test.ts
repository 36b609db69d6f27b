import { expect, test } from 'vitest';
import { pointsOf, scaleTop } from './chart-options.ts';

test('a budget far above what is measured does not flatten it', () => {
  expect(scaleTop(40, 500)).toBeLessThan(50);
});

test('a budget within reach is on the scale', () => {
  expect(scaleTop(400, 500)).toBeGreaterThan(500);
  expect(scaleTop(900, 500)).toBeGreaterThan(900);
});

test('a few values are points, and so is one that stands alone among many', () => {
  expect(pointsOf([null, null, 3, 4])).toEqual([2, 3]);
  const many = Array.from({ length: 100 }, () => 1);
  expect(pointsOf(many)).toEqual([]);
  expect(pointsOf([...many, null, 5])).toEqual([101]);
});
