import type { SecondFactorInput, SecondFactorStep } from '@custos/contract';
import type { Brought, Enter } from '../entry.ts';
import { methodUnavailable, secondFactorFailed, tooManyFailures } from '../errors.ts';
import type { AccessParts } from '../parts.ts';
import { hashToken, looksLikeToken, makeToken } from '../secret-tokens.ts';
import { signInEvent } from '../sign-in-event.ts';
import type { Attempt, SignInGuard } from '../sign-in-guard.ts';
import type { CallContext, Person, SignedIn } from '../types.ts';
import type { StoredUser } from '../user-store.ts';
import type { SignInMethod } from '../session-store.ts';
import type { Proofs } from './proofs.ts';

/** How long a person has between password and second factor. */
const stepLifetimeMs = 5 * 60_000;
/** Wrong codes that one ticket takes. */
const mostTries = 5;

/** What the first step leaves for the second. */
interface StepData {
  readonly challenge: string | null;
  readonly passwordHash: string | null;
  readonly method: SignInMethod;
}

/** Failures to prove a second factor are counted per person, apart from those of the password. */
export function factorAttempt(person: Person, context: CallContext): Attempt {
  return { email: person.email, address: context.address, known: `factor:${person.id}` };
}

/** The second step of a sign-in: after the password, or after a provider that vouches for one factor only. */
export function createSecondStep(
  parts: AccessParts,
  { guard, enter, proofs }: { readonly guard: SignInGuard; readonly enter: Enter; readonly proofs: Proofs },
) {
  const { clock, audit, reads, writes } = parts;

  async function begin(
    user: StoredUser,
    context: CallContext,
    method: SignInMethod = 'password',
  ): Promise<SecondFactorStep> {
    const { methods, passkey, challenge } = await proofs.challengeFor(user.id, context);
    if (methods.length === 0) {
      throw methodUnavailable(
        'Your second factor cannot be used at this address. Open Custos at its public address, or ask an administrator to reset it.',
      );
    }
    const ticket = makeToken();
    const expiresAt = clock.now() + stepLifetimeMs;
    const data: StepData = { challenge, passwordHash: user.passwordHash, method };
    await writes.addTicket('second-factor', {
      tokenHash: hashToken(ticket),
      userId: user.id,
      data,
      expiresAt,
    });
    return { step: 'second-factor', ticket, methods: [...methods], passkey, expiresAt };
  }

  async function refuse(reason: string, context: CallContext, userId: string | null): Promise<void> {
    const outcome = reason === 'factor-locked' ? 'denied' : 'failed';
    await audit.append(signInEvent({ context, userId, outcome, method: 'second-factor', reason }));
  }

  return {
    begin,

    /**
     * Ends the sign-in that a ticket stands for. The ticket, the code and the passkey's signature work once
     * each: of any number of requests with the same, one gets in.
     */
    async complete(
      request: Brought & { readonly ticket: string; readonly proof: SecondFactorInput },
      context: CallContext,
    ): Promise<SignedIn> {
      const { ticket, proof } = request;
      const tokenHash = hashToken(ticket);
      const known = looksLikeToken(ticket)
        ? await reads.ticket('second-factor', tokenHash, clock.now())
        : undefined;
      const user = known?.userId == null ? undefined : await reads.user(known.userId);
      if (known === undefined || user === undefined) {
        await refuse('unknown-ticket', context, null);
        throw secondFactorFailed();
      }
      const { challenge, passwordHash, method } = known.data as StepData;
      const attempt = factorAttempt(user, context);
      const admission = await guard.admit(attempt);
      if (admission.state === 'address-locked') throw tooManyFailures(admission.waitMs);
      // A signature cannot be guessed, so a passkey passes this lock too.
      if (admission.state === 'account-locked' && proof.kind !== 'passkey') {
        await refuse('factor-locked', context, user.id);
        throw secondFactorFailed();
      }
      const tried = await writes.countTicketTry(tokenHash, mostTries);
      const claim = tried ? await proofs.check(user, proof, { challenge, context }) : undefined;
      const signedIn =
        claim &&
        (await enter({
          userId: user.id,
          method,
          secondFactor: true,
          brought: request,
          context,
          extra: { factor: proof.kind },
          async prove(store, current, now) {
            // The password that the first step was passed with must still be the one.
            if (current.passwordHash !== passwordHash) return false;
            if (!(await store.takeTicket('second-factor', tokenHash, now))) return false;
            if (!(await claim(store, now))) return false;
            await guard.succeeded(store, attempt);
            return true;
          },
        }));
      if (signedIn !== undefined) return signedIn;
      await refuse('wrong-factor', context, user.id);
      throw secondFactorFailed();
    },
  };
}

export type SecondStep = ReturnType<typeof createSecondStep>;
