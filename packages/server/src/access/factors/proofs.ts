import type { FactorKind, SecondFactorInput } from '@custos/contract';
import { notices } from '../notices.ts';
import type { AccessParts, AccessStore } from '../parts.ts';
import type { CallContext, Person } from '../types.ts';
import { credentialIdOf, readSigned, requestOptions } from './passkeys.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { relyingParty } from './relying-party.ts';
import { totpStep } from './totp.ts';

/** Where the seed of a person's authenticator is sealed; `next` for one that is not confirmed yet. */
export const totpSecretName = (userId: string, next = false): string =>
  `access/totp/${userId}${next ? '/next' : ''}`;

/** Uses a right proof up, in the transaction of what it is for; false when it has been used already. */
export type Claim = (store: AccessStore, now: number) => Promise<boolean>;

/** What a person is to present, and the challenge that a passkey signs. */
export interface Challenge {
  readonly methods: readonly FactorKind[];
  readonly passkey: Record<string, unknown> | null;
  readonly challenge: string | null;
}

/** Checks second factors. Costly work happens here; using a proof up is left to the returned claim. */
export function createProofs({ clock, secrets, reads, publicUrl, tell }: AccessParts) {
  return {
    /** What this person can present here. */
    async challengeFor(userId: string, { host }: CallContext): Promise<Challenge> {
      const totp = await reads.totp(userId);
      const party = relyingParty(publicUrl(), host);
      const passkeys = (await reads.passkeys(userId)).filter(({ rpId }) => rpId === party?.id);
      const asked =
        party === undefined || passkeys.length === 0 ? null : await requestOptions(party, passkeys);
      const methods: FactorKind[] = [];
      if (totp !== undefined && totp.confirmedAt !== null && secrets !== null) methods.push('totp');
      if (asked !== null) methods.push('passkey');
      if ((await reads.recoveryCodesLeft(userId)) > 0) methods.push('recovery-code');
      return { methods, passkey: asked?.options ?? null, challenge: asked?.challenge ?? null };
    },

    /** The claim of a right proof; undefined for a wrong one. */
    async check(
      person: Person,
      proof: SecondFactorInput,
      { challenge, context }: { readonly challenge: string | null; readonly context: CallContext },
    ): Promise<Claim | undefined> {
      switch (proof.kind) {
        case 'totp': {
          const secret = await secrets?.get(totpSecretName(person.id));
          const step = secret === undefined ? undefined : totpStep(secret, proof.code, clock.now());
          return step === undefined ? undefined : (store) => store.useTotpStep(person.id, step);
        }
        case 'recovery-code': {
          const hash = hashRecoveryCode(proof.code);
          return async (store, now) => {
            if (!(await store.useRecoveryCode(person.id, hash, now))) return false;
            tell(person, notices.recoveryCodeUsed(await store.recoveryCodesLeft(person.id), context));
            return true;
          };
        }
        case 'passkey': {
          const party = relyingParty(publicUrl(), context.host);
          const credentialId = credentialIdOf(proof.response);
          if (party === undefined || challenge === null || credentialId === undefined) return undefined;
          const passkey = await reads.passkeyByCredential(credentialId);
          if (passkey === undefined || passkey.userId !== person.id) return undefined;
          const check = { party, challenge, userVerification: false };
          const counter = await readSigned(proof.response, passkey, check);
          return counter === null ? undefined : (store, now) => store.usePasskey(passkey, counter, now);
        }
      }
    },
  };
}

export type Proofs = ReturnType<typeof createProofs>;
