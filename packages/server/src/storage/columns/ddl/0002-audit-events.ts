import { durable, type SchemaStep } from './ddl.ts';

/**
 * The query index of the audit log: one row for every entry, made again from the logs at any time. A row
 * follows from `(log, idx)` alone, so rows that were sent twice are equal and the engine merges them.
 *
 * - Partitioned by log, so that a block is one part and pruning a log touches no other.
 * - Sorted exactly as pages are: with any other order the engine reads everything for the newest 50.
 * - No TTL: rows go when the minimum index of their log passes them.
 * - `details` holds `path=value` for every scalar in the details; `folded` the lower case of a leaf that is
 *   not ASCII, which the engine's own functions fold otherwise than JavaScript does; `encoded` the base 64 of
 *   an entry that is not UTF-8, whose `leaf` is then empty.
 */
export const auditEvents: SchemaStep = {
  id: '0002-audit-events',
  spooled: [],
  statements: [
    `CREATE TABLE IF NOT EXISTS audit_event (
      log LowCardinality(String),
      idx UInt64 CODEC(Delta, ZSTD(1)),
      received_ms Int64 CODEC(Delta, ZSTD(1)),
      id String CODEC(ZSTD(1)),
      type LowCardinality(String),
      action LowCardinality(String),
      outcome LowCardinality(String),
      severity LowCardinality(String),
      source LowCardinality(String),
      tenant LowCardinality(String),
      actor_type LowCardinality(String),
      actor_id String CODEC(ZSTD(1)),
      target_id String CODEC(ZSTD(1)),
      request_id String CODEC(ZSTD(1)),
      trace_id String CODEC(ZSTD(1)),
      details Array(String) CODEC(ZSTD(1)),
      leaf String CODEC(ZSTD(3)),
      folded String CODEC(ZSTD(1)),
      encoded String CODEC(ZSTD(1)),
      INDEX idx_minmax idx TYPE minmax GRANULARITY 1,
      INDEX id_bloom id TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX party_bloom [actor_id, target_id] TYPE bloom_filter(0.005) GRANULARITY 1,
      INDEX request_bloom request_id TYPE bloom_filter(0.005) GRANULARITY 1,
      INDEX trace_bloom trace_id TYPE bloom_filter(0.005) GRANULARITY 1,
      INDEX details_bloom details TYPE bloom_filter(0.005) GRANULARITY 1
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY log
    ORDER BY (received_ms, id, log, idx)
    SETTINGS ${durable}`,
  ],
};
