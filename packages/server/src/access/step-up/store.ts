import type { StateDb } from '../../storage/state/state.ts';
import type { AccessTables } from '../tables.ts';
import type { Proofs } from './types.ts';

/**
 * Reads proofs from the rows of sessions. For a person with a second factor only that one counts; for
 * others the sign-in or the password, whichever came last.
 */
export function proofStore(handle: StateDb): Proofs {
  const db = handle.withTables<AccessTables>();

  async function hasSecondFactor(userId: string): Promise<boolean> {
    const totp = await db
      .selectFrom('access_totp')
      .select('user_id')
      .where('user_id', '=', userId)
      .where('confirmed_at', 'is not', null)
      .executeTakeFirst();
    if (totp !== undefined) return true;
    const passkey = await db
      .selectFrom('access_passkey')
      .select('id')
      .where('user_id', '=', userId)
      .limit(1)
      .executeTakeFirst();
    return passkey !== undefined;
  }

  return {
    async confirmedAt(sessionId) {
      const session = await db
        .selectFrom('access_session')
        .select(['user_id', 'created_at', 'authenticated_at', 'second_factor_at'])
        .where('id', '=', sessionId)
        .executeTakeFirst();
      if (session === undefined) return null;
      if (await hasSecondFactor(session.user_id)) return session.second_factor_at;
      return Math.max(session.created_at, session.authenticated_at, session.second_factor_at ?? 0);
    },
  };
}
