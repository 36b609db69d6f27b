import { z } from 'zod';
import { id, time } from './common.ts';
import { personalByShape } from './personal-data.ts';

/** Errors of work that is about people may name them; whoever replays it has to know why it failed. */
const failed = personalByShape({ alsoFor: 'job.manage' });

/** One attempt of a job, or a due time of a schedule at which nothing ran. */
export const jobRun = z.object({
  id,
  jobId: z.string().nullable(),
  kind: z.string(),
  schedule: z.string().nullable(),
  /** When the schedule wanted it; null for a job that no schedule made. */
  dueAt: time.nullable(),
  attempt: z.number().int(),
  node: z.string().nullable(),
  startedAt: time.nullable(),
  finishedAt: time,
  durationMs: z.number().nullable(),
  outcome: z.enum([
    'succeeded',
    'failed',
    'timed_out',
    'lost',
    'interrupted',
    'replaced',
    'skipped',
    'missed',
  ]),
  error: failed(z.string().nullable()),
});
export type JobRunView = z.infer<typeof jobRun>;
export const jobRunQuery = z.object({
  kind: z.string().max(100).optional(),
  schedule: z.string().max(100).optional(),
  outcome: jobRun.shape.outcome.optional(),
});

export const jobSchedule = z.object({
  name: z.string(),
  /** A cron expression, or `every 30s`. */
  timing: z.string(),
  timeZone: z.string(),
  nextRunAt: time.nullable(),
  lastRunAt: time.nullable(),
  lastOutcome: jobRun.shape.outcome.nullable(),
});
export type JobScheduleView = z.infer<typeof jobSchedule>;

/** A job that failed as often as it may; it waits to be replayed or discarded. */
export const deadJob = z.object({
  id,
  kind: z.string(),
  attempts: z.number().int(),
  failedAt: time.nullable(),
  error: failed(z.string().nullable()),
});
export type DeadJobView = z.infer<typeof deadJob>;
