import type { Migration } from '../migrate.ts';

/** Rules on logs. */
export const logRulesMigration: Migration = {
  id: '0043-log-rules',
  async up(db) {
    await db.schema
      .createTable('log_rule')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('definition', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
