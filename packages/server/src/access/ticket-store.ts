import type { AccessDb } from './tables.ts';

/** What a ticket is good for; one of another kind is unknown. */
export type TicketKind = 'second-factor' | 'passkey' | 'passkey-add' | 'step-up' | 'provider';

export interface StoredTicket {
  readonly userId: string | null;
  /** JSON, by kind: challenges, verifiers and the like. */
  readonly data: unknown;
  readonly tries: number;
  readonly expiresAt: number;
}

/** Secrets that join the requests of one ceremony; each lives for minutes and works once. */
export function ticketStore(db: AccessDb) {
  return {
    async addTicket(
      kind: TicketKind,
      ticket: Omit<StoredTicket, 'tries'> & { readonly tokenHash: string },
    ): Promise<void> {
      await db
        .insertInto('access_ticket')
        .values({
          token_hash: ticket.tokenHash,
          kind,
          user_id: ticket.userId,
          data: JSON.stringify(ticket.data),
          tries: 0,
          expires_at: ticket.expiresAt,
        })
        .execute();
    },

    async ticket(kind: TicketKind, tokenHash: string, now: number): Promise<StoredTicket | undefined> {
      const row = await db
        .selectFrom('access_ticket')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .where('kind', '=', kind)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { user_id: userId, tries, expires_at: expiresAt } = row;
      return { userId, tries, expiresAt, data: JSON.parse(row.data) as unknown };
    },

    /** Uses a ticket up; of any number of requests with one ticket, one gets true. */
    async takeTicket(kind: TicketKind, tokenHash: string, now: number): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('access_ticket')
        .where('token_hash', '=', tokenHash)
        .where('kind', '=', kind)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    /** Counts a try with a ticket; false when it has had `most` or is gone. */
    async countTicketTry(tokenHash: string, most: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_ticket')
        .set((row) => ({ tries: row('tries', '+', 1) }))
        .where('token_hash', '=', tokenHash)
        .where('tries', '<', most)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async dropTicketsOf(userId: string): Promise<void> {
      await db.deleteFrom('access_ticket').where('user_id', '=', userId).execute();
    },

    async dropExpiredTickets(now: number): Promise<void> {
      await db.deleteFrom('access_ticket').where('expires_at', '<=', now).execute();
    },
  };
}
