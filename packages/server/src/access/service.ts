import type { AuditLog } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import type { Secrets } from '../storage/secrets/types.ts';
import { clearAddressRules } from './address-rules/service.ts';
import { createAuthenticator } from './authenticate.ts';
import { rolesOfPreset } from './custom-roles/presets.ts';
import { readPreset } from './custom-roles/service.ts';
import { createDeciding } from './deciding.ts';
import { createEntry } from './entry.ts';
import { createSignInAdministration } from './factors/administration.ts';
import { createPasskeySignIn } from './factors/passkey-sign-in.ts';
import { createProofs } from './factors/proofs.ts';
import { createSecondStep } from './factors/second-step.ts';
import { createFactors } from './factors/service.ts';
import { createStepUp } from './factors/step-up.ts';
import { createHostOperator } from './host-operator.ts';
import { createLinks } from './links/service.ts';
import { accountPolicy } from './lockout.ts';
import { createPasswordHasher, defaultHashCost, type HashCost } from './password-hash.ts';
import type { AccessParts } from './parts.ts';
import { createBreachedFile } from './passwords/breached-file.ts';
import { createPasswordCheck } from './passwords/check.ts';
import { createProviders } from './oidc/service.ts';
import type { ProviderFetch, ProviderSettings } from './oidc/types.ts';
import { requiredAudit } from './required-audit.ts';
import { defaultGraceMs } from './second-factor-rule.ts';
import { defaultSessionLimits, type SessionLimits } from './session-rules.ts';
import { createSessions } from './sessions.ts';
import { createSetup } from './setup.ts';
import { createSignInGuard } from './sign-in-guard.ts';
import { createSignIn } from './sign-in.ts';
import { sprayWindowMs } from './spray.ts';
import { accessStore } from './store.ts';
import { createJwtKeys } from './tokens-jwt/keys.ts';
import { createJwt, looksLikeJwt, type JwtOptions } from './tokens-jwt/service.ts';
import { createTokens } from './tokens.ts';
import type { Caller, Ended, Identity, SecurityEvent, Tell } from './types.ts';
import { createUsers } from './users.ts';

export interface AccessOptions {
  /** Limits of sessions, in ms; those left out are the defaults of `session-rules.ts`. */
  readonly sessions?: Partial<SessionLimits>;
  /** Cost of a password hash; OWASP's by default. Raising it renews each hash at its owner's sign-in. */
  readonly hashCost?: HashCost;
  /** Password hashes at the same time (default 2, each takes 19 MiB and one of libuv's threads). */
  readonly parallelHashes?: number;
  /** Password checks that may wait for one of those (default 100); more are answered `overloaded`. */
  readonly waitingHashes?: number;
  /** Path of a file of leaked passwords, as Have I Been Pwned offers it; none unless told. */
  readonly breachedPasswords?: string;
  /** How long a role that asks for a second factor waits for it, ms; seven days unless told. */
  readonly secondFactorGraceMs?: number;
  /** Outside identity providers; their requests go through `providerFetch`. */
  readonly providers?: readonly ProviderSettings[];
  /** Who signs JSON web tokens, and for whom they may be made. */
  readonly jwt?: JwtOptions;
  /** Called on every node when somebody's right to be here has ended, to close what they have open. */
  readonly onEnded?: (ended: Ended) => void;
  /** Called on every node when address rules have changed, so that what is open asks again. */
  readonly onAddressRulesChanged?: () => void;
}

const endedTopic = 'access.ended';

/**
 * Access: who people are and what they may do. The result is also the `Authenticator` of the HTTP server.
 * Call `start` once before use.
 *
 * Acts that come by a route are put on record by the route; signing in, set-up and what the host operator
 * does are put on record here, in the transaction of the act.
 */
