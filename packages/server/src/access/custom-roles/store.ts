import type { StateDb } from '../../storage/state/state.ts';
import type { StoredRole } from '../role-store.ts';
import type { AccessTables } from '../tables.ts';

/** Behind every built-in role in lists. */
const customPosition = 1000;

export function customRoleStore(handle: StateDb) {
  const db = handle.withTables<AccessTables>();
  const values = (role: Omit<StoredRole, 'name' | 'builtIn'>) => ({
    title: role.title,
    description: role.description,
    permissions: JSON.stringify([...role.permissions]),
    reach: JSON.stringify(Object.fromEntries(role.reach)),
  });
  return {
    async add(role: Omit<StoredRole, 'builtIn'>): Promise<void> {
      await db
        .insertInto('access_role')
        .values({
          name: role.name,
          built_in: 0,
          position: customPosition,
          second_factor: null,
          second_factor_since: 0,
          ...values(role),
        })
        .execute();
    },

    async change(name: string, role: Omit<StoredRole, 'name' | 'builtIn'>): Promise<void> {
      await db
        .updateTable('access_role')
        .set(values(role))
        .where('name', '=', name)
        .where('built_in', '=', 0)
        .execute();
    },

    async remove(name: string): Promise<void> {
      await db.deleteFrom('access_role').where('name', '=', name).where('built_in', '=', 0).execute();
    },

    async holders(role: string): Promise<string[]> {
      const rows = await db.selectFrom('access_user').select('id').where('role', '=', role).execute();
      return rows.map(({ id }) => id);
    },

    /** Ids of everybody, for what concerns all roles at once. */
    async everybody(): Promise<string[]> {
      return (await db.selectFrom('access_user').select('id').execute()).map(({ id }) => id);
    },

    /** The role and the teams of a user; undefined when there is none of that id. */
    async user(
      id: string,
    ): Promise<{ readonly role: string; readonly teams: readonly string[] } | undefined> {
      const row = await db
        .selectFrom('access_user')
        .select(['role', 'teams'])
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : { role: row.role, teams: JSON.parse(row.teams) as string[] };
    },

    async setTeams(id: string, teams: readonly string[]): Promise<void> {
      await db
        .updateTable('access_user')
        .set({ teams: JSON.stringify(teams) })
        .where('id', '=', id)
        .execute();
    },
  };
}
