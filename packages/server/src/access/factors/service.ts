import type { FactorsView, PasskeyStep, Standing } from '@custos/contract';
import { conflict, invalidInput, notFound } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { isUniqueViolation } from '../../storage/state/state.ts';
import { linkInvalid, methodUnavailable } from '../errors.ts';
import { notices } from '../notices.ts';
import { ownSession, requireFresh } from '../own-session.ts';
import type { AccessParts, AccessStore } from '../parts.ts';
import { dutyOf, isRestricted } from '../second-factor-rule.ts';
import { hashToken, looksLikeToken, makeToken } from '../secret-tokens.ts';
import type { CallContext, Identity, SignedIn } from '../types.ts';
import { creationOptions, readCreated, type CredentialInput } from './passkeys.ts';
import { noPasskeysHere } from './passkey-sign-in.ts';
import { totpSecretName } from './proofs.ts';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts';
import { relyingParty } from './relying-party.ts';
import { renewWith } from './renew.ts';
import { makeTotpSecret, totpStep, totpUri } from './totp.ts';

/** A change of factors: the present session goes on with another token, the others have ended. */
export interface FactorsChanged extends SignedIn {
  /** Codes that were made with the first factor; empty otherwise. */
  readonly recoveryCodes: readonly string[];
}

/** How long a seed waits to be confirmed, and a passkey to be made, ms. */
const enrolmentMs = 15 * 60_000;
const mostPasskeys = 20;

