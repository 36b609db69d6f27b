import type { Migration } from '../migrate.ts';

/** How far each log was sent to each destination. */
export const auditEgressMigration: Migration = {
  id: '0024-audit-egress',
  async up(db) {
    await db.schema
      .createTable('audit_egress')
      .addColumn('destination', 'text', (column) => column.notNull())
      .addColumn('log', 'text', (column) => column.notNull())
      // Everything below it was acknowledged by the destination.
      .addColumn('next_index', 'bigint', (column) => column.notNull())
      // End of the batch that is on its way, so that a repeat is the same batch; null when none is.
      .addColumn('sending_to', 'bigint')
      // Entries that were pruned before they could be sent.
      .addColumn('skipped', 'bigint', (column) => column.notNull())
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('last_sent_at', 'bigint')
      .addColumn('last_error', 'text')
      .addColumn('last_error_at', 'bigint')
      .addPrimaryKeyConstraint('audit_egress_key', ['destination', 'log'])
      .execute();
  },
};
