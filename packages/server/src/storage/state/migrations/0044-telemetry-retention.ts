import type { Migration } from '../migrate.ts';

/** How long telemetry is kept, what the disk budget made drop, and how large columns were on each day. */
export const telemetryRetentionMigration: Migration = {
  id: '0044-telemetry-retention',
  async up(db) {
    await db.schema
      .createTable('telemetry_retention')
      // One row, so that a change is one write.
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('settings', 'text', (column) => column.notNull())
      .addColumn('updated_by', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('telemetry_dropped')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('why', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('telemetry_dropped_at').on('telemetry_dropped').column('at').execute();
    await db.schema
      .createTable('telemetry_size')
      .addColumn('day', 'text', (column) => column.primaryKey())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .execute();
  },
};
