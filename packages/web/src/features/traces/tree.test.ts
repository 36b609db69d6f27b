import { expect, test } from 'vitest';
import { seenRows, treeOf, unfoldedTo } from './tree.ts';

const span = (spanId: string, parentSpanId: string | null = null, status = 'ok') => ({
  spanId,
  parentSpanId,
  status,
});
const shape = (rows: ReturnType<typeof treeOf>): string[] =>
  rows.map(({ span: { spanId }, depth, below }) => `${'  '.repeat(depth)}${spanId} ${below}`);

test('spans stand below their parents, earliest first, and know how many are below them', () => {
  const rows = treeOf([span('a'), span('b', 'a'), span('c', 'a'), span('d', 'b', 'error'), span('e', 'c')]);
  expect(shape(rows)).toEqual(['a 4', '  b 1', '    d 0', '  c 1', '    e 0']);
  expect(rows.map(({ errorsBelow }) => errorsBelow)).toEqual([1, 1, 0, 0, 0]);
});

test('a span whose parent is missing, is itself, or is below it is still shown, once', () => {
  const rows = treeOf([span('a', 'gone'), span('b', 'b'), span('c', 'd'), span('d', 'c')]);
  expect(shape(rows)).toEqual(['a 0', 'b 0', 'c 1', '  d 0']);
  expect(rows.map(({ orphan }) => orphan)).toEqual([true, true, true, false]);
});

test('a chain as long as a trace is no trouble', () => {
  const rows = treeOf(
    Array.from({ length: 5000 }, (_, index) => span(`${index}`, index === 0 ? null : `${index - 1}`)),
  );
  expect(rows).toHaveLength(5000);
  expect(rows.at(-1)?.depth).toBe(4999);
  expect(rows[0]?.below).toBe(4999);
});

test('what is folded hides all that is below it, until one of those is asked for', () => {
  const rows = treeOf([span('a'), span('b', 'a'), span('c', 'a'), span('d', 'b')]);
  const folded = new Set([0, 1]);
  expect(seenRows(rows, folded)).toEqual([0]);
  expect(seenRows(rows, new Set([1]))).toEqual([0, 1, 3]);
  expect(seenRows(rows, unfoldedTo(rows, folded, 2))).toEqual([0, 1, 2, 3]);
});
