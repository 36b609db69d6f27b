import type { AuditSettings } from './constants.ts';

export interface Profile {
  readonly title: string;
  readonly settings: Partial<AuditSettings>;
}

/** Named sets of figures (row A14): what to give up for what. */
export const profiles = {
  'high-traffic': {
    title: 'Many events: large batches, high limits, light compression',
    settings: {
      BATCH_SIZE: 1000,
      FLUSH_INTERVAL_SECONDS: 5,
      RATE_LIMIT_PER_SECOND: 2000,
      RATE_LIMIT_BURST: 4000,
      COMPRESSION_LEVEL: 1,
      BUFFER_WARNING: 5000,
      BUFFER_CRITICAL: 8000,
      LOG_SIZE_WARNING_GB: 10,
      LOG_SIZE_CRITICAL_GB: 50,
    },
  },
  'low-latency': {
    title: 'Events are sent almost at once, in small batches',
    settings: {
      BATCH_SIZE: 10,
      FLUSH_INTERVAL_SECONDS: 0.5,
      COMPRESSION_LEVEL: 1,
      BUFFER_WARNING: 50,
      BUFFER_CRITICAL: 100,
      QUERY_WARNING_MS: 50,
      QUERY_CRITICAL_MS: 250,
    },
  },
  storage: {
    title: 'Little disk: strong compression, small files, short retention of the plain export',
    settings: {
      BATCH_SIZE: 500,
      FLUSH_INTERVAL_SECONDS: 30,
      COMPRESSION_LEVEL: 9,
      MAX_FILE_SIZE_MB: 25,
      RETENTION_DAYS: 30,
      LOG_SIZE_WARNING_GB: 0.5,
      LOG_SIZE_CRITICAL_GB: 2,
    },
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
