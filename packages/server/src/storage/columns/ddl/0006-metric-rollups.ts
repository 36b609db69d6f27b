import { durable, type SchemaStep } from './ddl.ts';

/**
 * Samples of metrics, summed up by series and five minutes; `telemetry/metrics/rollups` fills and reads them.
 *
 * - A window is open on its left and closed on its right, as PromQL's are: `window_end` belongs to it. A row has
 *   those samples of it that are of its `day` (UTC), so a day's rows follow from that day's samples alone and
 *   the window that ends at midnight has a row on either side of it.
 * - `run` is the computation that made the row; a later one has a greater number. Of a day those rows count whose run is
 *   noted in `metric_rollup_day`; that note is what makes them count, all at once. A partition is a day and a
 *   run: it is dropped without touching another, and no reader needs `FINAL`.
 * - `first_ms` and `last_ms` count from the window's beginning. Stale markers are no samples; `stale_ms` is the
 *   place of one behind the last sample, 0 without.
 * - `fallen` is the sum of the values before each fall from one sample to the next within the window, `fell` the
 *   value before the first sample when that fell, and `gap` how many windows back that value is, 0 when it is of
 *   another day.
 * - `odd`: one of the values is a NaN, infinite, or 2^53 or above.
 *
 * `metric_rollup_day` says up to which block of its partition of `metric_sample` a day's samples were seen,
 * when the first of them was, and how many rows were made.
 */
export const metricRollups: SchemaStep = {
  id: '0006-metric-rollups',
  spooled: [],
  statements: [
    `CREATE TABLE IF NOT EXISTS metric_rollup (
      day Date CODEC(Delta, ZSTD(1)),
      run UInt64 CODEC(Delta, ZSTD(1)),
      series UInt64 CODEC(Delta(8), ZSTD(1)),
      window_end DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
      samples UInt32 CODEC(ZSTD(1)),
      first_ms UInt32 CODEC(ZSTD(1)),
      last_ms UInt32 CODEC(ZSTD(1)),
      stale_ms UInt32 CODEC(ZSTD(1)),
      first_value Float64 CODEC(Gorilla, ZSTD(1)),
      last_value Float64 CODEC(Gorilla, ZSTD(1)),
      least Float64 CODEC(Gorilla, ZSTD(1)),
      greatest Float64 CODEC(Gorilla, ZSTD(1)),
      total Float64 CODEC(Gorilla, ZSTD(1)),
      fallen Float64 CODEC(Gorilla, ZSTD(1)),
      fell Float64 CODEC(Gorilla, ZSTD(1)),
      gap UInt16 CODEC(ZSTD(1)),
      odd UInt8 CODEC(ZSTD(1))
    )
    ENGINE = MergeTree
    PARTITION BY (day, run)
    ORDER BY (series, window_end)
    TTL day + INTERVAL 730 DAY DELETE
    SETTINGS ${durable}, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1`,
    `CREATE TABLE IF NOT EXISTS metric_rollup_day (
      day Date,
      run UInt64,
      last_block Int64,
      first_second UInt32,
      rows UInt64
    )
    ENGINE = ReplacingMergeTree(run)
    ORDER BY day
    TTL day + INTERVAL 730 DAY DELETE
    SETTINGS ${durable}`,
  ],
};
