import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { isUniqueViolation, type State } from '../../storage/state/state.ts';
import type { JobRow, JobTables, RunRow } from '../tables.ts';
import type { Job, JobQuery, JobStats, Run, RunQuery } from '../types.ts';

/** How many old runs one statement removes, so that no write is held up for long. */
const pruneBatch = 1000;

type Filled<Query> = Query & { readonly limit: number };

/** What people see of the queue, and what they may do to its dead letters. */
export function createRecordStore({ state, clock }: { readonly state: State; readonly clock: Clock }) {
  const read = state.read.withTables<JobTables>();
  const write = state.write.withTables<JobTables>();

  return {
    async runs(query: Filled<RunQuery>): Promise<readonly Run[]> {
      const { kind, jobId, schedule, outcome, cursor, limit } = query;
      const rows = await read
        .selectFrom('job_run')
        .selectAll()
        .$if(kind !== undefined, (q) => q.where('kind', '=', kind ?? ''))
        .$if(schedule !== undefined, (q) => q.where('kind', '=', `schedule:${schedule ?? ''}`))
        .$if(jobId !== undefined, (q) => q.where('job_id', '=', jobId ?? ''))
        .$if(outcome !== undefined, (q) => q.where('outcome', '=', outcome ?? 'failed'))
        .$if(cursor !== undefined, (q) => q.where('id', '<', cursor ?? ''))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(runOf);
    },

    async jobs({ kind, status, cursor, limit }: Filled<JobQuery>): Promise<readonly Job[]> {
      const rows = await read
        .selectFrom('job')
        .selectAll()
        .$if(kind !== undefined, (q) => q.where('kind', '=', kind ?? ''))
        .$if(status !== undefined, (q) => q.where('status', '=', status ?? 'dead'))
        .$if(cursor !== undefined, (q) => q.where('id', '<', cursor ?? ''))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(jobOf);
    },

    async kindOf(id: string): Promise<string | undefined> {
      const row = await read.selectFrom('job').select('kind').where('id', '=', id).executeTakeFirst();
      return row?.kind;
    },

    /** Puts a dead job back. `missing`, `not_dead` and `key_taken` changed nothing. */
    async replay(id: string): Promise<'done' | 'missing' | 'not_dead' | 'key_taken'> {
      try {
        const result = await write
          .updateTable('job')
          .set({
            status: 'pending',
            attempt: 0,
            run_at: clock.now(),
            died_at: null,
            started_at: null,
            node: null,
          })
          .where('id', '=', id)
          .where('status', '=', 'dead')
          .executeTakeFirst();
        if (result.numUpdatedRows === 1n) return 'done';
      } catch (error) {
        if (isUniqueViolation(error)) return 'key_taken';
        throw error;
      }
      return (await this.exists(id)) ? 'not_dead' : 'missing';
    },

    async discard(id: string): Promise<'done' | 'missing' | 'not_dead'> {
      const result = await write
        .deleteFrom('job')
        .where('id', '=', id)
        .where('status', '=', 'dead')
        .executeTakeFirst();
      if (result.numDeletedRows === 1n) return 'done';
      return (await this.exists(id)) ? 'not_dead' : 'missing';
    },

    async exists(id: string): Promise<boolean> {
      return (
        (await write.selectFrom('job').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
      );
    },

    async stats(): Promise<JobStats> {
      const now = clock.now();
      const counts = await read
        .selectFrom('job')
        .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
        .groupBy('status')
        .execute();
      const oldest = await read
        .selectFrom('job')
        .select((eb) => eb.fn.min('run_at').as('run_at'))
        .where(sql<boolean>`status = 'pending'`)
        .executeTakeFirst();
      const count = (status: Job['status']): number =>
        counts.find((row) => row.status === status)?.count ?? 0;
      return {
        pending: count('pending'),
        running: count('running'),
        dead: count('dead'),
        oldestPendingAgeMs: Math.max(0, now - (oldest?.run_at ?? now)),
      };
    },

    /** Removes runs that ended before `before`, some at a time. Returns true when there may be more. */
    async prune(before: number): Promise<boolean> {
      const result = await write
        .deleteFrom('job_run')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('job_run')
            .select('id')
            .where('finished_at', '<', before)
            .where('reported', '=', 1)
            .orderBy('finished_at')
            .limit(pruneBatch),
        )
        .executeTakeFirst();
      return result.numDeletedRows === BigInt(pruneBatch);
    },
  };
}

function runOf(row: RunRow): Run {
  return {
    id: row.id,
    jobId: row.job_id,
    kind: row.kind,
    schedule: row.schedule,
    dueAt: row.due_at,
    attempt: row.attempt,
    fence: row.fence,
    node: row.node,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    error: row.error,
  };
}

function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    key: row.job_key,
    payload: JSON.parse(row.payload) as unknown,
    status: row.status,
    runAt: row.run_at,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    node: row.node,
    startedAt: row.started_at,
    createdAt: row.created_at,
    schedule: row.schedule,
    dueAt: row.due_at,
    lastError: row.last_error,
    diedAt: row.died_at,
  };
}
