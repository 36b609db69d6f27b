import { durable, spoolColumns, type SchemaStep } from './ddl.ts';

/** Results of probes: each one for 30 days, and one row per probe and day (UTC) for years. */
export const probeResults: SchemaStep = {
  id: '0001-probe-results',
  spooled: ['probe_result'],
  statements: [
    `CREATE TABLE IF NOT EXISTS probe_result (
      probe_id LowCardinality(String),
      time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      status LowCardinality(String),
      latency_ms Nullable(Float64) CODEC(ZSTD(1)),
      error_code LowCardinality(String),
      error_message String CODEC(ZSTD(1)),
      values Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
      node LowCardinality(String),
      ${spoolColumns}
    )
    ENGINE = MergeTree
    PARTITION BY toYYYYMMDD(time)
    ORDER BY (probe_id, time)
    TTL toDateTime(time) + INTERVAL 30 DAY DELETE
    SETTINGS ${durable}, ttl_only_drop_parts = 1`,
    `CREATE TABLE IF NOT EXISTS probe_daily (
      probe_id LowCardinality(String),
      day Date,
      checks UInt64,
      up UInt64,
      degraded UInt64,
      down UInt64,
      inconclusive UInt64,
      latency_count UInt64,
      latency_sum_ms Float64,
      latency_min_ms Nullable(Float64),
      latency_max_ms Nullable(Float64),
      latency_p50_ms Nullable(Float64),
      latency_p95_ms Nullable(Float64),
      latency_p99_ms Nullable(Float64),
      rolled_at DateTime64(3, 'UTC')
    )
    ENGINE = ReplacingMergeTree(rolled_at)
    PARTITION BY toYear(day)
    ORDER BY (probe_id, day)
    TTL day + INTERVAL 5 YEAR DELETE
    SETTINGS ${durable}`,
  ],
};
