import type { PasskeyStep, SecondFactorInput } from '@custos/contract';
import { invalidInput } from '../../base/errors.ts';
import { secondFactorFailed, tooManyFailures } from '../errors.ts';
import { ownSession } from '../own-session.ts';
import type { AccessParts } from '../parts.ts';
import { hashToken, looksLikeToken, makeToken } from '../secret-tokens.ts';
import type { SignInGuard } from '../sign-in-guard.ts';
import type { CallContext, Identity, SignedIn } from '../types.ts';
import { noPasskeysHere } from './passkey-sign-in.ts';
import type { Proofs } from './proofs.ts';
import { renewWith } from './renew.ts';
import { factorAttempt } from './second-step.ts';

export interface StepUpRequest {
  /** Of the options that a passkey answers. */
  readonly ticket?: string | undefined;
  readonly proof: SecondFactorInput | { readonly kind: 'password'; readonly password: string };
}

const ticketLifetimeMs = 5 * 60_000;

/** Proving again, during a session, who it is of. The session gets another token each time. */
export function createStepUp(
  parts: AccessParts,
  { guard, proofs }: { readonly guard: SignInGuard; readonly proofs: Proofs },
) {
  const { clock, hasher, reads, writes } = parts;
  const personOf = ({ userId, email, name }: Identity) => ({ id: userId, email, name });

  async function byPassword(identity: Identity, password: string, context: CallContext): Promise<SignedIn> {
    if (await reads.hasSecondFactor(identity.userId)) {
      throw invalidInput([{ field: 'proof.kind', message: 'must be one of your second factors' }]);
    }
    const attempt = {
      email: identity.email,
      address: context.address,
      known: `session:${ownSession(identity)}`,
    };
    const admission = await guard.admit(attempt);
    if (admission.state !== 'open') throw tooManyFailures(admission.waitMs);
    const stored = (await reads.user(identity.userId))?.passwordHash ?? null;
    try {
      if (!(await hasher.verify(password, stored)).matches) {
        throw invalidInput([{ field: 'proof.password', message: 'is not your password' }]);
      }
    } catch (error) {
      if ((error as { code?: string }).code === 'overloaded') await guard.withdrawn(attempt);
      throw error;
    }
    return renewWith(parts, identity, {
      proves: 'person',
      needsFresh: false,
      endsOthers: false,
      async work({ store, user }) {
        if (user.passwordHash !== stored || (await store.hasSecondFactor(user.id)))
          throw secondFactorFailed();
        await guard.succeeded(store, attempt);
      },
    });
  }

  return {
    /** What a passkey of the caller is to sign. */
    async begin(identity: Identity, context: CallContext): Promise<PasskeyStep> {
      ownSession(identity);
      const { passkey, challenge } = await proofs.challengeFor(identity.userId, context);
      if (passkey === null) throw noPasskeysHere();
      const ticket = makeToken();
      await writes.addTicket('step-up', {
        tokenHash: hashToken(ticket),
        userId: identity.userId,
        data: { challenge },
        expiresAt: clock.now() + ticketLifetimeMs,
      });
      return { ticket, options: passkey };
    },

    /**
     * Proves it with a second factor, or with the password where the person has none. Wrong proofs are
     * counted like those of a sign-in.
     */
    async complete(
      identity: Identity,
      { ticket, proof }: StepUpRequest,
      context: CallContext,
    ): Promise<SignedIn> {
      ownSession(identity);
      if (proof.kind === 'password') return byPassword(identity, proof.password, context);

      const person = personOf(identity);
      const attempt = factorAttempt(person, context);
      const admission = await guard.admit(attempt);
      if (admission.state !== 'open' && (admission.state === 'address-locked' || proof.kind !== 'passkey')) {
        throw tooManyFailures(admission.waitMs);
      }
      const tokenHash = ticket !== undefined && looksLikeToken(ticket) ? hashToken(ticket) : null;
      const known = tokenHash === null ? undefined : await reads.ticket('step-up', tokenHash, clock.now());
      const challenge =
        known?.userId === identity.userId ? (known.data as { challenge: string }).challenge : null;
      const claim = await proofs.check(person, proof, { challenge, context });
      if (claim === undefined) throw secondFactorFailed();
      return renewWith(parts, identity, {
        proves: 'second-factor',
        needsFresh: false,
        endsOthers: false,
        async work({ store, now }) {
          const isOnce =
            proof.kind !== 'passkey' ||
            (tokenHash !== null && (await store.takeTicket('step-up', tokenHash, now)));
          if (!isOnce || !(await claim(store, now))) throw secondFactorFailed();
          await guard.succeeded(store, attempt);
        },
      });
    },
  };
}
