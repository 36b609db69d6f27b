import type { Transaction } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { newId } from '../../base/ids.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import type { JobTables, RunRow, ScheduleRow } from '../tables.ts';
import type { MissedRun } from '../types.ts';
import type { Plan } from './plan.ts';
import type { ResolvedSchedule } from './resolve.ts';

type Tables = Transaction<JobTables>;

/** How many due times may wait behind a run that does not end. */
const mostWaiting = 100;

export type ScheduleStore = ReturnType<typeof createScheduleStore>;

/** The statements of the schedules. The row of a schedule is locked while it is fired. */
export function createScheduleStore({ state, clock }: { readonly state: State; readonly clock: Clock }) {
  const runOf = (schedule: ResolvedSchedule, values: Pick<RunRow, 'outcome'> & Partial<RunRow>): RunRow => ({
    id: newId('run', clock.now()),
    job_id: null,
    kind: schedule.kind,
    schedule: schedule.name,
    due_at: null,
    attempt: 0,
    fence: 0,
    node: null,
    started_at: null,
    finished_at: clock.now(),
    duration_ms: null,
    error: null,
    missed: null,
    reported: 1,
    ...values,
  });

  async function addJob(
    db: Tables,
    schedule: ResolvedSchedule,
    fire: NonNullable<Plan['fire']>,
  ): Promise<void> {
    const now = clock.now();
    await db
      .insertInto('job')
      .values({
        id: newId('job', now),
        kind: schedule.kind,
        payload: 'null',
        status: 'pending',
        run_at: now,
        attempt: 0,
        max_attempts: schedule.retry.maxAttempts,
        timeout_ms: schedule.timeoutMs,
        fence: 0,
        created_at: now,
        schedule: schedule.name,
        due_at: fire.dueAt,
        late_seen: fire.late ? 1 : 0,
        cancelled: 0,
      })
      .execute();
  }

  /** Ends what a new due time replaces: what waits at once, what runs by telling its holder. */
  async function replace(db: Tables, schedule: ResolvedSchedule): Promise<void> {
    const waiting = await db
      .deleteFrom('job')
      .where('schedule', '=', schedule.name)
      .where('status', '=', 'pending')
      .returningAll()
      .execute();
    for (const job of waiting) {
      const error = 'A later due time took its place before it started.';
      const run = runOf(schedule, {
        outcome: 'replaced',
        job_id: job.id,
        due_at: job.due_at,
        fence: job.fence,
        error,
      });
      await db
        .insertInto('job_run')
        .values({ ...run, attempt: job.attempt })
        .execute();
    }
    await db
      .updateTable('job')
      .set({ cancelled: 1 })
      .where('schedule', '=', schedule.name)
      .where('status', '=', 'running')
      .execute();
  }

  async function fire(
    db: Tables,
    schedule: ResolvedSchedule,
    due: NonNullable<Plan['fire']>,
  ): Promise<boolean> {
    const active = await db
      .selectFrom('job')
      .select('status')
      .where('schedule', '=', schedule.name)
      .where('status', '!=', 'dead')
      .limit(mostWaiting)
      .execute();
    const full = schedule.overlap === 'queue' ? active.length >= mostWaiting : active.length > 0;
    if (full && schedule.overlap !== 'replace') {
      const error = 'The earlier run was not finished.';
      await db
        .insertInto('job_run')
        .values(runOf(schedule, { outcome: 'skipped', due_at: due.dueAt, error }))
        .execute();
      return false;
    }
    if (full) await replace(db, schedule);
    await addJob(db, schedule, due);
    return full;
  }

  async function recordMissed(db: Tables, schedule: ResolvedSchedule, missed: MissedRun): Promise<void> {
    const iso = (time: number): string => new Date(time).toISOString();
    const error =
      `${missed.count} due between ${iso(missed.firstDueAt)} and ${iso(missed.lastDueAt)} did not start in time` +
      (missed.caughtUp ? '; one run makes up for them.' : '.');
    await db
      .insertInto('job_run')
      .values(
        runOf(schedule, {
          outcome: 'missed',
          due_at: missed.firstDueAt,
          error,
          missed: JSON.stringify(missed),
          reported: 0,
        }),
      )
      .execute();
  }

  return {
    async rows(names: readonly string[]): Promise<readonly ScheduleRow[]> {
      if (names.length === 0) return [];
      const db = state.read.withTables<JobTables>();
      return db.selectFrom('job_schedule').selectAll().where('name', 'in', names).execute();
    },

    /** Adds a schedule, or plans it anew when its timing is another than the stored one. */
    async put(row: ScheduleRow): Promise<void> {
      await state.write
        .withTables<JobTables>()
        .insertInto('job_schedule')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ timing: row.timing, next_at: row.next_at, planned_from: row.planned_from })
            .where('job_schedule.timing', '!=', row.timing),
        )
        .execute();
    },

    /**
     * Lets `decide` look at the locked row and does what it plans: at most one node fires a due time.
     * Returns what was done, or `undefined` when nothing was planned.
     */
    async advance(
      schedule: ResolvedSchedule,
      decide: (row: ScheduleRow) => Plan | undefined,
    ): Promise<{ readonly replaced: boolean; readonly fired: boolean } | undefined> {
      return state.transaction(async (tx) => {
        const db = tx.withTables<JobTables>();
        const row = await db
          .selectFrom('job_schedule')
          .selectAll()
          .where('name', '=', schedule.name)
          .$if(state.dialect === 'postgres', (query) => query.forUpdate())
          .executeTakeFirst();
        const plan = row === undefined ? undefined : decide(row);
        if (plan === undefined) return undefined;
        await db
          .updateTable('job_schedule')
          .set({ next_at: plan.nextAt, planned_from: plan.plannedFrom })
          .where('name', '=', schedule.name)
          .execute();
        if (plan.missed !== undefined) {
          const missed = { schedule: schedule.name, ...plan.missed, detectedAt: clock.now() };
          await recordMissed(db, schedule, missed);
        }
        const replaced = plan.fire !== undefined && (await fire(db, schedule, plan.fire));
        return { replaced, fired: plan.fire !== undefined };
      });
    },

    /** Records scheduled jobs that no node has started within the tolerance. Returns how many. */
    async recordUnstarted(schedule: ResolvedSchedule): Promise<number> {
      const latestDue = clock.now() - schedule.toleranceMs;
      const overdue = (db: Pick<Tables, 'selectFrom'>) =>
        db
          .selectFrom('job')
          .select(['id', 'due_at'])
          .where('schedule', '=', schedule.name)
          .where('status', '=', 'pending')
          .where('attempt', '=', 0)
          .where('late_seen', '=', 0)
          .where('due_at', '<', latestDue);
      const seen = await overdue(state.read.withTables<JobTables>()).executeTakeFirst();
      if (seen === undefined) return 0;
      return state.transaction(async (tx) => {
        const db = tx.withTables<JobTables>();
        const jobs = await overdue(db)
          .$if(state.dialect === 'postgres', (query) => query.forUpdate().skipLocked())
          .execute();
        for (const { id, due_at: dueAt } of jobs) {
          await db.updateTable('job').set({ late_seen: 1 }).where('id', '=', id).execute();
          const due = dueAt ?? latestDue;
          await recordMissed(db, schedule, {
            schedule: schedule.name,
            firstDueAt: due,
            lastDueAt: due,
            count: 1,
            caughtUp: true,
            detectedAt: clock.now(),
          });
        }
        return jobs.length;
      });
    },

    /** The missed runs that were not reported yet, oldest first. */
    async unreported(): Promise<readonly string[]> {
      const rows = await state.read
        .withTables<JobTables>()
        .selectFrom('job_run')
        .select('id')
        .where('reported', '=', 0)
        .orderBy('id')
        .limit(100)
        .execute();
      return rows.map(({ id }) => id);
    },

    /** Hands a missed run to `report` and marks it as reported, in one transaction; at most once. */
    async report(id: string, report: (missed: MissedRun, tx: StateTx) => Promise<void>): Promise<void> {
      await state.transaction(async (tx) => {
        const db = tx.withTables<JobTables>();
        const row = await db
          .selectFrom('job_run')
          .select('missed')
          .where('id', '=', id)
          .where('reported', '=', 0)
          .$if(state.dialect === 'postgres', (query) => query.forUpdate().skipLocked())
          .executeTakeFirst();
        if (row === undefined) return;
        await db.updateTable('job_run').set({ reported: 1 }).where('id', '=', id).execute();
        if (row.missed !== null) await report(JSON.parse(row.missed) as MissedRun, tx);
      });
    },
  };
}
