import type { PasskeyStep } from '@custos/contract';
import type { Brought, Enter } from '../entry.ts';
import { methodUnavailable, signInFailed, tooManyFailures } from '../errors.ts';
import type { AccessParts } from '../parts.ts';
import { hashToken, looksLikeToken, makeToken } from '../secret-tokens.ts';
import { signInEvent } from '../sign-in-event.ts';
import type { SignInGuard } from '../sign-in-guard.ts';
import type { CallContext, SignedIn } from '../types.ts';
import { credentialIdOf, readSigned, requestOptions, type CredentialInput } from './passkeys.ts';
import { relyingParty } from './relying-party.ts';

const ticketLifetimeMs = 5 * 60_000;

/** The answer where passkeys cannot be used. */
export function noPasskeysHere() {
  return methodUnavailable(
    'Passkeys need a host name. Set the public address of this installation, or open it at http://localhost.',
  );
}

/** Signing in by a passkey alone: the authenticator checks the person too, so it is two factors in one. */
export function createPasskeySignIn(
  parts: AccessParts,
  { guard, enter }: { readonly guard: SignInGuard; readonly enter: Enter },
) {
  const { clock, audit, reads, writes, publicUrl } = parts;

  return {
    async begin({ host }: CallContext): Promise<PasskeyStep> {
      const party = relyingParty(publicUrl(), host);
      if (party === undefined) throw noPasskeysHere();
      const { options, challenge } = await requestOptions(party, null);
      const ticket = makeToken();
      const expiresAt = clock.now() + ticketLifetimeMs;
      await writes.addTicket('passkey', {
        tokenHash: hashToken(ticket),
        userId: null,
        data: { challenge },
        expiresAt,
      });
      return { ticket, options };
    },

    /** A lock of the account does not stop this, so nobody can lock a person with a passkey out. */
    async complete(
      request: Brought & { readonly ticket: string; readonly response: CredentialInput },
      context: CallContext,
    ): Promise<SignedIn> {
      const { ticket, response } = request;
      const tokenHash = hashToken(ticket);
      const party = relyingParty(publicUrl(), context.host);
      const credentialId = credentialIdOf(response);
      const passkey = credentialId === undefined ? undefined : await reads.passkeyByCredential(credentialId);
      const userId = passkey?.userId ?? null;
      const attempt = { email: '', address: context.address, known: `passkey:${passkey?.id ?? 'unknown'}` };
      const admission = await guard.admit(attempt);
      if (admission.state === 'address-locked') throw tooManyFailures(admission.waitMs);

      const known = looksLikeToken(ticket)
        ? await reads.ticket('passkey', tokenHash, clock.now())
        : undefined;
      const challenge = (known?.data as { challenge?: string } | undefined)?.challenge;
      const counter =
        party === undefined || passkey === undefined || challenge === undefined
          ? null
          : await readSigned(response, passkey, { party, challenge, userVerification: true });
      const signedIn =
        passkey === undefined || counter === null
          ? undefined
          : await enter({
              userId: passkey.userId,
              method: 'passkey',
              secondFactor: true,
              brought: request,
              context,
              async prove(store, _user, now) {
                if (!(await store.takeTicket('passkey', tokenHash, now))) return false;
                if (!(await store.usePasskey(passkey, counter, now))) return false;
                await guard.succeeded(store, attempt);
                return true;
              },
            });
      if (signedIn !== undefined) return signedIn;
      const reason = passkey === undefined ? 'unknown' : 'wrong-passkey';
      await audit.append(signInEvent({ context, userId, outcome: 'failed', method: 'passkey', reason }));
      throw signInFailed();
    },
  };
}
