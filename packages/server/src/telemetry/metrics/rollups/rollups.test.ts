import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../../test/columns.ts';
import type { Columns } from '../../../storage/columns/columns.ts';
import { labelSetOf } from '../../promql/label-set.ts';
import type { MatrixSeries, QueryResult } from '../../promql/types.ts';
import {
  batchOf,
  expectSameSeries,
  metricsOn,
  source,
  type TestSample,
  type TestValue,
  fromNoon,
  today,
} from '../metrics-fixture.ts';
import { dayMs } from '../types.ts';
import { rollupFunctions } from './functions.ts';

const minuteMs = 60_000;
const windowMs = 5 * minuteMs;

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

/** Without a head, so that days are settled as soon as they end. */
const headless = { clock: fromNoon(), limits: { headMs: 0, pastMs: 400 * dayMs } };

const walk = fc.array(
  fc.record({
    waitMs: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(60_000, 60_001, 59_998, 150_000) },
      { weight: 2, arbitrary: fc.constantFrom(1, 240_000, 600_000, 7_200_000) },
    ),
    next: fc.oneof(
      { weight: 14, arbitrary: fc.constantFrom('up', 'same', 'jump') },
      { weight: 2, arbitrary: fc.constantFrom('reset', 'stale', 'down') },
    ),
    /** Onto the border of two windows, which belongs to the left one. */
    onBorder: fc.boolean(),
  }),
  { minLength: 1, maxLength: 2_500, size: 'max' },
);

const odd = fc.record({
  at: fc.nat(1_000),
  value: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 2 ** 60),
});

type Arbitrary<T> = T extends fc.Arbitrary<infer V> ? V : never;

function samplesOf(
  labels: Record<string, string>,
  given: { readonly steps: Arbitrary<typeof walk>; readonly odds: readonly Arbitrary<typeof odd>[] },
  span: { readonly fromMs: number; readonly toMs: number },
): TestSample[] {
  const samples: TestSample[] = [];
  const odds = new Map(given.odds.map(({ at, value }) => [at, value]));
  let atMs = span.fromMs;
  let value = 5;
  for (const [index, { waitMs, next, onBorder }] of given.steps.entries()) {
    atMs += waitMs;
    if (onBorder && index % 7 === 0) atMs = Math.ceil(atMs / windowMs) * windowMs;
    if (atMs > span.toMs) break;
    if (next === 'up') value += 1.5;
    else if (next === 'jump') value += 1_000;
    else if (next === 'reset') value = 0;
    else if (next === 'down') value -= 3;
    const said: TestValue = next === 'stale' ? 'stale' : (odds.get(index) ?? value);
    if (samples.at(-1)?.[1] !== atMs) samples.push([labels, atMs, said]);
  }
  return samples;
}

async function store(samples: readonly TestSample[]): Promise<void> {
  const writer = metricsOn(columns, { clock: fromNoon(), limits: { pastMs: 400 * dayMs } });
  if (samples.length > 0) await writer.intake.append(batchOf(writer, samples), source);
  await columns.flush();
}

function seriesOf({ value }: QueryResult): readonly MatrixSeries[] {
  if (value.type === 'matrix') return value.series;
  if (value.type !== 'vector') throw new Error(`a ${value.type} was not asked for`);
  return value.samples.map(({ labels, atMs, value: one }) => ({
    labels,
    timestamps: Float64Array.of(atMs),
    values: Float64Array.of(one),
  }));
}

function expectSame(found: QueryResult, wanted: QueryResult, what: string): void {
  const sorted = (result: QueryResult): MatrixSeries[] =>
    seriesOf(result).toSorted((a, b) => (labelSetOf(a.labels).key < labelSetOf(b.labels).key ? -1 : 1));
  expectSameSeries(sorted(found), sorted(wanted), what);
}

/** What is stored of the days before today goes, as it does by its lifetime. */
async function dropSamples(): Promise<void> {
  const days = await columns.query<{ id: string }>(
    `SELECT DISTINCT partition_id AS id FROM system.parts
     WHERE active AND database = currentDatabase() AND table = 'metric_sample'
       AND partition_id < toYYYYMMDD(fromUnixTimestamp64Milli({today:Int64}, 'UTC'))::String`,
    { today },
  );
  for (const { id } of days) await columns.command(`ALTER TABLE metric_sample DROP PARTITION ID '${id}'`);
}

async function forgetRollups(): Promise<void> {
  await columns.command('TRUNCATE TABLE metric_rollup_day');
  await columns.command('TRUNCATE TABLE metric_rollup');
}

const called = [...rollupFunctions.keys()];

