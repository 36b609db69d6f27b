import type { Migration } from '../migrate.ts';

/** Dashboards that people made, for themselves or for everybody. */
export const dashboardsMigration: Migration = {
  id: '0040-dashboards',
  async up(db) {
    await db.schema
      .createTable('dashboard')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      // From 0; that it is unique keeps an owner's dashboards below their limit, however many are added at once.
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('shared', 'integer', (column) => column.notNull())
      .addColumn('panel_count', 'integer', (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('dashboard_name', ['owner', 'name'])
      .addUniqueConstraint('dashboard_place', ['owner', 'place'])
      .execute();
    await db.schema.createIndex('dashboard_shared').on('dashboard').column('shared').execute();
  },
};
