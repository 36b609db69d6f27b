import type { Migration } from '../migrate.ts';

/** Encrypted secrets, and one known text per key by which a wrong key is noticed at start. */
export const secretsMigration: Migration = {
  id: '0002-secrets',
  async up(db) {
    await db.schema
      .createTable('secret')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('secret_key_id').on('secret').column('key_id').execute();

    await db.schema
      .createTable('secret_key_check')
      .addColumn('key_id', 'text', (column) => column.primaryKey())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
