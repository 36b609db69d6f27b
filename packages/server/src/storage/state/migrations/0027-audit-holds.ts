import type { Migration } from '../migrate.ts';

/** Legal holds, and what retention has taken away or is about to. */
export const auditHoldsMigration: Migration = {
  id: '0027-audit-holds',
  async up(db) {
    await db.schema
      .createTable('audit_hold')
      .addColumn('id', 'text', (column) => column.primaryKey())
      // Names as JSON; null is every log.
      .addColumn('logs', 'text')
      .addColumn('from_time', 'bigint')
      .addColumn('to_time', 'bigint')
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('placed_by', 'text', (column) => column.notNull())
      .addColumn('placed_at', 'bigint', (column) => column.notNull())
      .addColumn('released_by', 'text')
      .addColumn('released_at', 'bigint')
      .execute();

    await db.schema
      .createTable('audit_prune')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('log', 'text', (column) => column.notNull())
      .addColumn('from_index', 'bigint', (column) => column.notNull())
      .addColumn('to_index', 'bigint', (column) => column.notNull())
      .addColumn('oldest_at', 'bigint', (column) => column.notNull())
      .addColumn('newest_at', 'bigint', (column) => column.notNull())
      // `planned`: nothing is gone yet; `pruning`: something may be; `done`.
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('archive', 'text')
      .addColumn('archive_bytes', 'bigint')
      .addColumn('log_bytes', 'bigint')
      .addColumn('vault_fields', 'bigint')
      .addColumn('index_bytes', 'bigint')
      .addColumn('planned_at', 'bigint', (column) => column.notNull())
      .addColumn('done_at', 'bigint')
      .execute();
    await db.schema.createIndex('audit_prune_by_log').on('audit_prune').columns(['log', 'state']).execute();
  },
};
