import { expect, test } from 'vitest';
import type { ChartLine } from './plot.ts';
import { pressed } from './pressed.ts';

const lines = ['a', 'b', 'c'].map((key): ChartLine => ({
  key,
  name: key,
  values: new Float64Array(),
  min: 0,
  max: 0,
  mean: 0,
  last: 0,
}));
const plain = { ctrlKey: false, metaKey: false };

test('a name that is pressed stands alone, another takes its place, and pressed again all are back', () => {
  const alone = pressed(plain, { lines, hidden: new Set(), key: 'a' });
  expect([...alone]).toEqual(['b', 'c']);
  const other = pressed(plain, { lines, hidden: alone, key: 'b' });
  expect([...other]).toEqual(['a', 'c']);
  expect([...pressed(plain, { lines, hidden: other, key: 'b' })]).toEqual([]);
});

test('with Ctrl or Cmd one name is hidden or shown again', () => {
  const hidden = pressed({ ...plain, ctrlKey: true }, { lines, hidden: new Set(), key: 'a' });
  expect([...hidden]).toEqual(['a']);
  expect([...pressed({ ...plain, metaKey: true }, { lines, hidden, key: 'a' })]).toEqual([]);
});

test('the only line cannot be pressed away', () => {
  expect([...pressed(plain, { lines: lines.slice(0, 1), hidden: new Set(), key: 'a' })]).toEqual([]);
});
