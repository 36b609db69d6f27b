import type { Migration } from '../migrate.ts';

/** Searches of the audit log that people saved, for themselves or for everybody. */
export const auditSearchesMigration: Migration = {
  id: '0023-audit-searches',
  async up(db) {
    await db.schema
      .createTable('audit_search')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      // From 0; that it is unique keeps an owner's searches below their limit, however many are added at once.
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('shared', 'integer', (column) => column.notNull())
      .addColumn('filter', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('audit_search_name', ['owner', 'name'])
      .addUniqueConstraint('audit_search_place', ['owner', 'place'])
      .execute();
    await db.schema.createIndex('audit_search_shared').on('audit_search').column('shared').execute();
  },
};
