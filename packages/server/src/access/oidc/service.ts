import type { RoleName, SecondFactorStep, SignInMethods } from '@custos/contract';
import { conflict, CustosError, messageOf, notFound } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { isUniqueViolation } from '../../storage/state/state.ts';
import type { Brought, Enter } from '../entry.ts';
import { methodUnavailable, signInFailed } from '../errors.ts';
import { relyingParty } from '../factors/relying-party.ts';
import type { SecondStep } from '../factors/second-step.ts';
import { notices } from '../notices.ts';
import { ownSession, requireFresh } from '../own-session.ts';
import type { AccessParts } from '../parts.ts';
import { topRole } from '../roles.ts';
import { hashToken, looksLikeToken, makeToken } from '../secret-tokens.ts';
import { signInEvent } from '../sign-in-event.ts';
import type { CallContext, Identity, SignedIn } from '../types.ts';
import type { StoredUser } from '../user-store.ts';
import { roleOf, vouchesForTwo } from './claims.ts';
import { createProtocol, type Checks, type Protocol } from './protocol.ts';
import type { Claims, ProviderFetch, ProviderSettings } from './types.ts';

/** How long a person may take at the provider. */
const flowMs = 10 * 60_000;

interface Flow extends Checks {
  readonly provider: string;
}

/** Where a browser is to go, and the secret by which it is known when it comes back. */
export interface Departure {
  readonly url: string;
  readonly flowToken: string;
}

/** What a return from a provider comes to. */
export type Arrival = SignedIn | SecondFactorStep | { readonly linked: string };

