import type { Migration } from '../migrate.ts';

/** Custom roles and teams, fresh proofs, two-person approval, address rules and access reviews. */
export const decidingMigration: Migration = {
  id: '0031-deciding',
  async up(db) {
    // Permissions that reach only a part of the objects, as JSON: {"investigation.modify":"own"}.
    await db.schema
      .alterTable('access_role')
      .addColumn('reach', 'text', (column) => column.notNull().defaultTo('{}'))
      .execute();
    await db.schema
      .alterTable('access_user')
      .addColumn('teams', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();

    await db.schema
      .createTable('access_policy')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('access_approval')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('method', 'text', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      // The body without its secrets, for people to read. The body itself is sealed among the secrets.
      .addColumn('body', 'text')
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('permission', 'text', (column) => column.notNull())
      .addColumn('requested_by', 'text', (column) => column.notNull())
      .addColumn('requested_name', 'text', (column) => column.notNull())
      // The API token that asked; null for a person. Once it is revoked, nothing is executed in its name.
      .addColumn('requested_with', 'text')
      .addColumn('requested_from', 'text', (column) => column.notNull())
      .addColumn('requested_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('decided_by', 'text')
      .addColumn('decided_name', 'text')
      .addColumn('decided_at', 'bigint')
      .addColumn('note', 'text')
      .addColumn('executed_at', 'bigint')
      .addColumn('status', 'integer')
      // `digest` and requester while the request is open, so that asking twice makes one request.
      .addColumn('open_key', 'text', (column) => column.unique())
      .execute();
    await db.schema
      .createIndex('access_approval_state')
      .on('access_approval')
      .columns(['state', 'id'])
      .execute();

    await db.schema
      .createTable('access_address_rule')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('scope', 'text', (column) => column.notNull())
      // Empty for the installation.
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('range', 'text', (column) => column.notNull())
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('access_address_rule_once', ['scope', 'subject', 'range'])
      .execute();

    await db.schema
      .createTable('access_review')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('period', 'text', (column) => column.notNull().unique())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('started_by', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('signed_by', 'text')
      .addColumn('signed_at', 'bigint')
      .addColumn('digest', 'text')
      .addColumn('document', 'text')
      .execute();

    await db.schema
      .createTable('access_review_line')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('review', 'text', (column) =>
        column.notNull().references('access_review.id').onDelete('cascade'),
      )
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      // Whose line it is: the user, or the owner of the token.
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('permissions', 'text', (column) => column.notNull())
      .addColumn('teams', 'text', (column) => column.notNull())
      .addColumn('disabled', 'integer', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint')
      .addColumn('decision', 'text')
      .addColumn('note', 'text')
      .addColumn('decided_by', 'text')
      .addColumn('decided_at', 'bigint')
      .execute();
    await db.schema
      .createIndex('access_review_line_review')
      .on('access_review_line')
      .columns(['review', 'id'])
      .execute();
  },
};
