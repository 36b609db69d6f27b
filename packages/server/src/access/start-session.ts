import type { Permission } from '@custos/contract';
import { newId } from '../base/ids.ts';
import { notices } from './notices.ts';
import type { AccessParts } from './parts.ts';
import { hashToken, makeToken } from './secret-tokens.ts';
import { sessionIdentity } from './session-identity.ts';
import { idleLimit, mostSessions } from './session-rules.ts';
import type { SignInMethod } from './session-store.ts';
import type { AccessStore } from './store.ts';
import type { Caller, Person, SignedIn } from './types.ts';

export interface NewSession {
  readonly user: Person;
  readonly permissions: ReadonlySet<Permission>;
  readonly caller: Caller;
  readonly method: SignInMethod;
  /** Whether a second factor was proven just now. */
  readonly secondFactor: boolean;
  readonly now: number;
}

/** A session that has begun, and those that had to end for it. */
export interface Started extends SignedIn {
  readonly person: Person;
  /** Ids of the oldest sessions of the same person, beyond what one has at a time. */
  readonly pushedOut: readonly string[];
}

/** How a browser names itself, fit to be shown. */
export function deviceName(caller: Caller): string {
  return caller.device.replaceAll(/\p{Cc}/gu, '').slice(0, 200);
}

/** More live sessions than anybody can have had under any limit. */
const all = 1000;

/**
 * Starts a session with a token that nobody has had before; only its hash is kept. The user's row must be
 * held (`lockUser`), so that sign-ins in parallel are counted one by one.
 */
export async function startSession(
  store: AccessStore,
  { user, permissions, caller, method, secondFactor, now }: NewSession,
  { limits, graceMs }: Pick<AccessParts, 'limits' | 'graceMs'>,
): Promise<Started> {
  const token = makeToken();
  const tokenHash = hashToken(token);
  await store.addSession({
    id: newId('ses', now),
    tokenHash,
    userId: user.id,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + limits.absoluteMs,
    address: caller.address.slice(0, 64),
    device: deviceName(caller),
    method,
    authenticatedAt: now,
    secondFactorAt: secondFactor ? now : null,
  });
  const idleSince = now - idleLimit(permissions, limits);
  const live = await store.sessionsOf(user.id, { after: '', limit: all, now, idleSince });
  const most = Math.max(1, mostSessions(permissions, limits));
  const pushedOut = live.slice(0, Math.max(0, live.length - most)).map(({ id }) => id);
  for (const id of pushedOut) await store.endSession(user.id, id);

  const bearer = await store.sessionBearer(tokenHash);
  if (bearer === undefined) throw new Error('a session that was just kept is not there');
  const person = { id: user.id, email: user.email, name: user.name };
  return { token, identity: sessionIdentity(bearer, { now, graceMs }), person, pushedOut };
}

/** Tells whom it concerns that older sessions have ended; after the transaction, and never throws. */
export function tellPushedOut(
  { person, pushedOut }: Pick<Started, 'person' | 'pushedOut'>,
  { announceEnd, tell }: Pick<AccessParts, 'announceEnd' | 'tell'>,
): void {
  for (const sessionId of pushedOut) announceEnd({ sessionId });
  if (pushedOut.length > 0) tell(person, notices.sessionsPushedOut(pushedOut.length));
}
