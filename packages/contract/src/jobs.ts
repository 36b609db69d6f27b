import { z } from 'zod';
import { id, time } from './common.ts';

export const jobRun = z.object({
  id,
  jobId: z.string(),
  kind: z.string(),
  attempt: z.number().int(),
  node: z.string(),
  startedAt: time,
  finishedAt: time.nullable(),
  durationMs: z.number().nullable(),
  outcome: z.enum(['running', 'succeeded', 'failed', 'dead', 'lost', 'missed', 'skipped', 'cancelled']),
  error: z.string().nullable(),
});
export type JobRunView = z.infer<typeof jobRun>;

export const jobSchedule = z.object({
  name: z.string(),
  /** A cron expression, or `every 30s`. */
  timing: z.string(),
  timeZone: z.string(),
  nextRunAt: time.nullable(),
  lastRunAt: time.nullable(),
  lastOutcome: z.string().nullable(),
  missed: z.number().int(),
});
export type JobScheduleView = z.infer<typeof jobSchedule>;

export const deadJob = z.object({
  id,
  kind: z.string(),
  attempts: z.number().int(),
  failedAt: time,
  error: z.string(),
});
export type DeadJobView = z.infer<typeof deadJob>;
