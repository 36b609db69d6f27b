import type { Migration } from '../migrate.ts';

/** The audit log as a plain table: rows are only ever added, in the order of `seq`. */
export const auditMigration: Migration = {
  id: '0003-audit',
  async up(db, dialect) {
    await db.schema
      .createTable('audit_event')
      .addColumn('seq', dialect === 'postgres' ? 'bigserial' : 'integer', (column) =>
        dialect === 'postgres' ? column.primaryKey() : column.primaryKey().autoIncrement(),
      )
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('time', 'bigint', (column) => column.notNull())
      .addColumn('actor_type', 'text', (column) => column.notNull())
      .addColumn('actor_id', 'text', (column) => column.notNull())
      .addColumn('actor_name', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('target_type', 'text')
      .addColumn('target_id', 'text')
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('address', 'text')
      .addColumn('request_id', 'text')
      .addColumn('details', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('audit_event_by_time').on('audit_event').columns(['time', 'seq']).execute();
    await db.schema
      .createIndex('audit_event_by_actor')
      .on('audit_event')
      .columns(['actor_id', 'seq'])
      .execute();
    await db.schema
      .createIndex('audit_event_by_action')
      .on('audit_event')
      .columns(['action', 'seq'])
      .execute();
  },
};
