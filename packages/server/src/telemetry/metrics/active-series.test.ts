import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isStaleAt, writeStale } from '../promql/stale.ts';
import { ActiveSeries } from './active-series.ts';
import type { Samples } from './types.ts';

type Value = number | 'stale';

const valuesOf = (values: readonly Value[]): Float64Array => {
  const array = new Float64Array(values.length);
  for (const [index, value] of values.entries()) {
    if (value === 'stale') writeStale(array, index);
    else array[index] = value;
  }
  return array;
};

const listed = ({ timestamps, values }: Samples): [number, Value][] =>
  Array.from(timestamps, (atMs, index) => [atMs, isStaleAt(values, index) ? 'stale' : values[index]!]);

const value = fc.oneof(fc.constant<Value>('stale'), fc.constantFrom<Value>(0, 1, Number.NaN, -5.5));
const time = fc.integer({ min: 0, max: 120 });

type Step =
  | { readonly kind: 'add'; readonly atMs: number; readonly value: Value }
  | { readonly kind: 'evict'; readonly fromMs: number }
  | { readonly kind: 'merge'; readonly samples: readonly (readonly [number, Value])[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('add' as const), atMs: time, value }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evict' as const), fromMs: time }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('merge' as const),
      samples: fc.uniqueArray(fc.tuple(time, value), { selector: ([atMs]) => atMs, maxLength: 20 }),
    }),
  },
);

test('whatever is added, merged and evicted in whatever order, a series holds what a sorted map would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), time, time, (steps, fromMs, toMs) => {
      const series = new ActiveSeries(1n, {});
      const model = new Map<number, Value>();
      const given: { readonly view: Samples; readonly was: [number, Value][] }[] = [];
      for (const one of steps) {
        if (one.kind === 'add') {
          const known = model.get(one.atMs);
          const wanted = known === undefined ? 'new' : Object.is(known, one.value) ? 'same' : 'conflict';
          expect(series.verdict(one.atMs, valuesOf([one.value]), 0)).toBe(wanted);
          expect(series.add(one.atMs, valuesOf([one.value]), 0)).toBe(wanted);
          if (known === undefined) model.set(one.atMs, one.value);
        } else if (one.kind === 'evict') {
          const gone = [...model.keys()].filter((atMs) => atMs < one.fromMs);
          expect(series.evict(one.fromMs)).toBe(gone.length);
          for (const atMs of gone) model.delete(atMs);
        } else {
          const ordered = one.samples.toSorted(([a], [b]) => a - b);
          series.merge({
            timestamps: Float64Array.from(ordered, ([atMs]) => atMs),
            values: valuesOf(ordered.map(([, of]) => of)),
          });
          for (const [atMs, of] of ordered) if (!model.has(atMs)) model.set(atMs, of);
        }
        const view = series.view(0, 200);
        given.push({ view, was: listed(view) });
      }
      const wanted = [...model]
        .filter(([atMs]) => atMs >= fromMs && atMs <= toMs)
        .toSorted(([a], [b]) => a - b);
      expect(listed(series.view(fromMs, toMs))).toEqual(wanted);
      expect(series.hasBetween(fromMs, toMs)).toBe(wanted.length > 0);
      expect(series.size).toBe(model.size);
      // What a query holds stays as it was, whatever came after.
      for (const { view, was } of given) expect(listed(view)).toEqual(was);
    }),
  );
});
