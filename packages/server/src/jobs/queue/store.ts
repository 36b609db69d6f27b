import { sql, type Transaction } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { newId } from '../../base/ids.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import { leaseOver, leaseTime } from '../lease-time.ts';
import type { JobRow, JobTables, RunRow } from '../tables.ts';
import type { Db, Enqueued } from '../types.ts';
import { chunks, forUpdateSkipLocked, ownedBy, type Ownership } from './sql.ts';

export interface NewJob {
  readonly kind: string;
  readonly key: string | null;
  /** JSON. */
  readonly payload: string;
  readonly runAt: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
}

/** A job in the hands of this process. */
export type ClaimedJob = Readonly<JobRow>;

/** How an attempt ended and what becomes of its job. */
export interface Settlement {
  readonly job: ClaimedJob;
  readonly outcome: 'succeeded' | 'failed' | 'timed_out' | 'interrupted' | 'replaced';
  readonly error: string | null;
  readonly finishedAt: number;
  readonly durationMs: number;
  readonly next:
    | { readonly to: 'gone' | 'dead' }
    | { readonly to: 'pending'; readonly runAt: number; readonly attempt: number };
}

export interface DueKinds {
  readonly kinds: readonly string[];
  /** When the next job that is not due yet falls due. */
  readonly nextAt: number | undefined;
}

export interface ClaimRequest {
  readonly kind: string;
  readonly limit: number;
  readonly scheduled: boolean;
}

export interface Heartbeat {
  readonly id: string;
  readonly fence: number;
  readonly cancelled: boolean;
}

export interface QueueStoreOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly node: string;
  /** Unique to this process and start, so that a restarted node is another holder. */
  readonly holder: string;
  readonly leaseMs: number;
}

type Tables = Transaction<JobTables>;
const batch = 100;

export type QueueStore = ReturnType<typeof createQueueStore>;

