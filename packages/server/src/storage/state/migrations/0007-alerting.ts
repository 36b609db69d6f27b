import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Rules, alerts and what happened to them. */
export const alertingMigration: Migration = {
  id: '0007-alerting',
  async up(db) {
    await db.schema
      .createTable('alert_rule')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('definition', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('alert')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('rule_id', 'text', (column) => column.notNull())
      .addColumn('rule_name', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('labels', 'text', (column) => column.notNull())
      .addColumn('summary', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('probe_id', 'text', (column) => column.notNull())
      .addColumn('service_id', 'text')
      .addColumn('service_name', 'text')
      .addColumn('channel_ids', 'text', (column) => column.notNull())
      .addColumn('value', 'double precision')
      .addColumn('threshold', 'double precision')
      .addColumn('flapping', 'integer', (column) => column.notNull())
      .addColumn('paged', 'integer', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('fired_at', 'bigint')
      .addColumn('acknowledged_at', 'bigint')
      .addColumn('acknowledged_by', 'text')
      .addColumn('resolved_at', 'bigint')
      .addColumn('fire_due_at', 'bigint')
      .addColumn('resolve_due_at', 'bigint')
      .addColumn('page_due_at', 'bigint')
      .addColumn('acknowledge_hash', 'text')
      .execute();
    // At most one alert of a key is open, whatever two nodes do at the same moment.
    await db.schema
      .createIndex('alert_open_key')
      .on('alert')
      .column('key')
      .unique()
      .where(sql.ref('state'), '!=', 'resolved')
      .execute();
    await db.schema.createIndex('alert_probe').on('alert').columns(['probe_id', 'state']).execute();
    await db.schema.createIndex('alert_key_fired').on('alert').columns(['key', 'fired_at']).execute();
    await db.schema.createIndex('alert_acknowledge').on('alert').column('acknowledge_hash').execute();

    await db.schema
      .createTable('alert_event')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('alert_id', 'text', (column) => column.notNull().references('alert.id').onDelete('cascade'))
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('actor', 'text')
      .addColumn('note', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('alert_event_alert').on('alert_event').columns(['alert_id', 'id']).execute();
  },
};
