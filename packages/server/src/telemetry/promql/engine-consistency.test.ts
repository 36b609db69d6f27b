import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { createPromqlEngine } from './engine.ts';
import { PromqlError } from './errors.ts';
import { createMemoryStorage, type NewSample } from './memory-storage.ts';
import type { QueryValue } from './types.ts';

const sample = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 20 }) },
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom('stale' as const, Number.NaN, Infinity) },
);

/** A few series whose samples come every 15 s with gaps, stale markers and odd values. */
const data = fc.array(fc.array(sample, { minLength: 1, maxLength: 24 }), { minLength: 4, maxLength: 4 });

const { vector } = fc.letrec<{ vector: string; scalar: string; range: string }>((tie) => {
  const selector = fc.constantFrom('a', 'b', '{__name__="a",x="1"}', 'a offset 20s', 'b @ 90', 'a @ end()');
  const operator = fc.constantFrom(
    '+',
    '-',
    '*',
    '>',
    '<= bool',
    '==',
    '+ on(x)',
    'and',
    'or',
    'unless on(x)',
  );
  const filled = (template: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc.tuple(...parts).map((texts) => texts.reduce((text, part) => text.replace('?', () => part), template));
  return {
    scalar: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom('2', '0.5', 'time()', '-1'),
      filled('scalar(?)', tie('vector')),
    ),
    range: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom('a[1m]', 'b[40s]', 'a[1m] offset 30s', 'b[2m] @ 200', 'a[1m] @ start()'),
      filled('(?)[1m:20s]', tie('vector')),
    ),
    vector: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      selector,
      filled(
        '?(?)',
        fc.constantFrom(
          'rate',
          'delta',
          'sum_over_time',
          'last_over_time',
          'changes',
          'deriv',
          'absent_over_time',
          'stddev_over_time',
        ),
        tie('range'),
      ),
      filled('quantile_over_time(?, ?)', tie('scalar'), tie('range')),
      filled('predict_linear(?, ?)', tie('range'), tie('scalar')),
      filled(
        '?(?)',
        fc.constantFrom('abs', 'timestamp', 'absent', 'sort', '-', '-sum by (x) '),
        tie('vector'),
      ),
      filled(
        '?(?)',
        fc.constantFrom('sum', 'avg by (x) ', 'max without (x) ', 'count', 'stdvar'),
        tie('vector'),
      ),
      filled('?(?, ?)', fc.constantFrom('topk', 'bottomk by (x) ', 'quantile'), tie('scalar'), tie('vector')),
      filled('(?) ? (?)', tie('vector'), operator, tie('vector')),
      filled('(?) * (?)', tie('vector'), tie('scalar')),
      filled('count_values by (x) ("v", ?)', tie('vector')),
      filled('vector(?)', tie('scalar')),
      filled('label_replace(?, "y", "n$1", "x", "(.)")', tie('vector')),
    ),
  };
});

/** Samples by labels and time, as text, so that NaN equals NaN. */
function pointsOf(value: QueryValue): string[] {
  if (value.type === 'vector') {
    return value.samples.map((one) => `${JSON.stringify(one.labels)} ${one.atMs} ${one.value}`).toSorted();
  }
  if (value.type !== 'matrix') return [];
  return value.series
    .flatMap((one) =>
      Array.from(
        one.timestamps,
        (atMs, index) => `${JSON.stringify(one.labels)} ${atMs} ${one.values[index]}`,
      ),
    )
    .toSorted();
}

test('a range query gives at each step what an instant query gives at that time', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(data, vector, fc.boolean(), async (columns, drawn, delayedNameRemoval) => {
      const storage = createMemoryStorage();
      for (const [index, values] of columns.entries()) {
        const samples = values.flatMap((value, at): NewSample[] =>
          value === undefined ? [] : [{ atMs: at * 15_000, value }],
        );
        storage.append({ __name__: index < 2 ? 'a' : 'b', x: String(index % 2) }, samples);
      }
      const engine = createPromqlEngine({
        storage,
        clock: systemClock,
        lookbackMs: 60_000,
        delayedNameRemoval,
      });
      const range = { fromMs: 10_000, toMs: 340_000, stepMs: 30_000 };
      // start() and end() differ between the two kinds of query by definition.
      const query = drawn.replaceAll('start()', '10').replaceAll('end()', '340');
      let whole: QueryValue;
      try {
        whole = (await engine.range({ query, ...range })).value;
      } catch (error) {
        // Series that become the same fail the whole range, and perhaps no single step of it.
        if (error instanceof PromqlError && error.type === 'execution') return;
        throw error;
      }
      const single: string[] = [];
      for (let atMs = range.fromMs; atMs <= range.toMs; atMs += range.stepMs) {
        single.push(...pointsOf((await engine.instant({ query, atMs })).value));
      }
      compared += single.length;
      expect(pointsOf(whole), query).toEqual(single.toSorted());
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(1000);
});
