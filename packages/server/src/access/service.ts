import type { UserView } from '@custos/contract';
import type { AuditActor, AuditEvent, AuditLog } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import { createAuthenticator } from './authenticate.ts';
import { accountPolicy } from './lockout.ts';
import { createPasswordHasher, defaultHashCost, type HashCost } from './password-hash.ts';
import type { AccessParts } from './parts.ts';
import { requiredAudit } from './required-audit.ts';
import { builtInRoles } from './roles.ts';
import { defaultSessionLimits, type SessionLimits } from './session-rules.ts';
import { createSessions } from './sessions.ts';
import { createSetup } from './setup.ts';
import { createSignInGuard } from './sign-in-guard.ts';
import { createSignIn } from './sign-in.ts';
import { accessStore } from './store.ts';
import { createTokens } from './tokens.ts';
import type { Ended } from './types.ts';
import { createUsers, type NewUser } from './users.ts';

export interface AccessOptions {
  /** Limits of sessions, in ms; those left out are the defaults of `session-rules.ts`. */
  readonly sessions?: Partial<SessionLimits>;
  /** Cost of a password hash; OWASP's by default. Raising it renews each hash at its owner's sign-in. */
  readonly hashCost?: HashCost;
  /** Password hashes at the same time (default 2, each takes 19 MiB and one of libuv's threads). */
  readonly parallelHashes?: number;
  /** Password checks that may wait for one of those (default 100); more are answered `overloaded`. */
  readonly waitingHashes?: number;
  /** Called on every node when somebody's right to be here has ended, to close what they have open. */
  readonly onEnded?: (ended: Ended) => void;
}

const endedTopic = 'access.ended';

const hostOperator: AuditActor = { type: 'system', id: 'host-operator', name: 'Operator on the host' };

function byHostOperator(action: string, target: AuditEvent['target']): AuditEvent {
  return { actor: hostOperator, action, target, outcome: 'succeeded', address: null, requestId: null };
}

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
  options = {},
}: {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  readonly options?: AccessOptions;
}) {
  const required = requiredAudit(audit);
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
    limits: { ...defaultSessionLimits, ...options.sessions },
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
  const users = createUsers(parts);

  return {
    ...createAuthenticator(parts),

    /** Brings the built-in roles to what this version defines, and listens for what ends elsewhere. */
    async start(): Promise<void> {
      unsubscribe = state.broadcast.subscribe(endedTopic, (payload) => {
        options.onEnded?.(JSON.parse(payload) as Ended);
      });
      await state.transaction((tx) => accessStore(tx).putBuiltInRoles(builtInRoles));
    },

    stop: () => unsubscribe(),

    setupNeeded: setup.needed,
    beginSetup: setup.begin,
    setupLink: setup.link,
    completeSetup: setup.complete,

    signIn: createSignIn(parts, guard),
    signOut: sessions.signOut,
    changePassword: sessions.changePassword,
    sessions: { list: sessions.list, end: sessions.end },

    users: { list: users.list, create: users.add, update: users.update },
    roles: { list: users.roles },
    tokens: createTokens(parts),

    /** For the command line on the host: works without an account, and is on record. */
    operator: {
      /** Adds a user with any role; the same refusals of e-mail and password as elsewhere. */
      createUser(request: NewUser): Promise<UserView> {
        return users.add(request, null, (user, tx) =>
          required.append(
            {
              ...byHostOperator('user.create', { type: 'user', id: user.id }),
              details: { role: user.role },
            },
            tx,
          ),
        );
      },

      /** Opens an account that failed sign-ins have locked; false when it was not locked. */
      unlock(email: string): Promise<boolean> {
        return state.transaction(async (tx) => {
          const store = accessStore(tx);
          const user = await store.userByEmail(email.trim().toLowerCase());
          const unlocked = await guard.unlock(store, email);
          const target = user === undefined ? null : { type: 'user', id: user.id };
          await required.append(byHostOperator('user.unlock', target), tx);
          return unlocked;
        });
      },
    },

    /** How many people are signed in. */
    activeUsers(): Promise<number> {
      const now = clock.now();
      return parts.reads.countPresent({ now, idleSince: now - parts.limits.idleMs });
    },

    /** Removes sessions and counters that no longer matter; returns how many. Once an hour is enough. */
    async prune(): Promise<number> {
      const now = clock.now();
      const sessionsGone = await parts.writes.dropEndedSessions(now, now - parts.limits.idleMs);
      return sessionsGone + (await parts.writes.dropFailuresBefore(now - accountPolicy.forgetMs));
    },
  };
}

export type Access = ReturnType<typeof createAccess>;
