import type { Migration } from '../migrate.ts';

/** What people change about the whole installation. */
export const settingsMigration: Migration = {
  id: '0008-settings',
  async up(db) {
    await db.schema
      .createTable('setting')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
