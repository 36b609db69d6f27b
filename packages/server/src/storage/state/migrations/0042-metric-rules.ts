import type { Migration } from '../migrate.ts';

/** Groups of rules on metrics, and what is active of rules on metrics and logs. */
export const metricRulesMigration: Migration = {
  id: '0042-metric-rules',
  async up(db) {
    await db.schema
      .createTable('metric_rule_group')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull())
      .addColumn('channel_ids', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('rule_instance')
      .addColumn('rule_id', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('owner_id', 'text', (column) => column.notNull())
      .addColumn('labels', 'text', (column) => column.notNull())
      .addColumn('annotations', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('active_at', 'bigint', (column) => column.notNull())
      .addColumn('fired_at', 'bigint')
      .addColumn('kept_since', 'bigint')
      .addColumn('value', 'double precision')
      .addPrimaryKeyConstraint('rule_instance_key', ['rule_id', 'fingerprint'])
      .execute();
    await db.schema.createIndex('rule_instance_owner').on('rule_instance').column('owner_id').execute();

    await db.schema
      .createTable('rule_evaluation')
      .addColumn('owner_id', 'text', (column) => column.primaryKey())
      .addColumn('evaluated_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
