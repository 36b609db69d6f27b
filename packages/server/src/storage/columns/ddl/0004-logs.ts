import { durable, spoolColumns, type SchemaStep } from './ddl.ts';

/**
 * Log records.
 *
 * - A partition is a category and a day (UTC): retention and the disk budget drop whole partitions.
 * - Sorted by five minutes, then by service and severity, so that a window of time is one range and similar
 *   records lie together, which is what compresses them.
 * - `id` of a record is `${spool_id}-${spool_row}`.
 * - The TTL is row L5 of the requirements; `telemetry/retention` changes it. Zero is for ever.
 */
export const logs: SchemaStep = {
  id: '0004-logs',
  spooled: ['log_record'],
  statements: [
    `CREATE TABLE IF NOT EXISTS log_record (
      time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
      category LowCardinality(String),
      severity Enum8('trace' = 1, 'debug' = 5, 'info' = 9, 'warn' = 13, 'error' = 17, 'fatal' = 21),
      service LowCardinality(String),
      host LowCardinality(String),
      trace_id String CODEC(ZSTD(1)),
      span_id String CODEC(ZSTD(1)),
      message String CODEC(ZSTD(3)),
      attributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
      masked Array(LowCardinality(String)),
      ${spoolColumns},
      INDEX trace_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 4
    )
    ENGINE = MergeTree
    PARTITION BY (category, toDate(time))
    ORDER BY (toStartOfFiveMinutes(time), service, severity, time)
    TTL if(category = 'audit', toDateTime(0), toDateTime(time) + toIntervalDay(
      multiIf(category = 'security', 2557, category = 'application', 731, category = 'performance', 90, 30))) DELETE
    SETTINGS ${durable}, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1`,
  ],
};
