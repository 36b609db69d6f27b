import type { AccessDb } from '../tables.ts';

export type LinkKind = 'invitation' | 'reset';

export interface StoredLink {
  readonly kind: LinkKind;
  readonly userId: string;
  readonly expiresAt: number;
}

/** Links that were sent to people and not used yet. */
export function linkStore(db: AccessDb) {
  return {
    /** Puts a link in place of every earlier one of the same person: only the newest works. */
    async putLink(link: StoredLink & { readonly tokenHash: string }): Promise<void> {
      await db.deleteFrom('access_link').where('user_id', '=', link.userId).execute();
      await db
        .insertInto('access_link')
        .values({
          token_hash: link.tokenHash,
          kind: link.kind,
          user_id: link.userId,
          expires_at: link.expiresAt,
        })
        .execute();
    },

    async link(tokenHash: string, now: number): Promise<StoredLink | undefined> {
      const row = await db
        .selectFrom('access_link')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return { kind: row.kind as LinkKind, userId: row.user_id, expiresAt: row.expires_at };
    },

    /** Uses a link up; of any number of requests with one link, one gets true. */
    async takeLink(tokenHash: string, now: number): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_link')
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async dropLinksOf(userId: string): Promise<void> {
      await db.deleteFrom('access_link').where('user_id', '=', userId).execute();
    },

    async dropExpiredLinks(now: number): Promise<void> {
      await db.deleteFrom('access_link').where('expires_at', '<=', now).execute();
    },
  };
}
