import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** The queue, its run records, the schedules and the named leases. */
export const jobsMigration: Migration = {
  id: '0001-jobs',
  async up(db) {
    await db.schema
      .createTable('job')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('job_key', 'text')
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('run_at', 'bigint', (column) => column.notNull())
      .addColumn('attempt', 'integer', (column) => column.notNull())
      .addColumn('max_attempts', 'integer', (column) => column.notNull())
      .addColumn('timeout_ms', 'bigint', (column) => column.notNull())
      .addColumn('fence', 'bigint', (column) => column.notNull())
      .addColumn('holder', 'text')
      .addColumn('node', 'text')
      .addColumn('lease_until', 'bigint')
      .addColumn('started_at', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('schedule', 'text')
      .addColumn('due_at', 'bigint')
      .addColumn('late_seen', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('cancelled', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('last_error', 'text')
      .addColumn('died_at', 'bigint')
      .execute();
    await sql`create unique index job_one_pending_per_key on job (kind, job_key)
      where status = 'pending' and job_key is not null`.execute(db);
    await sql`create index job_due on job (kind, run_at, id) where status = 'pending'`.execute(db);
    await sql`create index job_lease on job (lease_until) where status = 'running'`.execute(db);
    await sql`create index job_dead on job (id) where status = 'dead'`.execute(db);
    await sql`create index job_of_schedule on job (schedule) where schedule is not null`.execute(db);
    // The last word on "two processes never run one schedule at once" belongs to the database.
    await sql`create unique index job_one_running_per_schedule on job (schedule)
      where status = 'running' and schedule is not null`.execute(db);

    await db.schema
      .createTable('job_run')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('job_id', 'text')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('schedule', 'text')
      .addColumn('due_at', 'bigint')
      .addColumn('attempt', 'integer', (column) => column.notNull())
      .addColumn('fence', 'bigint', (column) => column.notNull())
      .addColumn('node', 'text')
      .addColumn('started_at', 'bigint')
      .addColumn('finished_at', 'bigint', (column) => column.notNull())
      .addColumn('duration_ms', 'bigint')
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('error', 'text')
      .addColumn('missed', 'text')
      .addColumn('reported', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
    await sql`create index job_run_of_kind on job_run (kind, id)`.execute(db);
    await sql`create index job_run_of_job on job_run (job_id)`.execute(db);
    await sql`create index job_run_age on job_run (finished_at)`.execute(db);
    await sql`create index job_run_unreported on job_run (id) where reported = 0`.execute(db);

    await db.schema
      .createTable('job_schedule')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('timing', 'text', (column) => column.notNull())
      .addColumn('next_at', 'bigint', (column) => column.notNull())
      .addColumn('planned_from', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('lease')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('holder', 'text')
      .addColumn('node', 'text')
      .addColumn('fence', 'bigint', (column) => column.notNull())
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .execute();
  },
};
