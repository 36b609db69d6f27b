import { durable, type SchemaStep } from './ddl.ts';

/**
 * Samples of metrics and the labels of their series.
 *
 * - `metric_sample_spool` holds nothing. A row of it is many samples of one day (UTC) as three texts in
 *   base 64: series (little-endian UInt64), milliseconds since the day's start (UInt32) and values (Float64,
 *   whose bits stay as they are, so that stale markers do). Its view takes them apart.
 * - `metric_sample` is sorted by series and time. A sample that arrives twice is one: merges drop the second,
 *   and until then readers do.
 * - `metric_series` has a row for each series and day on which it had samples, so that it goes with them.
 */
export const metrics: SchemaStep = {
  id: '0003-metrics',
  spooled: [],
  repeatable: ['metric_series', 'metric_sample_spool'],
  statements: [
    `CREATE TABLE IF NOT EXISTS metric_sample (
      series UInt64 CODEC(Delta(8), ZSTD(1)),
      time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
      value Float64 CODEC(Gorilla, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toYYYYMMDD(time)
    ORDER BY (series, time)
    TTL toDateTime(time) + INTERVAL 90 DAY DELETE
    SETTINGS ${durable}, ttl_only_drop_parts = 1`,
    `CREATE TABLE IF NOT EXISTS metric_sample_spool (
      day UInt32,
      series String,
      times String,
      values String
    ) ENGINE = Null`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS metric_sample_unpacked TO metric_sample AS
    SELECT
      id AS series,
      fromUnixTimestamp64Milli(toInt64(day) * 86400000 + toInt64(ms), 'UTC') AS time,
      number AS value
    FROM metric_sample_spool
    ARRAY JOIN
      reinterpret(base64Decode(metric_sample_spool.series), 'Array(UInt64)') AS id,
      reinterpret(base64Decode(times), 'Array(UInt32)') AS ms,
      reinterpret(base64Decode(values), 'Array(Float64)') AS number`,
    `CREATE TABLE IF NOT EXISTS metric_series (
      day Date CODEC(Delta, ZSTD(1)),
      id UInt64 CODEC(ZSTD(1)),
      name LowCardinality(String),
      labels Map(LowCardinality(String), String) CODEC(ZSTD(1))
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toYYYYMM(day)
    ORDER BY (name, id, day)
    TTL day + INTERVAL 90 DAY DELETE
    SETTINGS ${durable}`,
  ],
};
