import { loadavg } from 'node:os';
import { temporaryDirectory, testColumns } from '../../packages/server/test/columns.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { silentLogger } from '../../packages/server/src/base/logger.ts';
import type { Columns } from '../../packages/server/src/storage/columns/columns.ts';
import { createMetrics } from '../../packages/server/src/telemetry/metrics/service.ts';
import { quantile, type Figure } from '../figure.ts';

const seriesCount = 200;
const days = 31;
const dayMs = 86_400_000;
const hourMs = 3_600_000;
const rounds = 5;
const metric = 'long_requests_total';
/** The beginning of today, where all samples end. */
const endMs = Math.floor(Date.now() / dayMs) * dayMs;

/** Counters every 15 s, some milliseconds off, that grow by up to 10 a time and begin anew twice a day. */
async function fill(columns: Columns): Promise<void> {
  await columns.command(
    `INSERT INTO metric_series
     SELECT toDate(fromUnixTimestamp64Milli(${endMs}, 'UTC')) - intDiv(number, ${seriesCount}) - 1, number % ${seriesCount} + 1,
       '${metric}', map('i', toString(number % ${seriesCount}), 'job', toString(number % 20))
     FROM numbers(${seriesCount * days})`,
  );
  for (let day = 1; day <= days; day += 1) {
    await columns.command(
      `INSERT INTO metric_sample
       SELECT intDiv(number, 5760) + 1, fromUnixTimestamp64Milli(${endMs - day * dayMs} + (number % 5760) * 15000 + cityHash64(number) % 20, 'UTC'),
         (number % 2880) * 5 + cityHash64(number, ${day}) % 5
       FROM numbers(${5_760 * seriesCount})`,
    );
  }
}

async function bytesOf(columns: Columns, table: string): Promise<{ rows: number; bytes: number }> {
  const [found] = await columns.query<{ rows: number; bytes: number }>(
    `SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
     WHERE table = {table:String} AND active AND database = currentDatabase()`,
    { table },
  );
  return found ?? { rows: 0, bytes: 0 };
}

/**
 * Thirty days of 200 series of samples every 15 s, read in this process: from rollups, and as baseline the same
 * query a second off their grid, which is read from samples; both in turn. And what a day's rollups cost.
 */
export async function run(): Promise<readonly Figure[]> {
  const directory = temporaryDirectory();
  const columns = testColumns({ dataDirectory: directory.path });
  try {
    await columns.start();
    await columns.ready();
    await fill(columns);
    const metrics = createMetrics({
      columns,
      clock: systemClock,
      log: silentLogger,
      shared: false,
      limits: { headMs: 0 },
    });
    // Whether columns can work functions out is asked by the first query that could use it.
    await metrics.engine.range({
      query: `rate(${metric}[1h])`,
      fromMs: endMs - dayMs,
      toMs: endMs,
      stepMs: hourMs,
    });

    const begun = performance.now();
    const summed = await metrics.rollUpDays();
    const perDay = (performance.now() - begun) / summed.length;

    const figures: Figure[] = [];
    const compare = async (figure: string, query: string, stepMs: number): Promise<void> => {
      const times: [number[], number[]] = [[], []];
      for (let round = 0; round <= rounds; round += 1) {
        for (const [index, offMs] of [0, 1_000].entries()) {
          const asked = { fromMs: endMs - 30 * dayMs + offMs, toMs: endMs - hourMs, stepMs, query };
          const started = performance.now();
          const { value } = await metrics.engine.range(asked);
          if (value.type !== 'matrix' || value.series.length === 0) throw new Error(`${query} found nothing`);
          // The first round warms up.
          if (round > 0) times[index]!.push(performance.now() - started);
        }
      }
      figures.push({
        figure,
        value: quantile(times[0], 0.5),
        unit: 'ms',
        baseline: { name: 'the same from samples, a second off the grid', value: quantile(times[1], 0.5) },
      });
    };
    await compare('range-30d-p50-ms', `sum by (job) (rate(${metric}[1h]))`, hourMs);
    await compare('range-30d-5m-windows-p50-ms', `sum by (job) (rate(${metric}[5m]))`, hourMs);
    await compare('range-30d-max-p50-ms', `max by (job) (max_over_time(${metric}[1h]))`, hourMs);
    await compare('range-30d-instant-p50-ms', `sum by (job) (${metric})`, hourMs);

    const rollups = await bytesOf(columns, 'metric_rollup');
    await columns.command('OPTIMIZE TABLE metric_sample FINAL');
    const samples = await bytesOf(columns, 'metric_sample');
    figures.push(
      {
        figure: 'rollup-bytes-per-window',
        value: rollups.bytes / rollups.rows,
        unit: 'bytes',
        baseline: { name: 'samples of the same five minutes', value: samples.bytes / rollups.rows },
      },
      {
        figure: 'roll-up-ms-per-day',
        value: perDay,
        unit: 'ms',
        baseline: { name: 'million samples of that day', value: (5_760 * seriesCount) / 1e6 },
      },
      {
        figure: 'load-average',
        value: loadavg()[0] ?? 0,
        unit: 'processes',
        baseline: { name: 'processors that are there', value: navigator.hardwareConcurrency },
      },
    );
    return figures;
  } finally {
    await columns.stop();
    directory.remove();
  }
}
