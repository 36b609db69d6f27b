import { CustosError } from '../../base/errors.ts';
import type { StateTx } from '../../storage/state/state.ts';
import { ownSession, requireFresh } from '../own-session.ts';
import type { AccessParts, AccessStore } from '../parts.ts';
import { hashToken, makeToken } from '../secret-tokens.ts';
import { sessionIdentity } from '../session-identity.ts';
import type { Identity, SignedIn } from '../types.ts';
import type { StoredUser } from '../user-store.ts';

export interface Renewal<T> {
  /** The act, with the user held; what it throws undoes everything. */
  work(at: { store: AccessStore; tx: StateTx; user: StoredUser; now: number }): Promise<T>;
  /** What the act proves: nothing new, that it is the person, or that and a second factor. */
  readonly proves: 'nothing' | 'person' | 'second-factor';
  /** False for the proof itself, which cannot ask for a fresh one. */
  readonly needsFresh: boolean;
  /** True when other sessions of the person end with it (OWASP ASVS 5.0, 7.4.3). */
  readonly endsOthers: boolean;
}

/**
 * Runs an act that changes how an account is entered: with the user held, and with another token for the
 * present session afterwards (OWASP ASVS 5.0, 7.2.4).
 */
export async function renewWith<T>(
  parts: AccessParts,
  identity: Identity,
  { work, proves, needsFresh, endsOthers }: Renewal<T>,
): Promise<SignedIn & { readonly result: T }> {
  const sessionId = ownSession(identity);
  const token = makeToken();
  const done = await parts.state.transaction(async (tx) => {
    const store = parts.store(tx);
    const now = parts.clock.now();
    await store.lockUser(identity.userId);
    const user = await store.user(identity.userId);
    const session = await store.sessionBearerById(sessionId);
    if (user === undefined || session === undefined || user.disabled) {
      throw new CustosError('unauthenticated', 'Your session has ended. Sign in again.', { status: 401 });
    }
    if (needsFresh) requireFresh(session, now);
    const result = await work({ store, tx, user, now });
    const others = endsOthers ? await store.endOtherSessions(user.id, sessionId) : [];
    const next = {
      tokenHash: hashToken(token),
      authenticatedAt: proves === 'nothing' ? session.authenticatedAt : now,
      secondFactorAt: proves === 'second-factor' ? now : session.secondFactorAt,
    };
    await store.renewSession(session, next);
    const renewed = await store.sessionBearerById(sessionId);
    if (renewed === undefined) throw new Error('a session that was just renewed is not there');
    return { result, others, identity: sessionIdentity(renewed, { now, graceMs: parts.graceMs }) };
  });
  for (const ended of done.others) parts.announceEnd({ sessionId: ended });
  return { token, identity: done.identity, result: done.result };
}
