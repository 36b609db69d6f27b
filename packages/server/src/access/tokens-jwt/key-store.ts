import type { AccessDb } from '../tables.ts';

export interface PublishedKey {
  readonly kid: string;
  /** RFC 7517, public half only. */
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  /** Since when it signs nothing any more; null for the one that signs. */
  readonly retiredAt: number | null;
}

/** The public halves of the keys that sign; the private halves are sealed among the secrets. */
export function jwtKeyStore(db: AccessDb) {
  return {
    /** Newest first. */
    async jwtKeys(): Promise<PublishedKey[]> {
      const rows = await db
        .selectFrom('access_jwt_key')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('kid', 'desc')
        .execute();
      return rows.map((row) => ({
        kid: row.kid,
        publicJwk: JSON.parse(row.public_jwk) as Record<string, unknown>,
        createdAt: row.created_at,
        retiredAt: row.retired_at,
      }));
    },

    async addJwtKey(key: Omit<PublishedKey, 'retiredAt'>): Promise<void> {
      await db
        .insertInto('access_jwt_key')
        .values({
          kid: key.kid,
          public_jwk: JSON.stringify(key.publicJwk),
          created_at: key.createdAt,
          retired_at: null,
        })
        .execute();
    },

    async retireJwtKeys(kept: string, at: number): Promise<void> {
      await db
        .updateTable('access_jwt_key')
        .set({ retired_at: at })
        .where('kid', '!=', kept)
        .where('retired_at', 'is', null)
        .execute();
    },

    async dropJwtKey(kid: string): Promise<void> {
      await db.deleteFrom('access_jwt_key').where('kid', '=', kid).execute();
    },
  };
}
