import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { systemClock } from '../../base/clock.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createPromqlEngine } from '../promql/engine.ts';
import { gridFunctions } from './grid-functions.ts';
import {
  batchOf,
  expectSameSeries,
  metricsOn,
  source,
  type TestSample,
  type TestValue,
} from './metrics-fixture.ts';
import type { Metrics } from './service.ts';

const directory = temporaryDirectory();
let columns: Columns;
beforeAll(async () => {
  columns = testColumns({ dataDirectory: directory.path });
  await columns.start();
  await columns.ready();
  // Rows that came twice stay two, so that what is tested copes with them.
  await columns.command('SYSTEM STOP MERGES metric_sample');
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});

const now = Math.floor(Date.now() / 1000) * 1000;
const hours = 5;

/** Steps of a series: the wait since the last sample, and what the next one is. */
const walk = fc.array(
  fc.record({
    waitMs: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(15_000, 15_001, 14_998, 30_000) },
      { weight: 1, arbitrary: fc.constantFrom(1, 240_000, 600_000, 3_600_000) },
    ),
    next: fc.oneof(
      { weight: 10, arbitrary: fc.constantFrom('up', 'same', 'jump') },
      { weight: 1, arbitrary: fc.constantFrom('reset', 'stale', 'nan', 'infinite', 'down') },
    ),
  }),
  { minLength: 1, maxLength: 1_200 },
);

type Walk =
  fc.Arbitrary<readonly { waitMs: number; next: string }[]> extends fc.Arbitrary<infer T> ? T : never;

function samplesOf(labels: Record<string, string>, steps: Walk, beginMs: number): TestSample[] {
  const samples: TestSample[] = [];
  let atMs = beginMs;
  let value = 5;
  for (const { waitMs, next } of steps) {
    atMs += waitMs;
    if (atMs > now) break;
    if (next === 'up') value += 1.5;
    else if (next === 'jump') value += 1_000;
    else if (next === 'reset') value = 0;
    else if (next === 'down') value -= 3;
    const special: Record<string, TestValue> = {
      stale: 'stale',
      nan: Number.NaN,
      infinite: Number.POSITIVE_INFINITY,
    };
    samples.push([labels, atMs, special[next] ?? value]);
  }
  return samples;
}

/** Asks with and without pushing down. */
async function compare(
  metrics: Metrics,
  query: { query: string; stepMs: number; fromMs: number },
): Promise<void> {
  const plain = createPromqlEngine({
    storage: { select: (request) => metrics.storage.select(request) },
    clock: systemClock,
  });
  const range = { ...query, toMs: now + 7 };
  const pushed = await metrics.engine.range(range);
  const worked = await plain.range(range);
  if (pushed.value.type !== 'matrix' || worked.value.type !== 'matrix') throw new Error('no matrix');
  expectSameSeries(pushed.value.series, worked.value.series, query.query);
}

test('what columns work out is what the engine works out, over resets, gaps, stale markers, NaNs and rows that came twice', async () => {
  const reader = metricsOn(columns);
  const { storage } = reader;
  let pushes = 0;
  const watched: Metrics['storage'] = {
    ...storage,
    overRange: (request) => {
      const answer = storage.overRange?.(request);
      if (answer !== undefined) pushes += 1;
      return answer;
    },
  };
  const metrics: Metrics = {
    ...reader,
    storage: watched,
    engine: createPromqlEngine({ storage: watched, clock: systemClock }),
  };
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(walk, { minLength: 1, maxLength: 4 }),
      fc.record({
        rangeMs: fc.constantFrom(30_000, 60_000, 300_000, 3_600_000),
        stepMs: fc.constantFrom(15_000, 60_000, 300_000, 7_200_000),
        offMs: fc.integer({ min: 0, max: 999 }),
      }),
      async (walks, { rangeMs, stepMs, offMs }) => {
        run += 1;
        const name = `m${run}`;
        const beginMs = now - hours * 3_600_000;
        const samples = walks.flatMap((steps, index) =>
          samplesOf({ __name__: name, i: String(index) }, steps, beginMs + index),
        );
        // By two intakes that know nothing of each other: each sample is sent twice.
        for (let times = 0; times < 2; times += 1) {
          const writer = metricsOn(columns);
          if (samples.length > 0) await writer.intake.append(batchOf(writer, samples), source);
          await columns.flush();
        }
        for (const called of gridFunctions.keys()) {
          await compare(metrics, {
            query: `${called}(${name}[${rangeMs}ms])`,
            stepMs,
            fromMs: beginMs + rangeMs - 20_000 + offMs,
          });
        }
      },
    ),
    { numRuns: 12, interruptAfterTimeLimit: 40_000 },
  );
  expect(pushes).toBeGreaterThan(8);
}, 120_000);

test('windows before the head’s beginning and behind it are joined', async () => {
  const metrics = metricsOn(columns);
  const old = [0, 1, 2, 3].flatMap((series) =>
    Array.from({ length: 1_100 }, (_, index): TestSample => [
      { __name__: 'both_total', i: String(series) },
      now - hours * 3_600_000 + index * 15_000 + series,
      index % 300 === 299 ? 'stale' : index * (series + 1),
    ]),
  );
  await metrics.intake.append(batchOf(metrics, old), source);
  const fresh = [2, 3, 4].map((series): TestSample => [
    { __name__: 'both_total', i: String(series) },
    Date.now() + 10_000,
    1e6,
  ]);
  await columns.flush();
  await metrics.start();
  try {
    await eventually(() => metrics.status().headFromMs < now - 7_100_000, 40_000);
    await metrics.intake.append(batchOf(metrics, fresh), source);
    const query = { fromMs: now - hours * 3_600_000, stepMs: 60_000 };
    for (const called of gridFunctions.keys())
      await compare(metrics, { ...query, query: `${called}(both_total[10m])` });
  } finally {
    await metrics.stop();
  }
}, 90_000);

test('a node that shares columns gets from them what another node took, and joins its own', async () => {
  const other = metricsOn(columns, { shared: true });
  const own = metricsOn(columns, { shared: true });
  const samples = (series: number, from: number, to: number): TestSample[] =>
    Array.from({ length: to - from }, (_, index): TestSample => [
      { __name__: 'shared_total', i: String(series) },
      now - 7_200_000 + (from + index) * 15_000,
      from + index,
    ]);
  await other.intake.append(batchOf(other, [...samples(1, 0, 475), ...samples(2, 0, 475)]), source);
  await columns.flush();
  // Of the last 75 seconds, so that they may still be on their way to columns.
  await own.intake.append(batchOf(own, [...samples(1, 475, 480), ...samples(3, 475, 480)]), source);
  for (const called of gridFunctions.keys())
    await compare(own, { query: `${called}(shared_total[5m])`, stepMs: 60_000, fromMs: now - 7_000_000 });
  const { value } = await own.engine.range({
    query: 'sum by (i) (increase(shared_total[5m]))',
    fromMs: now - 7_000_000,
    toMs: now,
    stepMs: 60_000,
  });
  expect(value.type === 'matrix' && value.series.map(({ labels }) => labels['i'])).toEqual(['1', '2', '3']);
}, 90_000);