/** Signing in by outside identity providers. Which account is whose is decided here, never by them alone. */
export function createProviders(
  parts: AccessParts,
  {
    providers,
    fetch,
    enter,
    secondStep,
  }: {
    readonly providers: readonly ProviderSettings[];
    readonly fetch: ProviderFetch | null;
    readonly enter: Enter;
    readonly secondStep: SecondStep;
  },
) {
  const { state, clock, log, audit, reads, writes, publicUrl, send, tell, announceEnd } = parts;
  const protocols = new Map<string, Protocol>();
  if (fetch !== null) {
    for (const settings of providers) protocols.set(settings.id, createProtocol(settings, { fetch, clock }));
  }

  function protocolOf(id: string): Protocol {
    const protocol = protocols.get(id);
    if (protocol === undefined) throw notFound('identity provider', id);
    return protocol;
  }

  function callbackOf(id: string): string {
    const origin = publicUrl();
    if (origin !== null) return `${origin.replace(/\/+$/, '')}/api/v1/sign-in/oidc/${id}/callback`;
    throw methodUnavailable('Identity providers need the public address of this installation; set it first.');
  }

  async function depart(id: string, userId: string | null): Promise<Departure> {
    const { url, checks } = await protocolOf(id).begin(callbackOf(id));
    const flowToken = makeToken();
    const data: Flow = { provider: id, ...checks };
    const expiresAt = clock.now() + flowMs;
    await writes.addTicket('provider', { tokenHash: hashToken(flowToken), userId, data, expiresAt });
    return { url, flowToken };
  }

  async function refuse(
    reason: string,
    { provider, userId, context }: { provider: string; userId: string | null; context: CallContext },
  ): Promise<never> {
    const extra = { provider };
    await audit.append(
      signInEvent({ context, userId, outcome: 'failed', method: 'provider', reason, extra }),
    );
    throw signInFailed();
  }

  /** Makes an account for somebody who has none; undefined where that is off or their address is taken. */
  async function makeAccount(
    settings: ProviderSettings,
    claims: Claims,
    role: RoleName,
  ): Promise<StoredUser | undefined> {
    const { email } = claims;
    if (settings.justInTime !== true || email === null || claims.emailVerified === false) return undefined;
    const now = clock.now();
    const name = (claims.name ?? email).replaceAll(/\p{Cc}/gu, '').slice(0, 120);
    const user: StoredUser = {
      id: newId('usr', now),
      email: email.slice(0, 254),
      name,
      role,
      passwordHash: null,
      passwordTemporary: false,
      disabled: false,
      createdAt: now,
      lastSignInAt: null,
      roleSince: now,
    };
    try {
      await state.transaction(async (tx) => {
        const store = parts.store(tx);
        await store.lockUsers(topRole);
        if ((await store.role(role)) === undefined) throw new Error(`there is no role ${role}`);
        await store.addUser(user);
        await store.linkExternal({ provider: settings.id, subject: claims.subject, userId: user.id, now });
        await store.dropSetupToken();
        await audit.append(
          {
            actor: { type: 'system', id: settings.id, name: settings.name },
            action: 'user.create',
            target: { type: 'user', id: user.id },
            outcome: 'succeeded',
            address: null,
            requestId: null,
            details: { role, provider: settings.id },
          },
          tx,
        );
      });
      return user;
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  /** The account of a person; found by the link, or linked or made where the operator allows it. */
  async function accountOf(
    settings: ProviderSettings,
    claims: Claims,
    role: RoleName | null,
  ): Promise<StoredUser | undefined> {
    const linked = await reads.userOfExternal(settings.id, claims.subject);
    if (linked !== undefined) return reads.user(linked);
    if (settings.linkByEmail === true && claims.email !== null && claims.emailVerified === true) {
      const user = await reads.userByEmail(claims.email);
      if (user !== undefined) {
        await link(settings, claims.subject, user);
        return user;
      }
    }
    return makeAccount(settings, claims, role ?? settings.defaultRole ?? 'viewer');
  }

  async function link(settings: ProviderSettings, subject: string, user: StoredUser): Promise<void> {
    try {
      await state.transaction(async (tx) => {
        const now = clock.now();
        await parts.store(tx).linkExternal({ provider: settings.id, subject, userId: user.id, now });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('This person of the identity provider is linked to an account already.');
    }
  }

  /** Gives the account the role that the provider's groups give; the last super administrator keeps theirs. */
  async function follow(settings: ProviderSettings, user: StoredUser, role: RoleName): Promise<void> {
    if (user.role === role) return;
    const changed = await state.transaction(async (tx) => {
      const store = parts.store(tx);
      await store.lockUsers(topRole);
      const current = await store.user(user.id);
      if (current === undefined || current.role === role || (await store.role(role)) === undefined)
        return false;
      if (current.role === topRole && !(await store.hasOtherEnabled(topRole, user.id))) return false;
      await store.changeUser(user.id, { ...current, role, roleSince: clock.now() });
      await store.endSessionsOf(user.id);
      await audit.append(
        {
          actor: { type: 'system', id: settings.id, name: settings.name },
          action: 'user.update',
          target: { type: 'user', id: user.id },
          outcome: 'succeeded',
          address: null,
          requestId: null,
          details: { role, provider: settings.id },
        },
        tx,
      );
      return true;
    });
    if (!changed) return;
    announceEnd({ userId: user.id });
    tell(user, notices.roleChanged(role));
  }

  async function identify(
    protocol: Protocol,
    flow: Flow,
    { query, userId, context }: { query: string; userId: string | null; context: CallContext },
  ): Promise<Claims> {
    try {
      return await protocol.complete(new URL(`${callbackOf(flow.provider)}${query}`), flow);
    } catch (error) {
      if (error instanceof CustosError) throw error;
      log.warn(
        { provider: flow.provider, error: messageOf(error) },
        'a sign-in by a provider came to nothing',
      );
      return refuse('provider-refused', { provider: flow.provider, userId, context });
    }
  }

  return {
    /** What the page of the sign-in offers. */
    methods: ({ host }: CallContext): SignInMethods => ({
      passkeys: relyingParty(publicUrl(), host) !== undefined,
      resets: send !== null && publicUrl() !== null,
      providers: [...protocols.values()].map(({ settings }) => ({ id: settings.id, name: settings.name })),
    }),

    /** Sends a browser to a provider to sign in. */
    begin: (provider: string): Promise<Departure> => depart(provider, null),

    /** Sends a person to a provider to link their account there with the one here. */
    async beginLink(identity: Identity, provider: string): Promise<Departure> {
      const session = await reads.sessionBearerById(ownSession(identity));
      if (session !== undefined) requireFresh(session, clock.now());
      return depart(provider, identity.userId);
    },

    /** Ends a link. Refused while it is the only way in. */
    async unlink(identity: Identity, provider: string, context: CallContext): Promise<void> {
      const session = await reads.sessionBearerById(ownSession(identity));
      if (session !== undefined) requireFresh(session, clock.now());
      const { userId, email, name } = identity;
      await state.transaction(async (tx) => {
        const store = parts.store(tx);
        await store.lockUser(userId);
        if (!(await store.unlinkExternal(provider, userId))) throw notFound('link', provider);
        const user = await store.user(userId);
        const others = await store.providersOf(userId);
        const passkeys = await store.passkeys(userId);
        if ((user?.passwordHash ?? null) === null && others.length === 0 && passkeys.length === 0) {
          throw conflict('This is your only way to sign in; choose a password by a reset first.');
        }
      });
      tell({ id: userId, email, name }, notices.providerUnlinked(provider, context));
    },

    /**
     * A browser that comes back from a provider. The secret from its cookie works once, so an answer can
     * neither be replayed nor be pushed into another browser. Raises `sign_in_failed`, and `conflict` when
     * that person is linked elsewhere.
     */
    async arrive(
      request: Brought & {
        readonly provider: string;
        readonly flowToken: string | undefined;
        /** As it came, with its question mark. */
        readonly query: string;
      },
      context: CallContext,
    ): Promise<Arrival> {
      const { provider, flowToken } = request;
      const protocol = protocolOf(provider);
      const { settings } = protocol;
      const tokenHash = flowToken !== undefined && looksLikeToken(flowToken) ? hashToken(flowToken) : '';
      const ticket = await reads.ticket('provider', tokenHash, clock.now());
      const flow = ticket?.data as Flow | undefined;
      const own = ticket?.userId ?? null;
      const isOurs =
        flow?.provider === provider && (await writes.takeTicket('provider', tokenHash, clock.now()));
      if (flow === undefined || !isOurs) {
        return refuse('unknown-flow', { provider, userId: null, context });
      }
      const claims = await identify(protocol, flow, { query: request.query, userId: own, context });

      if (own !== null) {
        const user = await reads.user(own);
        if (user === undefined || user.disabled)
          return refuse('disabled', { provider, userId: own, context });
        await link(settings, claims.subject, user);
        tell(user, notices.providerLinked(settings.name, context));
        return { linked: provider };
      }

      const role = roleOf(settings, claims);
      if (role === undefined) return refuse('no-group', { provider, userId: null, context });
      const user = await accountOf(settings, claims, role);
      if (user === undefined) return refuse('unknown', { provider, userId: null, context });
      if (user.disabled) return refuse('disabled', { provider, userId: user.id, context });
      if (role !== null) await follow(settings, user, role);

      const vouched = vouchesForTwo(settings, claims);
      if (!vouched && (await reads.hasSecondFactor(user.id))) {
        return secondStep.begin(user, context, 'provider');
      }
      const signedIn = await enter({
        userId: user.id,
        method: 'provider',
        secondFactor: vouched,
        brought: request,
        context,
        extra: { provider },
        prove: async (store) => vouched || !(await store.hasSecondFactor(user.id)),
      });
      return signedIn ?? refuse('disabled', { provider, userId: user.id, context });
    },
  };
}
