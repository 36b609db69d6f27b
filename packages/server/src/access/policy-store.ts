import type { StateDb } from '../storage/state/state.ts';

type PolicyTables = { access_policy: { name: string; value: string; updated_at: number } };

/** What an installation has decided for itself, by name; what is not there is the default. */
export function policyStore(handle: StateDb) {
  const db = handle.withTables<PolicyTables>();
  return {
    async policy(name: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('access_policy')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.value;
    },

    async policies(prefix: string): Promise<ReadonlyMap<string, string>> {
      const rows = await db
        .selectFrom('access_policy')
        .select(['name', 'value'])
        .where('name', 'like', `${prefix}%`)
        .execute();
      return new Map(rows.map(({ name, value }) => [name.slice(prefix.length), value]));
    },

    async putPolicy(name: string, value: string, at: number): Promise<void> {
      await db
        .insertInto('access_policy')
        .values({ name, value, updated_at: at })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, updated_at: at }))
        .execute();
    },
  };
}
