import type { Permission, ReachScope, RoleName } from '@custos/contract';
import type { BuiltInRole } from './roles.ts';
import { readPermissions } from './stored-permissions.ts';
import { readReach } from './stored-reach.ts';
import type { AccessDb, AccessTables } from './tables.ts';

export interface StoredRole {
  readonly name: RoleName;
  readonly title: string;
  readonly description: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly builtIn: boolean;
  /** Permissions that reach only a part of the objects. */
  readonly reach: ReadonlyMap<Permission, ReachScope>;
}

const roleOf = (row: AccessTables['access_role']): StoredRole => ({
  name: row.name as RoleName,
  title: row.title,
  description: row.description,
  permissions: readPermissions(row.permissions),
  builtIn: row.built_in === 1,
  reach: readReach(row.reach),
});

export function roleStore(db: AccessDb) {
  return {
    async putBuiltInRoles(roles: readonly BuiltInRole[]): Promise<void> {
      for (const [position, { name, title, description, permissions, reach = {} }] of roles.entries()) {
        const values = {
          title,
          description,
          position,
          permissions: JSON.stringify(permissions),
          reach: JSON.stringify(reach),
        };
        await db
          .insertInto('access_role')
          .values({ name, built_in: 1, ...values })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ built_in: 1, ...values }))
          .execute();
      }
    },

    async roles(): Promise<StoredRole[]> {
      return (await db.selectFrom('access_role').selectAll().orderBy('position').execute()).map(roleOf);
    },

    async role(name: string): Promise<StoredRole | undefined> {
      const row = await db.selectFrom('access_role').selectAll().where('name', '=', name).executeTakeFirst();
      return row === undefined ? undefined : roleOf(row);
    },

    /** Makes changes to users on every node wait for each other until the transaction ends. */
    async lockUsers(role: RoleName): Promise<void> {
      await db
        .updateTable('access_role')
        .set((column) => ({ position: column.ref('position') }))
        .where('name', '=', role)
        .execute();
    },
  };
}