test('rollups give what samples give, over resets, gaps, stale markers, NaNs, rows that came twice and borders of days', async () => {
  let run = 0;
  let points = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ steps: walk, odds: fc.array(odd, { maxLength: 1 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.record({
        rangeMs: fc.constantFrom(5, 10, 25, 60, 1_440).map((minutes) => minutes * minuteMs),
        stepMs: fc.constantFrom(5, 15, 60, 245).map((minutes) => minutes * minuteMs),
        offset: fc.constantFrom('', ' offset 5m', ' offset 1d', ` @ ${(today - dayMs) / 1000}`),
        from: fc.nat(100),
        // The last time is the first of a day that is not summed up, or lies amid what is.
        days: fc.constantFrom(2, 3),
      }),
      async (walks, { rangeMs, stepMs, offset, from, days }) => {
        run += 1;
        const name = `m${run}`;
        const beginMs = today - 3 * dayMs;
        const samples = walks.flatMap((given, index) =>
          samplesOf({ __name__: name, i: String(index) }, given, { fromMs: beginMs + index, toMs: today }),
        );
        await forgetRollups();
        await store(samples);
        await store(samples);
        const { engine, rollUpDays } = metricsOn(columns, headless);
        const range = { fromMs: beginMs + from * windowMs, toMs: beginMs + days * dayMs, stepMs };
        const onGrid = [
          `${name}${offset}`,
          `timestamp(${name}${offset})`,
          ...called.map((one) => `${one}(${name}[${rangeMs}ms]${offset})`),
          `max_over_time(rate(${name}[10m])[1d:5m])`,
        ];
        const atAnyTime = { query: `increase(${name}[2d])`, atMs: range.toMs - 1_234 };
        const ask = async (): Promise<QueryResult[]> => {
          const answers: QueryResult[] = [];
          for (const query of onGrid) answers.push(await engine.range({ ...range, query }));
          return answers;
        };
        const wanted = await ask();
        points += wanted.flatMap(seriesOf).reduce((sum, { values }) => sum + values.length, 0);
        const once = await engine.instant(atAnyTime);

        expect((await rollUpDays()).length).toBeGreaterThan(0);
        for (const [index, answer] of (await ask()).entries())
          expectSame(answer, wanted[index]!, onGrid[index]!);
        expectSame(await engine.instant(atAnyTime), once, atAnyTime.query);

        await dropSamples();
        for (const [index, answer] of (await ask()).entries()) {
          expect(answer.warnings).toEqual([]);
          // Of numbers that are none, or immense, sums go by the order in which they are added.
          const adds = /^(?:sum|avg)/.test(onGrid[index]!);
          if (adds && walks.some(({ odds }) => odds.length > 0)) continue;
          expectSame(answer, wanted[index]!, `${onGrid[index]} without samples`);
        }
      },
    ),
    { numRuns: 6, interruptAfterTimeLimit: 40_000 },
  );
  expect(points).toBeGreaterThan(100);
}, 120_000);

test('rollups, samples in columns and samples in memory give one answer', async () => {
  const clock = fromNoon();
  const metrics = metricsOn(columns, { clock });
  await forgetRollups();
  await metrics.start();
  try {
    const name = 'joined_total';
    const samples = ['a', 'b'].flatMap((i, index) =>
      Array.from({ length: (2.5 * dayMs) / minuteMs }, (_, minute): TestSample => [
        { __name__: name, i },
        today - 2 * dayMs + minute * minuteMs + index * 7_001,
        // Falls every 17 hours, so within each of the three.
        (minute % 1_020) * (index + 1.5),
      ]),
    );
    await metrics.intake.append(batchOf(metrics, samples), source);
    await columns.flush();
    // Known to memory only: of a series that columns never had.
    const fresh: TestSample = [{ __name__: name, i: 'c' }, today + dayMs / 2 - minuteMs, 1];
    await metrics.intake.append(batchOf(metrics, [fresh]), source);
    const queries = [
      `increase(${name}[1d])`,
      `rate(${name}[10m])`,
      `max_over_time(${name}[30m])`,
      `sum_over_time(${name}[1d])`,
      name,
    ];
    const range = { fromMs: today - dayMs, toMs: today + dayMs / 2, stepMs: 15 * minuteMs };
    const ask = async (): Promise<QueryResult[]> => {
      const answers = [
        await metrics.engine.instant({ query: `increase(${name}[2d])`, atMs: today + dayMs / 2 - 1_234 }),
      ];
      for (const query of queries) answers.push(await metrics.engine.range({ ...range, query }));
      return answers;
    };
    const wanted = await ask();
    expect(wanted.map((answer) => seriesOf(answer).length)).toEqual([2, 2, 2, 3, 3, 3]);
    expect((await metrics.rollUpDays()).length).toBeGreaterThan(0);
    for (const [index, answer] of (await ask()).entries())
      expectSame(answer, wanted[index]!, ['increase at one time', ...queries][index]!);
  } finally {
    await metrics.stop();
  }
}, 60_000);
