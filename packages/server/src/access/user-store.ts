import type { RoleName } from '@custos/contract';
import type { AccessDb, AccessTables, Slice } from './tables.ts';

export interface StoredUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: RoleName;
  /** PHC string; null for a person who does not sign in by password. */
  readonly passwordHash: string | null;
  /** True for a password that somebody else chose. */
  readonly passwordTemporary: boolean;
  readonly disabled: boolean;
  readonly createdAt: number;
  readonly lastSignInAt: number | null;
  /** Since when they have the role, ms. */
  readonly roleSince: number;
}

const userOf = (row: AccessTables['access_user']): StoredUser => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role as RoleName,
  passwordHash: row.password_hash,
  passwordTemporary: row.password_temporary === 1,
  disabled: row.disabled === 1,
  createdAt: row.created_at,
  lastSignInAt: row.last_sign_in_at,
  roleSince: row.role_since,
});

export function userStore(db: AccessDb) {
  const users = db.selectFrom('access_user').selectAll();
  const change = (id: string, values: Partial<AccessTables['access_user']>) =>
    db.updateTable('access_user').set(values).where('id', '=', id).execute();

  return {
    async hasUsers(): Promise<boolean> {
      return (await db.selectFrom('access_user').select('id').limit(1).executeTakeFirst()) !== undefined;
    },

    async addUser(user: StoredUser): Promise<void> {
      await db
        .insertInto('access_user')
        .values({
          id: user.id,
          email: user.email,
          name: user.name,
          role: user.role,
          password_hash: user.passwordHash,
          password_temporary: user.passwordTemporary ? 1 : 0,
          disabled: user.disabled ? 1 : 0,
          created_at: user.createdAt,
          last_sign_in_at: user.lastSignInAt,
          role_since: user.roleSince,
          teams: '[]',
        })
        .execute();
    },

    async user(id: string): Promise<StoredUser | undefined> {
      const row = await users.where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : userOf(row);
    },

    async userByEmail(email: string): Promise<StoredUser | undefined> {
      const row = await users.where('email', '=', email).executeTakeFirst();
      return row === undefined ? undefined : userOf(row);
    },

    async users({ after, limit }: Slice): Promise<StoredUser[]> {
      return (await users.where('id', '>', after).orderBy('id').limit(limit).execute()).map(userOf);
    },

    /** True when somebody else than `id` has the role and may sign in. */
    async hasOtherEnabled(role: RoleName, id: string): Promise<boolean> {
      const row = await db
        .selectFrom('access_user')
        .select('id')
        .where('role', '=', role)
        .where('disabled', '=', 0)
        .where('id', '!=', id)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async changeUser(
      id: string,
      to: Pick<StoredUser, 'name' | 'role' | 'disabled' | 'roleSince'>,
    ): Promise<void> {
      await change(id, {
        name: to.name,
        role: to.role,
        disabled: to.disabled ? 1 : 0,
        role_since: to.roleSince,
      });
    },

    /** For users of a time before this was kept: they have had their role since `at`, as far as rules go. */
    async fillRoleSince(at: number): Promise<void> {
      await db.updateTable('access_user').set({ role_since: at }).where('role_since', '=', 0).execute();
    },

    /** Holds a user's row until the transaction ends: what is read after this stays true. */
    async lockUser(id: string): Promise<void> {
      await db
        .updateTable('access_user')
        .set((column) => ({ name: column.ref('name') }))
        .where('id', '=', id)
        .execute();
    },

    /** Keeps the password that the person has chosen. */
    async choosePassword(id: string, passwordHash: string): Promise<void> {
      await change(id, { password_hash: passwordHash, password_temporary: 0 });
    },

    /** Keeps the same password, hashed anew. */
    async renewPasswordHash(id: string, passwordHash: string): Promise<void> {
      await change(id, { password_hash: passwordHash });
    },

    async noteSignIn(id: string, at: number): Promise<void> {
      await change(id, { last_sign_in_at: at });
    },
  };
}
