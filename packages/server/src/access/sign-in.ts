import type { SecondFactorStep } from '@custos/contract';
import type { Brought, Enter } from './entry.ts';
import { signInFailed, tooManyFailures } from './errors.ts';
import type { AccessParts } from './parts.ts';
import type { Attempt, SignInGuard } from './sign-in-guard.ts';
import { signInEvent } from './sign-in-event.ts';
import type { CallContext, SignedIn } from './types.ts';
import type { StoredUser } from './user-store.ts';

export interface SignInRequest extends Brought {
  readonly email: string;
  readonly password: string;
}

/** The password was right and is not enough. */
export type Step = SecondFactorStep;

/** What a sign-in comes to: a session, or the next step towards one. */
export type SignInOutcome = SignedIn | Step;

/** Why a sign-in failed. On record in the audit log, never in the answer. */
type Reason = 'unknown' | 'wrong-password' | 'disabled' | 'account-locked' | 'address-locked';

export interface SignInPorts {
  readonly guard: SignInGuard;
  readonly enter: Enter;
  /** Begins the second step for somebody whose password was right. */
  readonly beginSecondStep: (user: StoredUser, context: CallContext) => Promise<Step>;
}

/**
 * Signs a person in by password. Unknown, wrong, disabled and locked get the same answer after a like
 * time; a lock is looked up before the password is hashed and depends on what was typed, not on whether
 * such an account exists (OWASP ASVS 5.0, 6.3.8).
 */
export function createSignIn(parts: AccessParts, { guard, enter, beginSecondStep }: SignInPorts) {
  const { audit, hasher, reads } = parts;

  async function refuse(
    reason: Reason,
    { context, userId }: { context: CallContext; userId: string | null },
  ): Promise<void> {
    const locked = reason === 'account-locked' || reason === 'address-locked';
    await audit.append(
      signInEvent({ context, userId, outcome: locked ? 'denied' : 'failed', method: 'password', reason }),
    );
  }

  async function verify(request: SignInRequest, attempt: Attempt, stored: string | null) {
    try {
      return await hasher.verify(request.password, stored);
    } catch (error) {
      await guard.withdrawn(attempt);
      throw error;
    }
  }

  return async function signIn(request: SignInRequest, context: CallContext): Promise<SignInOutcome> {
    const known = await guard.deviceOf(request.email, request.deviceToken);
    const attempt: Attempt = { email: request.email, address: context.address, known };
    const admission = await guard.admit(attempt);
    if (admission.state !== 'open') {
      if (admission.state === 'account-locked') await hasher.waitAsLong();
      await refuse(admission.state, { context, userId: null });
      throw admission.state === 'address-locked' ? tooManyFailures(admission.waitMs) : signInFailed();
    }

    const user = await reads.userByEmail(request.email);
    const { matches, stale } = await verify(request, attempt, user?.passwordHash ?? null);
    if (user === undefined || !matches || user.disabled) {
      const reason = user === undefined ? 'unknown' : matches ? 'disabled' : 'wrong-password';
      await refuse(reason, { context, userId: user?.id ?? null });
      await guard.failed(attempt, { admission, user, caller: context });
      throw signInFailed();
    }
    if (await reads.hasSecondFactor(user.id)) {
      await guard.passed(attempt);
      await audit.append(signInEvent({ context, userId: user.id, outcome: 'attempted', method: 'password' }));
      return beginSecondStep(user, context);
    }
    const renewed = stale ? await hasher.hash(request.password) : null;

    const signedIn = await enter({
      userId: user.id,
      method: 'password',
      secondFactor: false,
      brought: request,
      context,
      async prove(store, current) {
        // Given another password, or a second factor, while this one was being checked.
        if (current.passwordHash !== user.passwordHash || (await store.hasSecondFactor(user.id)))
          return false;
        if (renewed !== null) await store.renewPasswordHash(user.id, renewed);
        await guard.succeeded(store, attempt);
        return true;
      },
    });
    if (signedIn !== undefined) return signedIn;
    await refuse('disabled', { context, userId: user.id });
    throw signInFailed();
  };
}
