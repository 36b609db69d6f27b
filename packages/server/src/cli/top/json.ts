import { alert, ingestStatus, logRecord, overview, systemStatus } from '@custos/contract';
import { z } from 'zod';
import type { Part, TopData } from './data.ts';

const parts = {
  overview,
  alerts: z.array(alert),
  ingest: ingestStatus,
  logs: z.array(logRecord),
  system: systemStatus,
} as const;

/**
 * Everything as JSON, each part in the shape of the HTTP API; a part that could not be read is null, and
 * `problems` says why.
 */
export function topJson(data: TopData): string {
  const problems: Record<string, string> = {};
  const written: Record<string, unknown> = {};
  for (const name of Object.keys(parts) as (keyof typeof parts)[]) {
    const part: Part<unknown> = data[name];
    const schema: z.ZodType = parts[name];
    written[name] = part.known ? z.encode(schema, part.value) : null;
    if (!part.known) problems[name] = part.why;
  }
  return JSON.stringify({ readAt: new Date(data.readAt).toISOString(), ...written, problems });
}