/** What people do with their own second factors. A program is refused; changes need a fresh proof. */
export function createFactors(parts: AccessParts) {
  const { clock, secrets, reads, writes, publicUrl, graceMs, tell } = parts;
  const personOf = ({ userId, email, name }: Identity) => ({ id: userId, email, name });

  function sealed() {
    if (secrets !== null) return secrets;
    throw methodUnavailable('Authenticators need the store of secrets, which this process does not have.');
  }

  async function freshSession(identity: Identity): Promise<void> {
    const session = await reads.sessionBearerById(ownSession(identity));
    if (session !== undefined) requireFresh(session, clock.now());
  }

  /** Makes recovery codes with the first factor, so that losing it does not lock its owner out. */
  async function firstCodes(store: AccessStore, userId: string): Promise<string[]> {
    if ((await store.recoveryCodesLeft(userId)) > 0) return [];
    const codes = makeRecoveryCodes();
    await store.putRecoveryCodes(userId, codes.map(hashRecoveryCode));
    return codes;
  }

  /** Without any factor, recovery codes are a second factor to nothing. */
  async function afterRemoval(store: AccessStore, identity: Identity): Promise<void> {
    if (await store.hasSecondFactor(identity.userId)) return;
    const session = await store.sessionBearerById(ownSession(identity));
    if (session !== undefined && dutyOf(session, graceMs).required) {
      throw conflict('Your role requires a second factor; add another one before you remove the last.');
    }
    await store.putRecoveryCodes(identity.userId, []);
  }

  return {
    /** Where the caller stands; what the banner about a missing second factor is made from. */
    async standing(identity: Identity): Promise<Standing> {
      const session = await reads.sessionBearerById(ownSession(identity));
      const user = await reads.user(identity.userId);
      if (session === undefined || user === undefined) throw notFound('session', ownSession(identity));
      return {
        userId: user.id,
        email: user.email,
        name: user.name,
        role: user.role,
        secondFactor: {
          enrolled: await reads.hasSecondFactor(user.id),
          ...dutyOf(session, graceMs),
          restricted: isRestricted(dutyOf(session, graceMs), session.secondFactorAt, clock.now()),
          provenAt: session.secondFactorAt,
        },
        hasPassword: user.passwordHash !== null,
        mustChangePassword: user.passwordTemporary,
      };
    },

    async list(identity: Identity): Promise<FactorsView> {
      ownSession(identity);
      const { userId } = identity;
      const totp = await reads.totp(userId);
      const passkeys = await reads.passkeys(userId);
      return {
        totp: totp === undefined || totp.confirmedAt === null ? null : { createdAt: totp.confirmedAt },
        passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt, backedUp }) => ({
          id,
          name,
          createdAt,
          lastUsedAt,
          backedUp,
        })),
        recoveryCodesLeft: await reads.recoveryCodesLeft(userId),
        devices: await reads.devicesOf(userId, clock.now()),
        providers: await reads.providersOf(userId),
      };
    },

    /** Gives out a new seed. An authenticator that is in use goes on until the new one is confirmed. */
    async beginTotp(identity: Identity): Promise<{ secret: string; uri: string }> {
      const store = sealed();
      await freshSession(identity);
      const secret = makeTotpSecret();
      await parts.state.transaction(async (tx) => {
        await store.put(totpSecretName(identity.userId, true), secret, tx);
        await parts.store(tx).beginTotp(identity.userId, clock.now());
      });
      return { secret, uri: totpUri(secret, identity.email) };
    },

    /** Takes the seed into use, with a code that shows that the authenticator has it. */
    async confirmTotp(identity: Identity, code: string, context: CallContext): Promise<FactorsChanged> {
      const box = sealed();
      const next = totpSecretName(identity.userId, true);
      const changed = await renewWith(parts, identity, {
        proves: 'second-factor',
        needsFresh: false,
        endsOthers: true,
        async work({ store, tx, user, now }) {
          const begun = await store.totp(user.id);
          const secret = await box.get(next, tx);
          if (secret === undefined || begun === undefined || now - begun.begunAt > enrolmentMs) {
            throw conflict('Begin again: the seed was not confirmed within 15 minutes.');
          }
          const step = totpStep(secret, code, now);
          if (step === undefined) {
            throw invalidInput([
              { field: 'code', message: 'is not what this seed gives now; check the clock' },
            ]);
          }
          await box.put(totpSecretName(user.id), secret, tx);
          await box.remove(next, tx);
          await store.confirmTotp(user.id, now, step);
          return firstCodes(store, user.id);
        },
      });
      tell(personOf(identity), notices.factorAdded('An authenticator', context));
      return { token: changed.token, identity: changed.identity, recoveryCodes: changed.result };
    },

    async removeTotp(identity: Identity, context: CallContext): Promise<SignedIn> {
      const { token, identity: next } = await renewWith(parts, identity, {
        proves: 'nothing',
        needsFresh: true,
        endsOthers: true,
        async work({ store, tx, user }) {
          if (!(await store.removeTotp(user.id))) throw notFound('authenticator', user.id);
          await secrets?.remove(totpSecretName(user.id), tx);
          await secrets?.remove(totpSecretName(user.id, true), tx);
          await afterRemoval(store, identity);
        },
      });
      tell(personOf(identity), notices.factorRemoved('The authenticator', context));
      return { token, identity: next };
    },

    /** What the browser needs to make a passkey. */
    async beginPasskey(identity: Identity, { host }: CallContext): Promise<PasskeyStep> {
      await freshSession(identity);
      const party = relyingParty(publicUrl(), host);
      if (party === undefined) throw noPasskeysHere();
      const existing = await reads.passkeys(identity.userId);
      if (existing.length >= mostPasskeys)
        throw conflict(`You have ${mostPasskeys} passkeys; remove one first.`);
      const { options, challenge } = await creationOptions(party, personOf(identity), existing);
      const ticket = makeToken();
      await writes.addTicket('passkey-add', {
        tokenHash: hashToken(ticket),
        userId: identity.userId,
        data: { challenge },
        expiresAt: clock.now() + enrolmentMs,
      });
      return { ticket, options };
    },

    async addPasskey(
      identity: Identity,
      { ticket, name, response }: { ticket: string; name: string; response: CredentialInput },
      context: CallContext,
    ): Promise<FactorsChanged & { readonly id: string }> {
      const party = relyingParty(publicUrl(), context.host);
      if (party === undefined) throw noPasskeysHere();
      const tokenHash = hashToken(ticket);
      const known = looksLikeToken(ticket)
        ? await reads.ticket('passkey-add', tokenHash, clock.now())
        : undefined;
      if (known === undefined || known.userId !== identity.userId) throw linkInvalid();
      const { challenge } = known.data as { challenge: string };
      const created = await readCreated(response, { party, challenge });
      if (created === null) {
        throw invalidInput([{ field: 'response', message: 'must be the answer to the options just given' }]);
      }
      const id = newId('pky', clock.now());
      try {
        const changed = await renewWith(parts, identity, {
          proves: 'second-factor',
          needsFresh: false,
          endsOthers: true,
          async work({ store, user, now }) {
            if (!(await store.takeTicket('passkey-add', tokenHash, now))) throw linkInvalid();
            const { id: rpId } = party;
            await store.addPasskey({
              id,
              userId: user.id,
              ...created,
              rpId,
              name,
              createdAt: now,
              lastUsedAt: null,
            });
            return firstCodes(store, user.id);
          },
        });
        tell(personOf(identity), notices.factorAdded(`The passkey "${name}"`, context));
        return { id, token: changed.token, identity: changed.identity, recoveryCodes: changed.result };
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw conflict('This passkey belongs to an account already.');
      }
    },

    async removePasskey(identity: Identity, id: string, context: CallContext): Promise<SignedIn> {
      const { token, identity: next } = await renewWith(parts, identity, {
        proves: 'nothing',
        needsFresh: true,
        endsOthers: true,
        async work({ store, user }) {
          if (!(await store.removePasskey(user.id, id))) throw notFound('passkey', id);
          await afterRemoval(store, identity);
        },
      });
      tell(personOf(identity), notices.factorRemoved('A passkey', context));
      return { token, identity: next };
    },

    /** Makes new recovery codes; all earlier ones stop working. */
    async renewRecoveryCodes(identity: Identity, context: CallContext): Promise<FactorsChanged> {
      const changed = await renewWith(parts, identity, {
        proves: 'nothing',
        needsFresh: true,
        endsOthers: false,
        async work({ store, user }) {
          if (!(await store.hasSecondFactor(user.id))) {
            throw conflict('Recovery codes stand in for a second factor; set one up first.');
          }
          const codes = makeRecoveryCodes();
          await store.putRecoveryCodes(user.id, codes.map(hashRecoveryCode));
          return codes;
        },
      });
      tell(personOf(identity), notices.recoveryCodesMade(context));
      return { token: changed.token, identity: changed.identity, recoveryCodes: changed.result };
    },

    /** No browser is known any more; sessions go on. */
    async forgetDevices(identity: Identity): Promise<void> {
      ownSession(identity);
      await writes.forgetDevices(identity.userId);
    },
  };
}
