import type { Migration } from '../migrate.ts';

/** What outside anchors and witnesses have confirmed of our own logs. */
export const auditAnchorsMigration: Migration = {
  id: '0025-audit-anchors',
  async up(db) {
    await db.schema
      .createTable('audit_anchor_receipt')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('anchor', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('log', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('root', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('receipt', 'text', (column) => column.notNull())
      .addUniqueConstraint('audit_anchor_receipt_once', ['anchor', 'origin', 'size'])
      .execute();
    await db.schema
      .createIndex('audit_anchor_receipt_by_origin')
      .on('audit_anchor_receipt')
      .columns(['origin', 'size'])
      .execute();

    await db.schema
      .createTable('audit_anchor_progress')
      // `anchor NAME` or `witness NAME`.
      .addColumn('peer', 'text', (column) => column.notNull())
      .addColumn('log', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('root', 'text')
      .addColumn('confirmed_at', 'bigint')
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('error', 'text')
      .addColumn('error_at', 'bigint')
      .addPrimaryKeyConstraint('audit_anchor_progress_key', ['peer', 'origin'])
      .execute();
  },
};
