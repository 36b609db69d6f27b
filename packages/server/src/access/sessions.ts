import type { Page, SessionView } from '@custos/contract';
import { invalidInput, notFound } from '../base/errors.ts';
import { personsOnly, tooManyFailures } from './errors.ts';
import { isAdministrator } from './grants.ts';
import { pageById, type PageRequest } from './id-page.ts';
import { accountPolicy } from './lockout.ts';
import { passwordFaults } from './password-rules.ts';
import type { AccessParts } from './parts.ts';
import { endOf } from './session-rules.ts';
import type { SignInGuard } from './sign-in-guard.ts';
import { startSession } from './start-session.ts';
import { accessStore } from './store.ts';
import type { CallContext, Identity, SignedIn } from './types.ts';

export interface PasswordChange {
  /** The present password: a session left open is not enough to take over the account. */
  readonly current: string;
  readonly password: string;
}

/** What people do with their own sessions and password. A program with a token is refused. */
export function createSessions(parts: AccessParts, guard: SignInGuard) {
  const { state, clock, hasher, limits, reads, writes, announceEnd } = parts;

  function sessionOf(identity: Identity): string {
    if (identity.kind !== 'user' || identity.sessionId === null) throw personsOnly();
    return identity.sessionId;
  }

  async function prove(identity: Identity, current: string, context: CallContext): Promise<string | null> {
    const attempt = { email: identity.email, address: context.address };
    const admission = await guard.admit(attempt);
    if (admission.state === 'address-locked') throw tooManyFailures(admission.waitMs);
    if (admission.state === 'account-locked') throw tooManyFailures(accountPolicy.firstLockMs);
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
      const present = sessionOf(identity);
      const now = clock.now();
      const idleMs = isAdministrator(identity.permissions) ? limits.administratorIdleMs : limits.idleMs;
      return pageById(
        page,
        (slice) => reads.sessionsOf(identity.userId, { ...slice, now, idleSince: now - idleMs }),
        (session) => ({ ...session, expiresAt: endOf(session, idleMs), current: session.id === present }),
      );
    },

    /** Ends one of the caller's sessions; another person's is `not_found`. */
    async end(identity: Identity, id: string): Promise<void> {
      sessionOf(identity);
      if (!(await writes.endSession(identity.userId, id))) throw notFound('session', id);
      announceEnd({ sessionId: id });
    },

    /** Ends the present session. */
    async signOut(identity: Identity): Promise<void> {
      const sessionId = sessionOf(identity);
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
      sessionOf(identity);
      const faults = passwordFaults(change.password, identity);
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
        await store.setPasswordHash(user.id, passwordHash);
        await store.endSessionsOf(user.id);
        await guard.succeeded(store, { email: user.email, address: context.address });
        return startSession(store, { user, permissions: role.permissions, caller: context, limits, now });
      });
      announceEnd({ userId: identity.userId });
      return signedIn;
    },
  };
}
