import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classicBuckets } from './exponential.ts';

test('buckets of scale 0 are those between powers of two', () => {
  const buckets = classicBuckets({
    scale: 0,
    zeroCount: 2,
    positive: { offset: -1, bucketCounts: [1, 0, 4] },
    negative: { offset: 1, bucketCounts: [5] },
  });
  expect(buckets).toEqual([
    { bound: -2, count: 5 },
    { bound: 0, count: 2 },
    { bound: 1, count: 1 },
    { bound: 2, count: 0 },
    { bound: 4, count: 4 },
  ]);
});

test('every measurement stays at or below its bound, and none is lost, whatever the scale', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: -2, max: 8 }),
      (values, scale) => {
        const indexOf = (value: number): number => Math.ceil(Math.log2(value) * 2 ** scale) - 1;
        const indexes = values.map(indexOf);
        const offset = Math.min(...indexes);
        const length = Math.max(...indexes) - offset + 1;
        const bucketCounts = Array.from({ length }, () => 0);
        for (const index of indexes) bucketCounts[index - offset]! += 1;
        const buckets = classicBuckets({ scale, positive: { offset, bucketCounts } });
        expect(buckets.reduce((total, { count }) => total + count, 0)).toBe(values.length);
        expect(buckets.length).toBeLessThanOrEqual(162);
        for (const { bound } of buckets) {
          const atMost = buckets
            .filter((other) => other.bound <= bound)
            .reduce((total, { count }) => total + count, 0);
          // A hair's breadth: logarithms of values on a boundary may fall to either side.
          expect(atMost).toBeGreaterThanOrEqual(values.filter((v) => v <= bound * (1 - 1e-9)).length);
          expect(atMost).toBeLessThanOrEqual(values.filter((v) => v <= bound * (1 + 1e-9)).length);
        }
      },
    ),
    { numRuns: 200 },
  );
});
