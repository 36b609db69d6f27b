import { durable, type SchemaStep } from './ddl.ts';

/** What metrics are, by name, as last told. A name that nobody tells of any more goes after three months. */
export const metricMetadata: SchemaStep = {
  id: '0007-metric-metadata',
  spooled: [],
  repeatable: ['metric_metadata'],
  statements: [
    `CREATE TABLE IF NOT EXISTS metric_metadata (
      name String,
      type LowCardinality(String),
      help String CODEC(ZSTD(1)),
      unit LowCardinality(String),
      told DateTime64(3, 'UTC')
    )
    ENGINE = ReplacingMergeTree(told)
    ORDER BY name
    TTL toDateTime(told) + INTERVAL 90 DAY DELETE
    SETTINGS ${durable}`,
  ],
};
