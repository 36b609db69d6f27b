import { expect, test } from 'vitest';
import { columnsOf } from './columns.ts';
import { stackOf } from './paint.ts';
import { scaleOf } from './scale.ts';

const none = Number.NaN;

test('columns keep every peak and trough, in the order in which they come', () => {
  const values = new Float64Array(1_000).fill(5);
  values[431] = 900;
  values[438] = -3;
  values[777] = 12;
  const pairs = columnsOf(values, { from: 0, to: 1_000, columns: 10 });
  expect(pairs).toHaveLength(20);
  expect([...pairs.subarray(8, 10)]).toEqual([900, -3]);
  expect([...pairs.subarray(14, 16)]).toEqual([5, 12]);
  expect(Math.max(...pairs)).toBe(900);
  expect(Math.min(...pairs)).toBe(-3);
});

test('a column without a value is a gap, and one value in it is none', () => {
  const values = new Float64Array(100).fill(none);
  values[55] = 7;
  const pairs = columnsOf(values, { from: 0, to: 100, columns: 10 });
  expect([...pairs].filter((value) => !Number.isNaN(value))).toEqual([7, 7]);
  expect(pairs[10]).toBe(7);
});

test('a part of a line is taken by its ends', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index);
  const pairs = columnsOf(values, { from: 40, to: 60, columns: 2 });
  expect([...pairs]).toEqual([40, 49, 50, 59]);
});

test('a stack adds what is there, and a line without a value adds nothing', () => {
  const values = [Float64Array.of(1, 2, none, none), Float64Array.of(10, none, 30, none)];
  const stacks = stackOf(values, [0, 1]);
  expect([...(stacks.get(0) ?? [])]).toEqual([1, 2, none, none]);
  expect([...(stacks.get(1) ?? [])]).toEqual([11, 2, 30, none]);
  expect([...(stackOf(values, [1]).get(1) ?? [])]).toEqual([10, none, 30, none]);
});

test('the scale takes zero in when the values come near it, and only then', () => {
  const line = (min: number, max: number) => ({ values: Float64Array.of(min, max), min, max });
  const usual = { stacked: false, min: null, max: null };
  expect(scaleOf([line(1, 10)], usual)[0]).toBe(0);
  const [low, high] = scaleOf([line(95, 100)], usual);
  expect(low).toBeGreaterThan(90);
  expect(high).toBeGreaterThan(100);
  expect(scaleOf([line(1, 10)], { ...usual, min: 0, max: 1 })).toEqual([0, 1]);
  const [bottom, top] = scaleOf([line(5, 5), line(5, 5)], { ...usual, stacked: true });
  expect(bottom).toBe(0);
  expect(top).toBeGreaterThan(10);
  expect(scaleOf([], usual)[0]).toBeLessThan(scaleOf([], usual)[1]);
  const [from, to] = scaleOf([line(7, 7)], usual);
  expect(from).toBeLessThan(7);
  expect(to).toBeGreaterThan(7);
});
