import type { Migration } from '../migrate.ts';

/** What this installation has seen as a witness of other people's logs. */
export const auditWitnessMigration: Migration = {
  id: '0022-audit-witness',
  async up(db) {
    await db.schema
      .createTable('audit_witness_head')
      .addColumn('origin', 'text', (column) => column.primaryKey())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('root', 'text', (column) => column.notNull())
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('first_at', 'bigint', (column) => column.notNull())
      .addColumn('cosigned_at', 'bigint', (column) => column.notNull())
      .addColumn('cosigned', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('audit_witness_contradiction')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('origin', 'text', (column) => column.notNull())
      // Of the request, so that one that is sent again is kept once.
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('proven', 'integer', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('known_size', 'bigint')
      .addColumn('known_note', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('audit_witness_contradiction_once', ['origin', 'digest'])
      .execute();
  },
};
