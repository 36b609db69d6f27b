import type { AuditEvent } from '../audit/types.ts';
import { signInFailed, tooManyFailures } from './errors.ts';
import type { AccessParts } from './parts.ts';
import type { SignInGuard } from './sign-in-guard.ts';
import { startSession } from './start-session.ts';
import { accessStore } from './store.ts';
import type { CallContext, SignedIn } from './types.ts';

export interface SignInRequest {
  readonly email: string;
  readonly password: string;
  /** The session that the browser still has; it ends with the new sign-in. */
  readonly replaces: string | null;
}

/** Why a sign-in failed. On record in the audit log, never in the answer. */
type Reason = 'unknown' | 'wrong-password' | 'disabled' | 'account-locked' | 'address-locked';

/**
 * Signs a person in by password. Unknown, wrong and disabled cost the same work and get the same answer;
 * a lock is looked up before the password is hashed and depends on what was typed, not on whether such an
 * account exists.
 */
export function createSignIn(parts: AccessParts, guard: SignInGuard) {
  const { state, clock, audit, hasher, limits, reads } = parts;

  async function refuse(
    reason: Reason,
    { context, userId }: { context: CallContext; userId: string | null },
  ): Promise<void> {
    const locked = reason === 'account-locked' || reason === 'address-locked';
    await audit.append(
      event({ context, userId, outcome: locked ? 'denied' : 'failed', details: { reason } }),
    );
  }

  async function verify(request: SignInRequest, context: CallContext, stored: string | null) {
    try {
      return await hasher.verify(request.password, stored);
    } catch (error) {
      await guard.withdrawn({ email: request.email, address: context.address });
      throw error;
    }
  }

  return async function signIn(request: SignInRequest, context: CallContext): Promise<SignedIn> {
    const attempt = { email: request.email, address: context.address };
    const admission = await guard.admit(attempt);
    if (admission.state !== 'open') {
      await refuse(admission.state, { context, userId: null });
      throw admission.state === 'address-locked' ? tooManyFailures(admission.waitMs) : signInFailed();
    }

    const user = await reads.userByEmail(request.email);
    const { matches, stale } = await verify(request, context, user?.passwordHash ?? null);
    if (user === undefined || !matches || user.disabled) {
      const reason = user === undefined ? 'unknown' : matches ? 'disabled' : 'wrong-password';
      await refuse(reason, { context, userId: user?.id ?? null });
      throw signInFailed();
    }
    const renewed = stale ? await hasher.hash(request.password) : null;

    const signedIn = await state.transaction(async (tx) => {
      const store = accessStore(tx);
      const now = clock.now();
      await store.lockUser(user.id);
      const current = await store.user(user.id);
      const role = current === undefined ? undefined : await store.role(current.role);
      if (current === undefined || role === undefined || current.disabled) return undefined;
      if (current.passwordHash !== user.passwordHash) return undefined;
      await store.noteSignIn(user.id, now);
      if (renewed !== null) await store.setPasswordHash(user.id, renewed);
      await guard.succeeded(store, attempt);
      if (request.replaces !== null) await store.endSession(user.id, request.replaces);
      await audit.append(event({ context, userId: user.id, outcome: 'succeeded', name: current.name }), tx);
      return startSession(store, {
        user: current,
        permissions: role.permissions,
        caller: context,
        limits,
        now,
      });
    });
    if (signedIn !== undefined) return signedIn;
    // Disabled, or given another password, while this one was being checked.
    await refuse('disabled', { context, userId: user.id });
    throw signInFailed();
  };
}

interface SignInEvent {
  readonly context: CallContext;
  readonly userId: string | null;
  readonly outcome: AuditEvent['outcome'];
  readonly name?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

function event({ context, userId, outcome, name, details = {} }: SignInEvent): AuditEvent {
  const proven = outcome === 'succeeded' && userId !== null;
  return {
    actor: proven
      ? { type: 'user', id: userId, name: name ?? '' }
      : { type: 'anonymous', id: 'anonymous', name: 'Not signed in' },
    action: 'session.create',
    target: userId === null ? null : { type: 'user', id: userId },
    outcome,
    address: context.address,
    requestId: context.requestId,
    details,
  };
}
