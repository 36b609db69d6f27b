import { newId } from '../../../base/ids.ts';
import type { Migration } from '../migrate.ts';

type Tables = {
  access_token: {
    id: string;
    user_id: string;
    addresses: string;
    created_at: number;
    revoked_at: number | null;
  };
  access_address_rule: {
    id: string;
    scope: string;
    subject: string;
    range: string;
    note: string;
    created_by: string;
    created_at: number;
  };
};

/** The addresses of a token are address rules and nothing beside them. */
export const tokenAddressesMigration: Migration = {
  id: '0032-token-addresses',
  async up(handle) {
    const db = handle.withTables<Tables>();
    const tokens = await db
      .selectFrom('access_token')
      .select(['id', 'user_id', 'addresses', 'created_at'])
      .where('revoked_at', 'is', null)
      .where('addresses', '!=', '[]')
      .execute();
    for (const { id, user_id, addresses, created_at } of tokens) {
      for (const range of new Set(JSON.parse(addresses) as string[])) {
        const rule = { id: newId('adr', created_at), scope: 'token', subject: id, range };
        await db
          .insertInto('access_address_rule')
          .values({ ...rule, note: '', created_by: user_id, created_at })
          .onConflict((conflict) => conflict.columns(['scope', 'subject', 'range']).doNothing())
          .execute();
      }
    }
    await db.schema.alterTable('access_token').dropColumn('addresses').execute();
  },
};
