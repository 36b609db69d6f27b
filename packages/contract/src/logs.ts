import { z } from 'zod';
import { name, pageQuery, time } from './common.ts';
import { logCategory } from './telemetry.ts';

/** The severities of OpenTelemetry without their numbers. */
export const logSeverities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const logSeverity = z.enum(logSeverities);
export type LogSeverity = z.infer<typeof logSeverity>;

export const logRecord = z.object({
  /** Where the record stands, for its panel and for links. */
  id: z.string(),
  time,
  category: logCategory,
  severity: logSeverity,
  service: z.string(),
  host: z.string(),
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  message: z.string(),
  attributes: z.record(z.string(), z.string()),
  /** Names of the redaction rules that masked something in it. */
  masked: z.array(z.string()),
});
export type LogRecordView = z.infer<typeof logRecord>;

/** A search: the text of the search box, and from when to when. Without times the last hour. */
export const logQuery = z.object({
  query: z.string().max(2000).default(''),
  from: time.optional(),
  to: time.optional(),
  category: z.union([logCategory.transform((one) => [one]), z.array(logCategory)]).optional(),
});
export type LogQuery = z.output<typeof logQuery>;
export const logListQuery = logQuery.extend({
  ...pageQuery.shape,
  order: z.enum(['newest', 'oldest']).default('newest'),
});

export const logHistogramQuery = logQuery.extend({
  buckets: z.coerce.number().int().min(1).max(500).default(60),
});
export const logHistogram = z.object({
  bucketMs: z.number(),
  total: z.number(),
  buckets: z.array(z.object({ at: time, counts: z.partialRecord(logSeverity, z.number()) })),
});
export type LogHistogramView = z.infer<typeof logHistogram>;

/** Fields that a search can name, most used first. */
export const logFieldsQuery = logQuery.extend({ prefix: z.string().max(200).default('') });
export const logFields = z.object({
  fields: z.array(z.object({ name: z.string(), records: z.number() })),
});
export const logValuesQuery = logFieldsQuery.extend({ field: z.string().min(1).max(200) });
export const logValues = z.object({
  values: z.array(z.object({ value: z.string(), records: z.number() })),
});

/** Similar lines folded into a shape; what differs is `<*>`. */
export const logPatterns = z.object({
  /** Records that were looked at, of `total`. */
  sampled: z.number(),
  total: z.number(),
  patterns: z.array(
    z.object({
      shape: z.string(),
      count: z.number(),
      severity: logSeverity,
      services: z.array(z.string()),
      firstAt: time,
      lastAt: time,
      example: z.string(),
      /** The text that finds the records of this shape in the search box. */
      query: z.string(),
    }),
  ),
});
export type LogPatternsView = z.infer<typeof logPatterns>;

/** Records right before and after one, from the same service and host. */
export const logSurroundings = z.object({ before: z.array(logRecord), after: z.array(logRecord) });

export const logExportFormat = z.enum(['ndjson', 'csv']);
export const logExportQuery = logQuery.extend({ format: logExportFormat.default('ndjson') });

export const logSqlInput = z.strictObject({ sql: z.string().min(1).max(10_000) });
export const logSqlAnswer = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())),
  /** True when there were more rows than are shown. */
  truncated: z.boolean(),
  elapsedMs: z.number(),
});
export type LogSqlAnswer = z.infer<typeof logSqlAnswer>;

/** A search that somebody keeps; others see it when it is shared. */
export const savedLogSearchInput = z.strictObject({
  name: name.max(100, 'must be at most 100 characters'),
  shared: z.boolean().default(false),
  query: z.string().max(2000),
  categories: z.array(logCategory).default([]),
  columns: z.array(z.string().max(200)).max(20).default([]),
});
export const savedLogSearch = savedLogSearchInput.extend({
  id: z.string(),
  /** False for a search that somebody else shares. */
  own: z.boolean(),
  createdAt: time,
});
export type SavedLogSearchView = z.output<typeof savedLogSearch>;
export const savedLogSearches = z.object({ searches: z.array(savedLogSearch) });

/** A line of `GET /api/v1/logs/tail`: server-sent events `record`, and `skipped` when it cannot keep up. */
export const logTailEvents = {
  record: logRecord,
  skipped: z.object({ records: z.number() }),
} as const;

export const spanKind = z.enum(['internal', 'server', 'client', 'producer', 'consumer']);
export const spanStatus = z.enum(['unset', 'ok', 'error']);
export const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  kind: spanKind,
  service: z.string(),
  startedAt: time,
  /** Microseconds since the start of the trace's first span, and the span's length. */
  offsetUs: z.number(),
  durationUs: z.number(),
  status: spanStatus,
  statusMessage: z.string(),
  attributes: z.record(z.string(), z.string()),
  events: z.array(
    z.object({ name: z.string(), offsetUs: z.number(), attributes: z.record(z.string(), z.string()) }),
  ),
});
export type SpanView = z.infer<typeof span>;
export const traceDetail = z.object({
  traceId: z.string(),
  startedAt: time,
  durationUs: z.number(),
  services: z.array(z.string()),
  spans: z.array(span),
  logs: z.array(logRecord),
  /** True when the trace has more spans than are shown. */
  truncated: z.boolean(),
});
export type TraceDetailView = z.infer<typeof traceDetail>;

export const traceListQuery = z.object({
  service: z.string().max(200).optional(),
  name: z.string().max(500).optional(),
  minDurationMs: z.coerce.number().min(0).optional(),
  errorsOnly: z.stringbool().default(false),
  from: time.optional(),
  to: time.optional(),
  ...pageQuery.shape,
});
export const traceSummary = z.object({
  traceId: z.string(),
  startedAt: time,
  durationUs: z.number(),
  /** Name and service of the root span, or of the earliest when the root is missing. */
  name: z.string(),
  service: z.string(),
  spans: z.number(),
  errors: z.number(),
});
export type TraceSummaryView = z.infer<typeof traceSummary>;
