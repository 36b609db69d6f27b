import type { z } from 'zod';
import type { Logger } from '../base/logger.ts';
import type { State, StateDb, StateTx } from '../storage/state/state.ts';

/**
 * Glossary
 *
 * - job: one piece of work that is owed, kept in State until it is done, dead or discarded.
 * - kind: what a job is an instance of; names its payload's schema and the code that runs it.
 * - key: a job's name while it waits; a second job of the same kind and key is not added beside it.
 * - claim: taking a pending job for one node, under a lease.
 * - lease: the right to work on something until a moment; extended by heartbeats, lost when they stop.
 * - fencing token, or fence: a number that grows with every claim. A write that carries an older number
 *   than the row's comes from a holder that lost its lease, and is refused.
 * - attempt: one start of a job. A job whose node died used up its attempt.
 * - run: the record of one attempt, or of a due time at which nothing ran.
 * - dead letter: a job that failed `maxAttempts` times; it waits for a person to replay or discard it.
 * - schedule: something that falls due again and again; each due time becomes a job.
 * - due time: the moment at which a schedule should run. It is missed when nothing started within the
 *   schedule's tolerance of it.
 */

/** Where to write: State itself, or the caller's own transaction. */
export type JobTarget = State | StateTx;

export interface EnqueueOptions {
  readonly kind: string;
  /** Checked against the kind's schema; kept as JSON of at most 256 KiB. */
  readonly payload: unknown;
  /** Milliseconds since the epoch before which the job does not start (default: now). */
  readonly runAt?: number;
  /**
   * Unique among the pending jobs of the kind. When one is waiting already, that one is kept as it is and
   * only brought forward if this `runAt` is earlier. A running job does not count: it may have read the
   * world before this change.
   */
  readonly key?: string;
  readonly maxAttempts?: number;
  readonly timeoutMs?: number;
}

export interface Enqueued {
  readonly id: string;
  /** False when a job with the same key was pending already; `id` is then that job's. */
  readonly added: boolean;
}

export interface RetryPolicy {
  /** Wait before the first retry, in ms; doubles with each further one. */
  readonly baseMs: number;
  /** The longest wait, in ms. */
  readonly maxMs: number;
  /** Starts in all, the first included; from 1. */
  readonly maxAttempts: number;
}

/** What a handler gets beside its payload. */
export interface JobContext {
  readonly jobId: string;
  readonly kind: string;
  /** 1 for the first start. */
  readonly attempt: number;
  /** The fencing token of this attempt; larger than that of every earlier attempt of this job. */
  readonly fence: number;
  readonly node: string;
  /** The schedule's due time, for a scheduled job. */
  readonly dueAt: number | undefined;
  /** Aborted when the lease is lost, the time is up, the job is replaced, or the node stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /**
   * Runs `work` in one State transaction that commits only if this attempt still holds the job. Raises
   * `lease_lost` otherwise, and nothing of `work` is kept.
   */
  fenced<T>(work: (tx: StateTx) => Promise<T>): Promise<T>;
  /**
   * Like `fenced`, and marks the job as done in the same transaction: the effect and the completion are
   * both kept or neither, so a crash at any point cannot repeat the effect. Return after calling it.
   */
  finish<T>(work: (tx: StateTx) => Promise<T>): Promise<T>;
}

/** A kind of job. Handlers run at least once; what must happen once belongs in `context.finish`. */
export interface JobKind<Payload = unknown> {
  readonly kind: string;
  readonly schema: z.ZodType<Payload>;
  run(job: Payload, context: JobContext): Promise<void>;
  /** Default: 1 s to 10 min, 10 attempts. */
  readonly retry?: Partial<RetryPolicy>;
  /** How long one attempt may take, in ms (default 60,000). */
  readonly timeoutMs?: number;
  /** How many jobs of this kind one node runs at a time (default 5). */
  readonly concurrency?: number;
  /** Its jobs pay somebody, so that replaying a dead one takes two persons (`replay-payout`). */
  readonly payout?: boolean;
}

export type JobStatus = 'pending' | 'running' | 'dead';

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly key: string | null;
  readonly payload: unknown;
  readonly status: JobStatus;
  readonly runAt: number;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly node: string | null;
  readonly startedAt: number | null;
  readonly createdAt: number;
  readonly schedule: string | null;
  readonly dueAt: number | null;
  readonly lastError: string | null;
  readonly diedAt: number | null;
}

/**
 * - succeeded, failed, timed_out: the handler returned, threw, or was stopped at its time limit.
 * - lost: the node stopped extending its lease; another takes over.
 * - interrupted: the node stopped before the end; the attempt does not count.
 * - replaced: a later due time of a schedule with overlap `replace` took its place.
 * - skipped: a due time at which the schedule's earlier run was not finished.
 * - missed: due times at which nothing started within the tolerance.
 */
export type RunOutcome =
  | 'succeeded'
  | 'failed'
  | 'timed_out'
  | 'lost'
  | 'interrupted'
  | 'replaced'
  | 'skipped'
  | 'missed';

export interface Run {
  readonly id: string;
  readonly jobId: string | null;
  readonly kind: string;
  readonly schedule: string | null;
  readonly dueAt: number | null;
  readonly attempt: number;
  readonly fence: number;
  readonly node: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number;
  /** Null where it is not known, as for a lost run. */
  readonly durationMs: number | null;
  readonly outcome: RunOutcome;
  readonly error: string | null;
}

