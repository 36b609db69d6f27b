import { z } from 'zod';

/** `telemetry` of the file: what metrics may take, and what senders may bring. */
export const telemetryConfiguration = z.strictObject({
  metrics: z
    .strictObject({
      /** Active series; new ones beyond it are refused. */
      maxSeries: z.number().int().min(1000).default(500_000),
      newSeriesPerMinute: z.number().int().min(10).default(50_000),
      /** How far back memory reaches, for rules and short queries. */
      headMinutes: z.number().int().min(10).max(1440).default(120),
      headMb: z.number().int().min(16).default(256),
    })
    .prefault({}),
  ingest: z
    .strictObject({
      /** Samples, records and spans that one token may bring. */
      itemsPerSecond: z.number().int().min(1).default(1_000_000),
      megabytesPerSecond: z.number().min(0.001).default(256),
    })
    .prefault({}),
});
