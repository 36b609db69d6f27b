import { z } from 'zod';
import { time } from './common.ts';

/**
 * What a log record is about; retention goes by it. Row L5: security 7 years, application 2 years,
 * performance 90 days, debug 30 days, audit for ever.
 */
export const logCategories = ['security', 'application', 'performance', 'audit', 'debug'] as const;
export const logCategory = z.enum(logCategories);
export type LogCategory = z.infer<typeof logCategory>;

/** The doors by which telemetry comes in. */
export const ingestDoors = [
  'otlp',
  'remote-write',
  'scrape',
  'loki',
  'ndjson',
  'syslog',
  'collector',
] as const;
export const ingestDoor = z.enum(ingestDoors);
export type IngestDoor = z.infer<typeof ingestDoor>;

export const telemetrySignals = ['metrics', 'logs', 'traces'] as const;
export const telemetrySignal = z.enum(telemetrySignals);
export type TelemetrySignal = z.infer<typeof telemetrySignal>;

/** Why something was refused at a door; each counts by itself. */
export const refusalReasons = [
  'unreadable',
  'too_large',
  'too_many_labels',
  'label_too_long',
  'label_invalid',
  'too_many_new_series',
  'too_many_series',
  'time_in_future',
  'time_too_old',
  'out_of_order',
  'not_utf8',
  'rate_limited',
  'spool_full',
  'unsupported',
] as const;
export const refusalReason = z.enum(refusalReasons);
export type RefusalReason = z.infer<typeof refusalReason>;

/** One sender at one door: a token, a scraped target, a syslog peer or a collector. */
const ingestSource = z.object({
  door: ingestDoor,
  signal: telemetrySignal,
  /** The token's name, the target, the peer's address or the collector. */
  name: z.string(),
  firstSeenAt: time,
  lastSeenAt: time,
  /** Samples, records or spans since Custos started. */
  accepted: z.number().int(),
  refused: z.number().int(),
  bytes: z.number().int(),
  /** Averages of the last minute. */
  perSecond: z.number(),
  bytesPerSecond: z.number(),
  /** Accepted per second, in 60 buckets of a minute, oldest first. */
  history: z.array(z.number()),
  refusals: z.array(
    z.object({
      reason: refusalReason,
      count: z.number().int(),
      lastAt: time,
      /** What the sender was told last. */
      example: z.string(),
    }),
  ),
});
export type IngestSourceView = z.infer<typeof ingestSource>;

/** A target that is scraped. */
const scrapeTarget = z.object({
  job: z.string(),
  url: z.string(),
  labels: z.record(z.string(), z.string()),
  health: z.enum(['up', 'down', 'unknown']),
  lastScrapeAt: time.nullable(),
  lastDurationMs: z.number().nullable(),
  lastError: z.string().nullable(),
  samples: z.number().int().nullable(),
});
export type ScrapeTargetView = z.infer<typeof scrapeTarget>;

export const ingestStatus = z.object({
  sources: z.array(ingestSource),
  targets: z.array(scrapeTarget),
  /** Active series, and the most that may be. */
  series: z.number().int(),
  seriesLimit: z.number().int(),
  spool: z.object({
    bytes: z.number(),
    limitBytes: z.number(),
    /** Age of the oldest row that waits, ms; null when none waits. */
    oldestMs: z.number().nullable(),
    lastError: z.string().nullable(),
    columnsUp: z.boolean(),
  }),
  /** Where senders send to, for copying. */
  addresses: z.object({ base: z.string(), syslog: z.array(z.string()) }),
});
export type IngestStatusView = z.infer<typeof ingestStatus>;

/** Bytes and rows of one kind of telemetry in columns. */
const storedKind = z.object({
  /** `metrics` (their samples), `rollups` (five-minute windows of those), `traces`, or the category of logs. */
  kind: z.union([z.literal('metrics'), z.literal('rollups'), z.literal('traces'), logCategory]),
  rows: z.number(),
  /** Compressed, on disk. */
  bytes: z.number(),
  uncompressedBytes: z.number(),
  oldestAt: time.nullable(),
  newestAt: time.nullable(),
  /** Null is for ever. */
  retentionDays: z.number().int().nullable(),
  /** Bytes added per day, averaged over the last week or what there is of it. */
  bytesPerDay: z.number(),
  held: z.boolean(),
});
export type StoredKindView = z.infer<typeof storedKind>;

export const storageStatus = z.object({
  kinds: z.array(storedKind),
  /** Bytes of everything in columns, telemetry or not. */
  totalBytes: z.number(),
  budgetBytes: z.number(),
  diskFreeBytes: z.number().nullable(),
  diskTotalBytes: z.number().nullable(),
  /** When budget or disk, whichever is first, is full at the present growth; null when it is not growing. */
  fullAt: time.nullable(),
  /** Total bytes by day, oldest first, up to 30 days. */
  history: z.array(z.object({ at: time, bytes: z.number() })),
  /** What the budget made Custos drop, newest first. */
  dropped: z.array(
    z.object({ at: time, kind: z.string(), day: z.string(), bytes: z.number(), why: z.string() }),
  ),
});
export type StorageStatusView = z.infer<typeof storageStatus>;

const days = z.number().int().min(1, 'must be at least 1 day').max(36_500);
/** How long telemetry is kept, in days; null is for ever. */
export const retentionInput = z.strictObject({
  metrics: days,
  /** Samples of metrics, summed up by five minutes. */
  rollups: days.default(730),
  traces: days,
  logs: z.strictObject({
    security: days.nullable(),
    application: days.nullable(),
    performance: days.nullable(),
    audit: days.nullable(),
    debug: days.nullable(),
  }),
});
export type RetentionInput = z.output<typeof retentionInput>;

/** What became of a body of `POST /api/v1/logs`; the first 100 lines that were left out are named. */
export const logIngestReply = z.object({
  accepted: z.number().int(),
  refused: z.number().int(),
  errors: z.array(
    z.object({
      /** Counted from 1; null for what was found wrong with records later on, such as their times. */
      line: z.number().int().nullable(),
      reason: refusalReason,
      message: z.string(),
      count: z.number().int(),
    }),
  ),
});
export type LogIngestReply = z.infer<typeof logIngestReply>;