/** The statements of the queue. Each one is a whole step of a job's life, guarded by its fencing token. */
export function createQueueStore({ state, clock, node, holder, leaseMs }: QueueStoreOptions) {
  const locks = forUpdateSkipLocked(state.dialect);

  /** The end of a lease that begins now; an expression, because PostgreSQL's own clock decides. */
  const leaseEnd = () => sql<number>`${leaseTime(state, clock)} + ${leaseMs}`;

  const runOf = (
    job: ClaimedJob,
    end: Pick<RunRow, 'outcome' | 'error' | 'finished_at' | 'duration_ms'>,
  ): RunRow => ({
    id: newId('run', job.started_at ?? end.finished_at),
    job_id: job.id,
    kind: job.kind,
    schedule: job.schedule,
    due_at: job.due_at,
    attempt: job.attempt,
    fence: job.fence,
    node: job.node,
    started_at: job.started_at,
    missed: null,
    reported: 1,
    ...end,
  });

  /** Puts a job back into the queue; it gives up its key to a job that took it meanwhile. */
  async function backToPending(db: Tables, job: ClaimedJob, change: Partial<JobRow>): Promise<boolean> {
    const taken =
      job.job_key !== null &&
      (await db
        .selectFrom('job')
        .select('id')
        .where('kind', '=', job.kind)
        .where('job_key', '=', job.job_key)
        .where('status', '=', 'pending')
        .executeTakeFirst()) !== undefined;
    const result = await db
      .updateTable('job')
      .set({
        status: 'pending',
        holder: null,
        lease_until: null,
        ...(taken ? { job_key: null } : {}),
        ...change,
      })
      .where(ownedBy(job))
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  async function bury(db: Tables, job: ClaimedJob, error: string): Promise<boolean> {
    const result = await db
      .updateTable('job')
      .set({ status: 'dead', holder: null, lease_until: null, last_error: error, died_at: clock.now() })
      .where(ownedBy(job))
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  async function remove(db: Tables, jobs: readonly ClaimedJob[]): Promise<ReadonlySet<string>> {
    const removed = new Set<string>();
    for (const some of chunks(jobs, batch)) {
      const rows = await db
        .deleteFrom('job')
        .where((eb) => eb.or(some.map((job) => eb.and({ id: job.id, fence: job.fence, status: 'running' }))))
        .returning('id')
        .execute();
      for (const { id } of rows) removed.add(id);
    }
    return removed;
  }

  /** A job that a later one was to replace is not tried again. */
  async function removeReplaced(db: Tables, job: ClaimedJob): Promise<boolean> {
    const result = await db
      .deleteFrom('job')
      .where(ownedBy(job))
      .where('cancelled', '=', 1)
      .executeTakeFirst();
    return result.numDeletedRows === 1n;
  }

  /** Returns the ids of the jobs whose end was recorded; the others had passed to another holder. */
  async function settleIn(db: Tables, settlements: readonly Settlement[]): Promise<ReadonlySet<string>> {
    const gone = settlements.filter(({ next }) => next.to === 'gone');
    const removed = await remove(
      db,
      gone.map(({ job }) => job),
    );
    const kept = gone.filter(({ job }) => removed.has(job.id));
    for (const settlement of settlements) {
      const { job, next, error } = settlement;
      if (next.to === 'gone') continue;
      if (job.schedule !== null && (await removeReplaced(db, job))) {
        kept.push({ ...settlement, outcome: 'replaced' });
        continue;
      }
      const done =
        next.to !== 'pending'
          ? await bury(db, job, error ?? '')
          : await backToPending(db, job, { run_at: next.runAt, attempt: next.attempt, last_error: error });
      if (done) kept.push(settlement);
    }
    const runs = kept.map(({ job, outcome, error, finishedAt, durationMs }) =>
      runOf(job, { outcome, error, finished_at: finishedAt, duration_ms: durationMs }),
    );
    for (const some of chunks(runs, batch)) await db.insertInto('job_run').values(some).execute();
    return new Set(kept.map(({ job }) => job.id));
  }

  /** Takes the row of a schedule, so that one claim or firing of it happens at a time. */
  async function scheduleIsFree(db: Tables, kind: string): Promise<boolean> {
    const name = kind.slice(kind.indexOf(':') + 1);
    const row = await db
      .selectFrom('job_schedule')
      .select('name')
      .where('name', '=', name)
      .modifyEnd(locks)
      .executeTakeFirst();
    if (row === undefined) return false;
    const running = await db
      .selectFrom('job')
      .select('id')
      .where('schedule', '=', name)
      .where('status', '=', 'running')
      .executeTakeFirst();
    return running === undefined;
  }

  return {
    async enqueue(db: Db, job: NewJob): Promise<Enqueued> {
      const now = clock.now();
      const id = newId('job', now);
      const row = await db
        .withTables<JobTables>()
        .insertInto('job')
        .values({
          id,
          kind: job.kind,
          job_key: job.key,
          payload: job.payload,
          status: 'pending',
          run_at: job.runAt,
          attempt: 0,
          max_attempts: job.maxAttempts,
          timeout_ms: job.timeoutMs,
          fence: 0,
          created_at: now,
          late_seen: 0,
          cancelled: 0,
        })
        // An update, not "do nothing": it locks the waiting job until the caller commits, so that the job
        // cannot run before the change that it was enqueued for is visible.
        .onConflict((conflict) =>
          conflict
            .columns(['kind', 'job_key'])
            .where(sql<boolean>`status = 'pending' and job_key is not null`)
            .doUpdateSet({
              run_at: sql<number>`case when excluded.run_at < job.run_at then excluded.run_at else job.run_at end`,
            }),
        )
        .returning('id')
        .executeTakeFirstOrThrow();
      return { id: row.id, added: row.id === id };
    },

    /** Looks, without a lock, which of `kinds` have work that may start. */
    async due(kinds: readonly string[]): Promise<DueKinds> {
      const now = clock.now();
      const ready: string[] = [];
      let nextAt: number | undefined;
      const db = state.read.withTables<JobTables>();
      for (const some of chunks(kinds, batch)) {
        const { rows } = await sql<{ kind: string; run_at: number }>`${sql.join(
          some.map(
            (kind) =>
              sql`select * from (${db
                .selectFrom('job')
                .select(['kind', 'run_at'])
                .where('kind', '=', kind)
                .where(sql<boolean>`status = 'pending'`)
                .orderBy('run_at')
                .limit(1)}) as first_of_kind`,
          ),
          sql` union all `,
        )}`.execute(db);
        for (const row of rows) {
          if (row.run_at <= now) ready.push(row.kind);
          else nextAt = Math.min(nextAt ?? row.run_at, row.run_at);
        }
      }
      return { kinds: ready, nextAt };
    },

    /** Takes due jobs under a lease. A kind that belongs to a schedule gives one, and none while one runs. */
    async claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimedJob[]> {
      return state.transaction(async (transaction) => {
        const db = transaction.withTables<JobTables>();
        const ids: string[] = [];
        for (const { kind, limit, scheduled } of requests) {
          if (scheduled && !(await scheduleIsFree(db, kind))) continue;
          const rows = await db
            .selectFrom('job')
            .select('id')
            .where('kind', '=', kind)
            .where(sql<boolean>`status = 'pending'`)
            .where('run_at', '<=', clock.now())
            .orderBy('run_at')
            .orderBy('id')
            .limit(scheduled ? 1 : limit)
            .modifyEnd(locks)
            .execute();
          ids.push(...rows.map(({ id }) => id));
        }
        const claimed: ClaimedJob[] = [];
        for (const some of chunks(ids, batch)) {
          claimed.push(
            ...(await db
              .updateTable('job')
              .set((eb) => ({
                status: 'running',
                attempt: eb('attempt', '+', 1),
                fence: eb('fence', '+', 1),
                holder,
                node,
                lease_until: leaseEnd(),
                started_at: clock.now(),
              }))
              .where('id', 'in', some)
              .returningAll()
              .execute()),
          );
        }
        return claimed;
      });
    },

    /**
     * Extends the leases of `ids` and tells which are still this holder's. A lease that ran out but that
     * nobody took over is extended as well. Rows that are being settled at this moment are passed over.
     */
    async heartbeat(ids: readonly string[]): Promise<readonly Heartbeat[]> {
      const mine: Heartbeat[] = [];
      for (const some of chunks(ids, batch)) {
        const rows = await state.transaction(async (transaction) => {
          const db = transaction.withTables<JobTables>();
          const held = db.selectFrom('job').where('id', 'in', some).where('holder', '=', holder);
          const free = await held.select('id').modifyEnd(locks).execute();
          if (free.length > 0) {
            await db
              .updateTable('job')
              .set({ lease_until: leaseEnd() })
              .where(
                'id',
                'in',
                free.map(({ id }) => id),
              )
              .execute();
          }
          return held.select(['id', 'fence', 'cancelled']).execute();
        });
        mine.push(...rows.map((row) => ({ ...row, cancelled: row.cancelled === 1 })));
      }
      return mine;
    },

    /** Takes jobs from holders whose lease is over: back into the queue, or to the dead letters. */
    async reap(): Promise<readonly ClaimedJob[]> {
      return state.transaction(async (transaction) => {
        const db = transaction.withTables<JobTables>();
        const lost = await db
          .selectFrom('job')
          .selectAll()
          .where(sql<boolean>`status = 'running'`)
          .where(leaseOver(leaseTime(state, clock), { ttlMs: leaseMs }))
          .limit(batch)
          .modifyEnd(locks)
          .execute();
        for (const job of lost) {
          const error = `The node ${job.node ?? '(unknown)'} stopped answering.`;
          if (job.cancelled === 1 || (job.attempt >= job.max_attempts && job.schedule !== null)) {
            await remove(db, [job]);
          } else if (job.attempt >= job.max_attempts) await bury(db, job, error);
          else await backToPending(db, job, { run_at: clock.now(), last_error: error });
          const run = runOf(job, { outcome: 'lost', error, finished_at: clock.now(), duration_ms: null });
          await db.insertInto('job_run').values(run).execute();
        }
        return lost;
      });
    },

    /** Records how attempts of different jobs ended, in one transaction. Returns the ids still held. */
    async settle(settlements: readonly Settlement[]): Promise<ReadonlySet<string>> {
      return state.transaction((tx) => settleIn(tx.withTables<JobTables>(), settlements));
    },

    /** The same inside the caller's transaction, for one. */
    async settleWithin(tx: StateTx, settlement: Settlement): Promise<boolean> {
      return (await settleIn(tx.withTables<JobTables>(), [settlement])).has(settlement.job.id);
    },

    /** True while the attempt is the valid one; on PostgreSQL it stays so until `tx` ends. */
    async holds(tx: StateTx, { id, fence }: Ownership): Promise<boolean> {
      const row = await tx
        .withTables<JobTables>()
        .selectFrom('job')
        .select('id')
        .where('holder', '=', holder)
        .where(ownedBy({ id, fence }))
        .$if(state.dialect === 'postgres', (query) => query.forUpdate())
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
