import type { Migration } from '../migrate.ts';

/** Log searches that people saved, for themselves or for everybody. */
export const logSearchesMigration: Migration = {
  id: '0041-log-searches',
  async up(db) {
    await db.schema
      .createTable('log_search')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      // From 0; that it is unique keeps an owner's searches below their limit, however many are added at once.
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('shared', 'integer', (column) => column.notNull())
      .addColumn('filter', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('log_search_name', ['owner', 'name'])
      .addUniqueConstraint('log_search_place', ['owner', 'place'])
      .execute();
    await db.schema.createIndex('log_search_shared').on('log_search').column('shared').execute();
  },
};
