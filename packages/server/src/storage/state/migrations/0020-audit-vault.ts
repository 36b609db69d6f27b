import type { Migration } from '../migrate.ts';

/** Sensitive fields of audit events, sealed under a key per subject, and the batches that were taken in. */
export const auditVaultMigration: Migration = {
  id: '0020-audit-vault',
  async up(db) {
    await db.schema
      .createTable('audit_subject')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('lookup', 'text', (column) => column.notNull())
      // 0, unless two nodes with different installation keys made a key for one subject.
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('sealed_key', 'text', (column) => column.notNull())
      .addColumn('sealed_subject', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('audit_subject_lookup', ['lookup', 'place'])
      .execute();
    await db.schema.createIndex('audit_subject_by_key').on('audit_subject').column('key_id').execute();

    await db.schema
      .createTable('audit_vault_field')
      .addColumn('event_id', 'text', (column) => column.notNull())
      .addColumn('field', 'text', (column) => column.notNull())
      .addColumn('subject_id', 'text', (column) => column.notNull().references('audit_subject.id'))
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('audit_vault_field_key', ['event_id', 'field'])
      .execute();
    await db.schema
      .createIndex('audit_vault_field_by_subject')
      .on('audit_vault_field')
      .column('subject_id')
      .execute();

    await db.schema
      .createTable('audit_batch')
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('idempotency_key', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('results', 'text', (column) => column.notNull())
      .addColumn('settled', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('audit_batch_key', ['source', 'idempotency_key'])
      .execute();
    await db.schema.createIndex('audit_batch_age').on('audit_batch').column('expires_at').execute();
  },
};
