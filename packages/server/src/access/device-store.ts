import type { AccessDb } from './tables.ts';

export interface KnownDevice {
  readonly id: string;
  readonly device: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

/** Browsers in which somebody has signed in before. */
export function deviceStore(db: AccessDb) {
  return {
    /** The device's id, when the token is one of the user with this address. */
    async knownDevice(tokenHash: string, email: string, now: number): Promise<string | undefined> {
      const row = await db
        .selectFrom('access_device as device')
        .innerJoin('access_user as user', 'user.id', 'device.user_id')
        .select('device.id')
        .where('device.token_hash', '=', tokenHash)
        .where('device.expires_at', '>', now)
        .where('user.email', '=', email)
        .executeTakeFirst();
      return row?.id;
    },

    async devicesOf(userId: string, now: number): Promise<KnownDevice[]> {
      const rows = await db
        .selectFrom('access_device')
        .selectAll()
        .where('user_id', '=', userId)
        .where('expires_at', '>', now)
        .orderBy('id')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        device: row.device,
        createdAt: row.created_at,
        lastUsedAt: row.last_used_at,
      }));
    },

    async addDevice(
      device: KnownDevice & {
        readonly userId: string;
        readonly tokenHash: string;
        readonly expiresAt: number;
      },
    ): Promise<void> {
      await db
        .insertInto('access_device')
        .values({
          id: device.id,
          token_hash: device.tokenHash,
          user_id: device.userId,
          device: device.device,
          created_at: device.createdAt,
          last_used_at: device.lastUsedAt,
          expires_at: device.expiresAt,
        })
        .execute();
    },

    /** Notes a sign-in from a device of this user and lengthens its life; false when it is not one. */
    async renewDevice(
      { tokenHash, userId }: { readonly tokenHash: string; readonly userId: string },
      now: number,
      expiresAt: number,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_device')
        .set({ last_used_at: now, expires_at: expiresAt })
        .where('token_hash', '=', tokenHash)
        .where('user_id', '=', userId)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** Keeps the `most` devices that were used last. */
    async keepNewestDevices(userId: string, most: number): Promise<void> {
      const newest = db
        .selectFrom('access_device')
        .select('id')
        .where('user_id', '=', userId)
        .orderBy('last_used_at', 'desc')
        .orderBy('id', 'desc')
        .limit(most);
      await db
        .deleteFrom('access_device')
        .where('user_id', '=', userId)
        .where('id', 'not in', newest)
        .execute();
    },

    async forgetDevices(userId: string): Promise<void> {
      await db.deleteFrom('access_device').where('user_id', '=', userId).execute();
    },

    async dropExpiredDevices(now: number): Promise<void> {
      await db.deleteFrom('access_device').where('expires_at', '<=', now).execute();
    },
  };
}
