import type { Migration } from '../migrate.ts';

/**
 * Second factors, tickets of sign-ins under way, known devices, links for invitations and resets, outside
 * identities, keys of JSON web tokens, and what is counted against sprays. Secrets are hashes here; the
 * seeds of authenticators and private keys are in the table of secrets.
 */
export const signInMigration: Migration = {
  id: '0030-sign-in',
  async up(db) {
    // 0 until the program starts the next time, which writes the time of that start.
    await db.schema
      .alterTable('access_user')
      .addColumn('role_since', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();

    // 1 for a password that somebody else chose; nothing is possible but to choose another one.
    await db.schema.alterTable('access_user').addColumn('password_temporary', 'integer').execute();

    // Null while nobody has decided it: then it follows from the permissions.
    await db.schema.alterTable('access_role').addColumn('second_factor', 'integer').execute();
    await db.schema.alterTable('access_role').addColumn('second_factor_since', 'bigint').execute();

    await db.schema
      .alterTable('access_session')
      .addColumn('method', 'text', (column) => column.notNull().defaultTo('password'))
      .execute();
    await db.schema
      .alterTable('access_session')
      .addColumn('authenticated_at', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('access_session').addColumn('second_factor_at', 'bigint').execute();

    await db.schema
      .alterTable('access_token')
      .addColumn('addresses', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();

    await db.schema
      .createTable('access_totp')
      .addColumn('user_id', 'text', (column) =>
        column.primaryKey().references('access_user.id').onDelete('cascade'),
      )
      // Null until the first code has been shown to be right.
      .addColumn('confirmed_at', 'bigint')
      .addColumn('begun_at', 'bigint', (column) => column.notNull())
      .addColumn('last_step', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('access_passkey')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('access_user.id').onDelete('cascade'),
      )
      .addColumn('credential_id', 'text', (column) => column.notNull().unique())
      .addColumn('public_key', 'text', (column) => column.notNull())
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .addColumn('transports', 'text', (column) => column.notNull())
      .addColumn('rp_id', 'text', (column) => column.notNull())
      .addColumn('backed_up', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint')
      .execute();
    await db.schema.createIndex('access_passkey_user').on('access_passkey').column('user_id').execute();

    await db.schema
      .createTable('access_recovery_code')
      .addColumn('code_hash', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('access_user.id').onDelete('cascade'),
      )
      .addColumn('used_at', 'bigint')
      .execute();
    await db.schema
      .createIndex('access_recovery_code_user')
      .on('access_recovery_code')
      .column('user_id')
      .execute();

    await db.schema
      .createTable('access_ticket')
      .addColumn('token_hash', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.references('access_user.id').onDelete('cascade'))
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('access_ticket_expiry').on('access_ticket').column('expires_at').execute();
    await db.schema.createIndex('access_ticket_user').on('access_ticket').column('user_id').execute();

    await db.schema
      .createTable('access_device')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('access_user.id').onDelete('cascade'),
      )
      .addColumn('device', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('access_device_user').on('access_device').column('user_id').execute();

    await db.schema
      .createTable('access_link')
      .addColumn('token_hash', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('access_user.id').onDelete('cascade'),
      )
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('access_link_user').on('access_link').column('user_id').execute();

    await db.schema
      .createTable('access_external')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('access_user.id').onDelete('cascade'),
      )
      .addColumn('linked_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('access_external_key', ['provider', 'subject'])
      .execute();
    await db.schema.createIndex('access_external_user').on('access_external').column('user_id').execute();

    await db.schema
      .createTable('access_jwt_key')
      .addColumn('kid', 'text', (column) => column.primaryKey())
      .addColumn('public_jwk', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('retired_at', 'bigint')
      .execute();

    await db.schema
      .createTable('access_spray')
      .addColumn('network', 'text', (column) => column.notNull())
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('last_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('access_spray_key', ['network', 'account'])
      .execute();
    await db.schema.createIndex('access_spray_last').on('access_spray').column('last_at').execute();
  },
};
