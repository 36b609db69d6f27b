/** A figure that an installation may set, with its range. The row is that of the requirements. */
export interface AuditConstant {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly row: string;
  readonly meaning: string;
}

const figure = (
  row: string,
  unit: string,
  figures: Pick<AuditConstant, 'default' | 'min' | 'max' | 'meaning'>,
) => ({
  row,
  unit,
  ...figures,
});

/** Every figure of the audit log that can be set, by name; `docs/audit.md` shows the same table. */
export const auditConstants = {
  BATCH_SIZE: figure('A1', 'events', {
    default: 100,
    min: 10,
    max: 1000,
    meaning: 'a client sends what it has collected at this many events',
  }),
  FLUSH_INTERVAL_SECONDS: figure('A1', 's', {
    default: 5,
    min: 0.5,
    max: 30,
    meaning: 'or after this time, whichever comes first',
  }),
  MAX_FILE_SIZE_MB: figure('A4', 'MB', {
    default: 100,
    min: 1,
    max: 10_240,
    meaning: 'the plain NDJSON export begins a new file at this size',
  }),
  COMPRESSION_LEVEL: figure('A4', 'level', {
    default: 6,
    min: 1,
    max: 9,
    meaning: 'how hard finished files are compressed',
  }),
  RETENTION_DAYS: figure('A4', 'days', {
    default: 90,
    min: 1,
    max: 36_500,
    meaning: 'files of the plain NDJSON export are kept; logs have a retention of their own',
  }),
  RATE_LIMIT_PER_SECOND: figure('A11', 'events/s', {
    default: 100,
    min: 1,
    max: 1_000_000,
    meaning: 'events of one source in the long run',
  }),
  RATE_LIMIT_BURST: figure('A11', 'events', {
    default: 200,
    min: 1,
    max: 1_000_000,
    meaning: 'events of one source at once',
  }),
  BUFFER_WARNING: figure('A13', 'events', {
    default: 500,
    min: 1,
    max: 1_000_000,
    meaning: 'events that wait to be written: warning above',
  }),
  BUFFER_CRITICAL: figure('A13', 'events', {
    default: 800,
    min: 1,
    max: 1_000_000,
    meaning: 'critical above',
  }),
  QUERY_WARNING_MS: figure('A13', 'ms', {
    default: 100,
    min: 1,
    max: 600_000,
    meaning: 'time of a query: warning above',
  }),
  QUERY_CRITICAL_MS: figure('A13', 'ms', { default: 500, min: 1, max: 600_000, meaning: 'critical above' }),
  LOG_SIZE_WARNING_GB: figure('A13', 'GB', {
    default: 1,
    min: 0.001,
    max: 1_000_000,
    meaning: 'size of all logs: warning above',
  }),
  LOG_SIZE_CRITICAL_GB: figure('A13', 'GB', {
    default: 5,
    min: 0.001,
    max: 1_000_000,
    meaning: 'critical above',
  }),
  SECURITY_EVENTS_WARNING: figure('A13', 'per hour', {
    default: 50,
    min: 1,
    max: 1_000_000,
    meaning: 'security events: warning above',
  }),
  SECURITY_EVENTS_CRITICAL: figure('A13', 'per hour', {
    default: 100,
    min: 1,
    max: 1_000_000,
    meaning: 'critical above',
  }),
  BLOCKED_WARNING: figure('A13', 'per hour', {
    default: 100,
    min: 1,
    max: 1_000_000,
    meaning: 'blocked calls: warning above',
  }),
  BLOCKED_CRITICAL: figure('A13', 'per hour', {
    default: 500,
    min: 1,
    max: 1_000_000,
    meaning: 'critical above',
  }),
} satisfies Record<string, AuditConstant>;

export type ConstantName = keyof typeof auditConstants;
export type AuditSettings = Readonly<Record<ConstantName, number>>;
