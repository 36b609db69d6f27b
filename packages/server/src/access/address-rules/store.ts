import type { AddressScope } from '@custos/contract';
import type { StateDb } from '../../storage/state/state.ts';
import type { AccessTables } from '../tables.ts';
import type { StoredAddressRule } from './types.ts';

const ruleOf = (row: AccessTables['access_address_rule']): StoredAddressRule => ({
  id: row.id,
  scope: row.scope as AddressScope,
  subject: row.subject,
  range: row.range,
  note: row.note,
  createdBy: row.created_by,
  createdAt: row.created_at,
});

export function addressRuleStore(handle: StateDb) {
  const db = handle.withTables<AccessTables>();
  return {
    async all(): Promise<StoredAddressRule[]> {
      return (await db.selectFrom('access_address_rule').selectAll().orderBy('id').execute()).map(ruleOf);
    },

    async add(rule: StoredAddressRule): Promise<void> {
      await db
        .insertInto('access_address_rule')
        .values({
          id: rule.id,
          scope: rule.scope,
          subject: rule.subject,
          range: rule.range,
          note: rule.note,
          created_by: rule.createdBy,
          created_at: rule.createdAt,
        })
        .execute();
    },

    async count(): Promise<number> {
      const { count } = await db
        .selectFrom('access_address_rule')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async remove(id: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_address_rule')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    /** Removes the rules of the installation and of roles, which are those that can keep people out. */
    async clear(): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('access_address_rule')
        .where('scope', '!=', 'token')
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },

    /** True when there is a role of this name, or a token of this id that is not revoked. */
    async hasSubject(scope: 'role' | 'token', subject: string): Promise<boolean> {
      const row =
        scope === 'role'
          ? await db.selectFrom('access_role').select('name').where('name', '=', subject).executeTakeFirst()
          : await db
              .selectFrom('access_token')
              .select('id')
              .where('id', '=', subject)
              .where('revoked_at', 'is', null)
              .executeTakeFirst();
      return row !== undefined;
    },
  };
}