/** What to do when a schedule falls due while its earlier run is not finished. */
export type Overlap = 'skip' | 'queue' | 'replace';

/** A five- or six-field cron expression (seconds first if six) in an IANA time zone, or a fixed interval. */
export type Timing =
  | { readonly cron: string; readonly timeZone?: string }
  | { readonly everyMs: number; readonly timeZone?: never };

export type Schedule = (
  | { readonly cron: string; readonly everyMs?: never }
  | { readonly everyMs: number; readonly cron?: never }
) & {
  /** Unique, of letters, digits, `.`, `_`, `:` and `-`. */
  readonly name: string;
  /** IANA name such as `Europe/Berlin`, for cron only (default UTC). */
  readonly timeZone?: string;
  /** Default `skip`. `queue` keeps at most 100 waiting. */
  readonly overlap?: Overlap;
  /** After downtime: one run for the latest due time (default), or none. */
  readonly catchUp?: 'once' | 'none';
  /** How long after its due time a run may start before it counts as missed, in ms (default 60,000). */
  readonly toleranceMs?: number;
  /** Default 3 attempts. A scheduled job that used them up is recorded as failed and not kept as dead. */
  readonly retry?: Partial<RetryPolicy>;
  /** Default 600,000. */
  readonly timeoutMs?: number;
  run(context: JobContext): Promise<void>;
};

export interface ScheduleState {
  readonly name: string;
  readonly timing: Timing;
  /** Undefined until the schedule was first planned. */
  readonly nextAt: number | undefined;
}

/** Due times at which no run started within the tolerance. */
export interface MissedRun {
  readonly schedule: string;
  readonly firstDueAt: number;
  readonly lastDueAt: number;
  /** How many due times; counted up to 100. */
  readonly count: number;
  /** True when one late run makes up for them. */
  readonly caughtUp: boolean;
  readonly detectedAt: number;
}

/**
 * Called once for each `MissedRun`, in a transaction that also marks it as reported; an alert written
 * through `tx` is therefore neither lost nor doubled. When it throws, it is called again later.
 */
export type OnMissed = (missed: MissedRun, tx: StateTx) => Promise<void>;

/** The right to be the only one, cluster-wide, that does the work called `name`. */
export interface Lease {
  readonly name: string;
  /** Grows with every holder, so it can also fence writes outside State. */
  readonly fence: number;
  /** Aborted when the lease is lost or given up. */
  readonly signal: AbortSignal;
  /**
   * Raises `lease_lost` unless this lease is still the valid one, and keeps it so until `tx` ends. Call it
   * in every transaction that only the holder may make. The lease cannot pass on while `tx` is open.
   */
  fenced(tx: StateTx): Promise<void>;
}

export interface LeaseOptions {
  /** After this long without a sign of life another node takes over, in ms (default 15,000; from 100). */
  readonly ttlMs?: number;
  readonly signal?: AbortSignal;
  /** Starts the work and returns. When it throws, the lease is given up and tried for again. */
  onGained(lease: Lease): void | Promise<void>;
  /** Ends the work. On a planned stop the lease is passed on only after this has resolved. */
  onLost(): void | Promise<void>;
}

export interface HeldLease {
  readonly name: string;
  /** True while this node is the holder. */
  held(): boolean;
  /** Ends the work and passes the lease on at once. Safe to call twice. */
  stop(): Promise<void>;
}

export interface Leases {
  /** Tries for the lease until stopped, and again after each loss. */
  hold(name: string, options: LeaseOptions): HeldLease;
}

export interface Page<Item> {
  /** Newest first. */
  readonly items: readonly Item[];
  /** Give it as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}

export interface PageQuery {
  readonly cursor?: string;
  /** 1 to 200 (default 50). */
  readonly limit?: number;
}

export interface RunQuery extends PageQuery {
  readonly kind?: string;
  readonly jobId?: string;
  readonly schedule?: string;
  readonly outcome?: RunOutcome;
}

export interface JobQuery extends PageQuery {
  readonly kind?: string;
  readonly status?: JobStatus;
}

export interface JobStats {
  readonly pending: number;
  readonly running: number;
  readonly dead: number;
  /** How long the longest-waiting job that may start has been waiting, in ms; 0 when none waits. */
  readonly oldestPendingAgeMs: number;
}

export interface Jobs {
  define<Payload>(kind: JobKind<Payload>): void;
  schedule(schedule: Schedule): void;
  enqueue(target: JobTarget, options: EnqueueOptions): Promise<Enqueued>;
  readonly leases: Leases;
  runs(query?: RunQuery): Promise<Page<Run>>;
  list(query?: JobQuery): Promise<Page<Job>>;
  deadLetters(query?: PageQuery): Promise<Page<Job>>;
  /** Puts a dead job back into the queue with all its attempts. */
  replay(id: string): Promise<void>;
  /** True for a job that pays somebody, and for one of a kind that this node does not know. False when there is none. */
  isPayout(id: string): Promise<boolean>;
  /** Removes a dead job; its runs stay on record. */
  discard(id: string): Promise<void>;
  schedules(): Promise<readonly ScheduleState[]>;
  stats(): Promise<JobStats>;
  start(): Promise<void>;
  /** Finishes what is running within `deadlineMs`, then aborts the rest and puts it back. Safe twice. */
  stop(deadlineMs: number): Promise<void>;
}

/** A handle for reading or for one statement, or a transaction. */
export type Db = StateDb | StateTx;
