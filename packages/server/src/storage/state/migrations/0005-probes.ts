import type { Migration } from '../migrate.ts';

/** Services, probes, what they are at present, their counters, and the calls of watched jobs. */
export const probesMigration: Migration = {
  id: '0005-probes',
  async up(db) {
    for (const table of ['service', 'probe', 'maintenance_window']) {
      await db.schema
        .createTable(table)
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull().unique())
        .addColumn('definition', 'text', (column) => column.notNull())
        .addColumn('origin', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();
    }
    await db.schema.alterTable('probe').addColumn('ping_hash', 'text').execute();
    await db.schema.createIndex('probe_ping_hash').on('probe').column('ping_hash').unique().execute();

    for (const [table, owner] of [
      ['probe_state', 'probe'],
      ['service_state', 'service'],
    ] as const) {
      await db.schema
        .createTable(table)
        .addColumn('id', 'text', (column) =>
          column.primaryKey().references(`${owner}.id`).onDelete('cascade'),
        )
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('status_since', 'bigint', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute();
    }

    // One row per probe or service, rewritten once an hour.
    await db.schema
      .createTable('probe_uptime')
      .addColumn('owner_id', 'text', (column) => column.primaryKey())
      .addColumn('hours', 'text', (column) => column.notNull())
      .addColumn('days', 'text', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('probe_status_change')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('probe_id', 'text', (column) => column.notNull().references('probe.id').onDelete('cascade'))
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('from_status', 'text', (column) => column.notNull())
      .addColumn('to_status', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .execute();
    await db.schema
      .createIndex('probe_status_change_probe')
      .on('probe_status_change')
      .columns(['probe_id', 'id'])
      .execute();

    await db.schema
      .createTable('probe_ping')
      .addColumn('probe_id', 'text', (column) =>
        column.primaryKey().references('probe.id').onDelete('cascade'),
      )
      .addColumn('last_start_at', 'bigint')
      .addColumn('last_finish_at', 'bigint')
      .addColumn('last_fail_at', 'bigint')
      .addColumn('duration_ms', 'bigint')
      .addColumn('exit_code', 'integer')
      .addColumn('note', 'text', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('probe_counter')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .execute();
    await db
      .withTables<{ probe_counter: { name: string; value: number } }>()
      .insertInto('probe_counter')
      .values([
        { name: 'revision', value: 0 },
        { name: 'starts', value: 0 },
      ])
      .execute();
  },
};
