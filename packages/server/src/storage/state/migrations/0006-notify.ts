import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Channels, the outbox with every notification ever made, and every attempt to deliver one. */
export const notifyMigration: Migration = {
  id: '0006-notify',
  async up(db) {
    await db.schema
      .createTable('channel')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('options', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull())
      .addColumn('is_default', 'integer', (column) => column.notNull())
      .addColumn('minimum_severity', 'text', (column) => column.notNull())
      .addColumn('send_resolved', 'integer', (column) => column.notNull())
      .addColumn('fallback_channel_id', 'text')
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('last_delivered_at', 'bigint')
      .addColumn('last_error', 'text')
      .execute();

    await db.schema
      .createTable('notification')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('idempotency_key', 'text', (column) => column.notNull().unique())
      .addColumn('alert_id', 'text')
      .addColumn('step', 'text', (column) => column.notNull())
      .addColumn('channel_id', 'text', (column) => column.notNull())
      .addColumn('channel_name', 'text', (column) => column.notNull())
      .addColumn('channel_kind', 'text', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('message', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('first_attempt_at', 'bigint')
      .addColumn('next_attempt_at', 'bigint')
      .addColumn('lease_owner', 'text')
      .addColumn('lease_until', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('fence', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('progress', 'text')
      .addColumn('fallback_of', 'text')
      .addColumn('failed_over_to', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('settled_at', 'bigint')
      .addColumn('latency_ms', 'bigint')
      .addColumn('last_error', 'text')
      .execute();
    await sql`create index notification_due on notification (next_attempt_at) where state = 'pending'`.execute(
      db,
    );
    await sql`create index notification_due_by_channel on notification (channel_id, next_attempt_at)
      where state = 'pending'`.execute(db);
    await sql`create index notification_order on notification (alert_id, channel_id, position)`.execute(db);
    await sql`create index notification_channel on notification (channel_id, id)`.execute(db);
    await sql`create index notification_created on notification (created_at)`.execute(db);

    await db.schema
      .createTable('notification_attempt')
      .addColumn('notification_id', 'text', (column) => column.notNull().references('notification.id'))
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('node', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('latency_ms', 'bigint', (column) => column.notNull())
      .addColumn('answer', 'text', (column) => column.notNull())
      .addColumn('provider_id', 'text')
      .addColumn('error', 'text')
      .addPrimaryKeyConstraint('notification_attempt_key', ['notification_id', 'number'])
      .execute();
  },
};
