import type { Page, SessionView } from '@custos/contract';
import { invalidInput, notFound } from '../base/errors.ts';
import { tooManyFailures } from './errors.ts';
import { pageById, type PageRequest } from './id-page.ts';
import { notices } from './notices.ts';
import { ownSession } from './own-session.ts';
import type { AccessParts } from './parts.ts';
import { endOf, idleLimit } from './session-rules.ts';
import type { Attempt, SignInGuard } from './sign-in-guard.ts';
import { startSession, tellPushedOut } from './start-session.ts';
import { accessStore } from './store.ts';
import type { CallContext, Identity, SignedIn } from './types.ts';

export interface PasswordChange {
  /** The present password: a session left open is not enough to take over the account. */
  readonly current: string;
  readonly password: string;
}

/** What people do with their own sessions and password. A program with a token is refused. */
export function createSessions(parts: AccessParts, guard: SignInGuard) {
  const { state, clock, hasher, checkPassword, limits, reads, writes, announceEnd } = parts;

  /** Guesses during a session count against that session: who holds it is not a stranger. */
  const attemptOf = (identity: Identity, { address }: CallContext): Attempt => ({
    email: identity.email,
    address,
    known: `session:${ownSession(identity)}`,
  });

  async function prove(identity: Identity, current: string, context: CallContext): Promise<string | null> {
    const attempt = attemptOf(identity, context);
    const admission = await guard.admit(attempt);
    if (admission.state !== 'open') throw tooManyFailures(admission.waitMs);
    const user = await reads.user(identity.userId);
    try {
      const stored = user?.passwordHash ?? null;
      if ((await hasher.verify(current, stored)).matches) return stored;
    } catch (error) {
      await guard.withdrawn(attempt);
      throw error;
    }
    throw invalidInput([{ field: 'current', message: 'is not your present password' }]);
  }

  return {
    async list(identity: Identity, page: PageRequest): Promise<Page<SessionView>> {
      const present = ownSession(identity);
      const now = clock.now();
      const idleMs = idleLimit(identity.permissions, limits);
      return pageById(
        page,
        (slice) => reads.sessionsOf(identity.userId, { ...slice, now, idleSince: now - idleMs }),
        (session) => ({ ...session, expiresAt: endOf(session, idleMs), current: session.id === present }),
      );
    },

    /** Ends one of the caller's sessions; another person's is `not_found`. */
    async end(identity: Identity, id: string): Promise<void> {
      ownSession(identity);
      if (!(await writes.endSession(identity.userId, id))) throw notFound('session', id);
      announceEnd({ sessionId: id });
    },

    /** Ends every session of the caller but the present one. */
    async endOthers(identity: Identity): Promise<void> {
      const kept = ownSession(identity);
      for (const sessionId of await writes.endOtherSessions(identity.userId, kept))
        announceEnd({ sessionId });
    },

    /** Ends the present session. */
    async signOut(identity: Identity): Promise<void> {
      const sessionId = ownSession(identity);
      await writes.endSession(identity.userId, sessionId);
      announceEnd({ sessionId });
    },

    /**
     * Gives the caller another password. Every session ends, the present one too, and a new one starts
     * (OWASP ASVS 5.0, 7.2.4 and 7.4.3). A wrong present password counts as a failed sign-in.
     */
    async changePassword(
      identity: Identity,
      change: PasswordChange,
      context: CallContext,
    ): Promise<SignedIn> {
      ownSession(identity);
      const faults = await checkPassword(change.password, identity);
      if (change.password === change.current) {
        faults.push({ field: 'password', message: 'must differ from the present password' });
      }
      if (faults.length > 0) throw invalidInput(faults);
      const proven = await prove(identity, change.current, context);
      const passwordHash = await hasher.hash(change.password);

      const signedIn = await state.transaction(async (tx) => {
        const store = accessStore(tx);
        const now = clock.now();
        await store.lockUser(identity.userId);
        const user = await store.user(identity.userId);
        const role = user === undefined ? undefined : await store.role(user.role);
        if (user === undefined || role === undefined || user.disabled || user.passwordHash !== proven) {
          throw invalidInput([{ field: 'current', message: 'is not your present password' }]);
        }
        await store.choosePassword(user.id, passwordHash);
        await store.endSessionsOf(user.id);
        await store.dropTicketsOf(user.id);
        await guard.succeeded(store, attemptOf(identity, context));
        return startSession(
          store,
          {
            user,
            permissions: role.permissions,
            caller: context,
            method: 'password',
            // What this session proved still stands; the new one takes it over.
            secondFactor: (identity.secondFactorAt ?? null) !== null,
            now,
          },
          parts,
        );
      });
      announceEnd({ userId: identity.userId });
      tellPushedOut(signedIn, parts);
      parts.tell(signedIn.person, notices.passwordChanged(context));
      return { token: signedIn.token, identity: signedIn.identity };
    },
  };
}
