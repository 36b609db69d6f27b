import type { JobStatus, RunOutcome } from './types.ts';

/** The rows of this domain; see the migration `0001-jobs`. Only the `store.ts` files use them. */
export type JobRow = {
  id: string;
  kind: string;
  job_key: string | null;
  payload: string;
  status: JobStatus;
  run_at: number;
  attempt: number;
  max_attempts: number;
  timeout_ms: number;
  fence: number;
  /** One process; `node` is the name that people know it by. */
  holder: string | null;
  node: string | null;
  lease_until: number | null;
  started_at: number | null;
  created_at: number;
  schedule: string | null;
  due_at: number | null;
  /** 1 once the lateness of a scheduled job is on record. */
  late_seen: number;
  /** 1 when a running job must stop because a later one replaces it. */
  cancelled: number;
  last_error: string | null;
  died_at: number | null;
};

export type RunRow = {
  id: string;
  job_id: string | null;
  kind: string;
  schedule: string | null;
  due_at: number | null;
  attempt: number;
  fence: number;
  node: string | null;
  started_at: number | null;
  finished_at: number;
  duration_ms: number | null;
  outcome: RunOutcome;
  error: string | null;
  /** JSON of a `MissedRun`. */
  missed: string | null;
  reported: number;
};

export type ScheduleRow = {
  name: string;
  /** JSON of a `Timing`; a changed timing is planned anew. */
  timing: string;
  next_at: number;
  /** The due time, or the moment, from which `next_at` was computed. */
  planned_from: number;
};

export type LeaseRow = {
  name: string;
  holder: string | null;
  node: string | null;
  fence: number;
  lease_until: number;
};

export type JobTables = {
  job: JobRow;
  job_run: RunRow;
  job_schedule: ScheduleRow;
  lease: LeaseRow;
};