export function createAccess({
  state,
  clock,
  log,
  audit,
  secrets = null,
  tell,
  publicUrl = () => null,
  onSecurityEvent = () => undefined,
  onApprovalChanged = () => undefined,
  providerFetch = null,
  options = {},
}: {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  /** Where seeds of authenticators and private keys are sealed; without it there are neither. */
  readonly secrets?: Secrets | null;
  /** Tells a person what happens to their account; without it there are no invitations and no resets. */
  readonly tell?: Tell | undefined;
  /** The address of the dashboard as people type it; null while nobody has set one. */
  readonly publicUrl?: () => string | null;
  /** Told at once of sprays and locks. */
  readonly onSecurityEvent?: (event: SecurityEvent) => void;
  /** Told of every request for a second person that is new or has another state. Never throws, never waits. */
  readonly onApprovalChanged?: (id: string) => void;
  /** Sends requests to identity providers; without it there are none. */
  readonly providerFetch?: ProviderFetch | null;
  readonly options?: AccessOptions;
}) {
  const required = requiredAudit(audit);
  const breached =
    options.breachedPasswords === undefined ? null : createBreachedFile(options.breachedPasswords);
  const parts: AccessParts = {
    state,
    clock,
    log,
    audit: required,
    hasher: createPasswordHasher({
      cost: options.hashCost ?? defaultHashCost,
      parallel: options.parallelHashes ?? 2,
      waiting: options.waitingHashes ?? 100,
    }),
    checkPassword: createPasswordCheck(breached),
    limits: { ...defaultSessionLimits, ...options.sessions },
    graceMs: options.secondFactorGraceMs ?? defaultGraceMs,
    vouching: new Set(
      options.providers?.flatMap(({ id, secondFactor = [] }) => (secondFactor.length > 0 ? [id] : [])),
    ),
    secrets,
    publicUrl,
    send: tell ?? null,
    tell(person, message) {
      tell?.(person, message).catch((error: unknown) => {
        log.warn(
          { userId: person.id, kind: message.kind, error: messageOf(error) },
          'a person could not be told of a change to their account',
        );
      });
    },
    raise(event) {
      try {
        onSecurityEvent(event);
      } catch (error) {
        log.error({ kind: event.kind, error: messageOf(error) }, 'a security event could not be passed on');
      }
    },
    store: accessStore,
    reads: accessStore(state.read),
    writes: accessStore(state.write),
    announceEnd(ended) {
      state.broadcast.publish(endedTopic, JSON.stringify(ended)).catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'other nodes could not be told that a session has ended');
      });
    },
  };
  let unsubscribe: () => void = () => undefined;
  const guard = createSignInGuard(parts);
  const setup = createSetup(parts);
  const sessions = createSessions(parts, guard);
  const enter = createEntry(parts);
  const proofs = createProofs(parts);
  const secondStep = createSecondStep(parts, { guard, enter, proofs });
  const users = createUsers(parts);
  const links = createLinks(parts, {
    addInvited: (request, actor, alongside) => users.add({ ...request, password: null }, actor, alongside),
  });
  const jwtKeys = createJwtKeys(parts);
  const jwt = createJwt(parts, { keys: jwtKeys, options: options.jwt ?? {} });
  const providers = createProviders(parts, {
    providers: options.providers ?? [],
    fetch: providerFetch,
    enter,
    secondStep,
  });
  const administration = createSignInAdministration(parts);
  const authenticator = createAuthenticator(parts);
  const tokens = createTokens(parts, { onListed: () => deciding.addressRules.reread() });
  const byApiToken = (token: string, caller: Caller): Promise<Identity | undefined> =>
    looksLikeJwt(token) ? jwt.check(token) : authenticator.byApiToken(token, caller);
  const deciding = createDeciding(parts, {
    // A service asks about tokens that were made for it, which are worth nothing as a sign-in here.
    identify: (credential, caller) =>
      looksLikeJwt(credential)
        ? jwt.check(credential, jwt.audiences)
        : authenticator.byApiToken(credential, caller),
    disableUser: (id, actor) => users.update(id, { disabled: true }, actor),
    revokeToken: (id, actor) => tokens.revoke(actor, id),
    onApprovalChanged,
    tokenNow: (tokenId) => authenticator.now({ tokenId, sessionId: null }),
    onAddressRulesChanged: () => options.onAddressRulesChanged?.(),
  });

  return {
    bySession: authenticator.bySession,

    /** What an identity is by now. */
    now: authenticator.now,

    /** Takes an API token, and a JSON web token that was made here. */
    byApiToken,

    /** What people may do: own roles, second persons, marked acts, addresses, objects, reviews. */
    deciding,

    /** Brings the built-in roles to what this version defines, and listens for what ends elsewhere. */
    async start(): Promise<void> {
      await breached?.check();
      unsubscribe = state.broadcast.subscribe(endedTopic, (payload) => {
        options.onEnded?.(JSON.parse(payload) as Ended);
      });
      await state.transaction(async (tx) => {
        const store = accessStore(tx);
        await store.putBuiltInRoles(rolesOfPreset(await readPreset(tx)));
        await store.fillRoleSince(clock.now());
      });
      deciding.start();
    },

    async stop(): Promise<void> {
      unsubscribe();
      deciding.stop();
      await links.settled();
    },

    setupNeeded: setup.needed,
    beginSetup: setup.begin,
    setupLink: setup.link,
    completeSetup: setup.complete,

    signIn: createSignIn(parts, {
      guard,
      enter,
      beginSecondStep: (user, context) => secondStep.begin(user, context),
    }),
    secondStep: secondStep.complete,
    passkeySignIn: createPasskeySignIn(parts, { guard, enter }),
    factors: createFactors(parts),
    stepUp: createStepUp(parts, { guard, proofs }),
    links,
    jwt: { mint: jwt.mint, check: jwt.check, keys: jwtKeys.published, rotate: jwtKeys.rotate },
    administration,
    providers,
    signOut: sessions.signOut,
    changePassword: sessions.changePassword,
    sessions: { list: sessions.list, end: sessions.end, endOthers: sessions.endOthers },

    users: { list: users.list, create: users.add, update: users.update },
    roles: { list: users.roles },
    tokens,

    /** For the command line on the host: works without an account, and is on record. */
    operator: {
      ...createHostOperator(parts, { users, links, administration }),

      /** Takes every address rule away, for who has locked everybody out; returns how many there were. */
      clearAddressRules: (): Promise<number> => clearAddressRules({ state, audit: required }),
    },

    /** How many people are signed in. */
    activeUsers(): Promise<number> {
      const now = clock.now();
      return parts.reads.countPresent({ now, idleSince: now - parts.limits.idleMs });
    },

    /** Removes sessions and counters that no longer matter; returns how many. Once an hour is enough. */
    async prune(): Promise<number> {
      const now = clock.now();
      await parts.writes.dropExpiredTickets(now);
      await parts.writes.dropExpiredDevices(now);
      await parts.writes.dropExpiredLinks(now);
      await parts.writes.dropTriedBefore(now - sprayWindowMs);
      const sessionsGone = await parts.writes.dropEndedSessions(now, now - parts.limits.idleMs);
      return sessionsGone + (await parts.writes.dropFailuresBefore(now - accountPolicy.forgetMs));
    },
  };
}

export type Access = ReturnType<typeof createAccess>;
