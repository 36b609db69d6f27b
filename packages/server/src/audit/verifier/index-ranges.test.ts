import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexRanges } from './index-ranges.ts';

test('neighbours become ranges, in order and each once', () => {
  expect(indexRanges([], 100)).toBe('');
  expect(indexRanges([7], 100)).toBe('7');
  expect(indexRanges([9, 2, 0, 1, 1, 4, 3, 12, 11], 100)).toBe('0-4,9,11-12');
});

test('what is too long is cut, and says so', () => {
  const even = Array.from({ length: 1000 }, (_, at) => at * 2);
  const text = indexRanges(even, 50);
  expect(text).toMatch(/^0,2,4,.*,…$/);
  expect(text.length).toBeLessThan(60);
});

test('every list of indexes can be read back', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(500)), (indexes) => {
      const read = indexRanges(indexes, 1e9)
        .split(',')
        .filter((part) => part !== '')
        .flatMap((part) => {
          const [first = 0, last = first] = part.split('-').map(Number);
          return Array.from({ length: last - first + 1 }, (_, at) => first + at);
        });
      expect(read).toEqual([...new Set(indexes)].toSorted((left, right) => left - right));
    }),
  );
});
