import { durable, spoolColumns, type SchemaStep } from './ddl.ts';

/**
 * Spans of traces. `time` is their start; `events` is JSON as in `SpanEvent[]`. Sorted by five minutes and
 * service, for lists of traces; a trace is found by the skip index on its id.
 */
export const spans: SchemaStep = {
  id: '0005-spans',
  spooled: ['span'],
  statements: [
    `CREATE TABLE IF NOT EXISTS span (
      time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      parent_span_id String CODEC(ZSTD(1)),
      name LowCardinality(String) CODEC(ZSTD(1)),
      kind LowCardinality(String),
      service LowCardinality(String),
      host LowCardinality(String),
      duration_us UInt64 CODEC(ZSTD(1)),
      status LowCardinality(String),
      status_message String CODEC(ZSTD(1)),
      attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      events String CODEC(ZSTD(1)),
      ${spoolColumns},
      INDEX trace_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
    )
    ENGINE = MergeTree
    PARTITION BY toDate(time)
    ORDER BY (toStartOfFiveMinutes(time), service, name, time)
    TTL toDateTime(time) + INTERVAL 14 DAY DELETE
    SETTINGS ${durable}, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1`,
  ],
};
