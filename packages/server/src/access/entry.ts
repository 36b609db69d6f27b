import { newId } from '../base/ids.ts';
import { notices } from './notices.ts';
import type { AccessParts } from './parts.ts';
import { hashToken, looksLikeToken, makeToken } from './secret-tokens.ts';
import type { SignInMethod } from './session-store.ts';
import { signInEvent } from './sign-in-event.ts';
import { deviceName, startSession, tellPushedOut } from './start-session.ts';
import { accessStore, type AccessStore } from './store.ts';
import type { CallContext, SignedIn } from './types.ts';
import type { StoredUser } from './user-store.ts';

/** What the browser brings to a sign-in beside the proof. */
export interface Brought {
  /** The session that the browser still has; it ends with the new sign-in. */
  readonly replaces: string | null;
  /** The secret of a known device. */
  readonly deviceToken?: string | undefined;
}

export interface EntryRequest {
  readonly userId: string;
  readonly method: SignInMethod;
  /** Whether a second factor is proven by what `prove` uses up. */
  readonly secondFactor: boolean;
  readonly brought: Brought;
  readonly context: CallContext;
  /** Uses the proof up, with the user held; false when it is worth nothing any more. */
  prove(store: AccessStore, user: StoredUser, now: number): Promise<boolean>;
  /** Facts for the record. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** How long a browser stays known after its last sign-in. */
const deviceLifetimeMs = 90 * 86_400_000;
const mostDevices = 10;

class NotEntered extends Error {}

/**
 * The last step of every sign-in, in one transaction: the proof is used up, the session begins, the oldest
 * ends when there are too many, the browser becomes known, and all of it is on record.
 */
export function createEntry(parts: AccessParts) {
  const { state, clock, audit, tell } = parts;

  /** The token that a browser gets to be known by; undefined when the one that it has is still good. */
  async function recognise(
    store: AccessStore,
    userId: string,
    { brought, context, now }: { brought: Brought; context: CallContext; now: number },
  ): Promise<string | undefined> {
    const had = brought.deviceToken;
    const expiresAt = now + deviceLifetimeMs;
    if (had !== undefined && looksLikeToken(had)) {
      if (await store.renewDevice({ tokenHash: hashToken(had), userId }, now, expiresAt)) return undefined;
    }
    const token = makeToken();
    await store.addDevice({
      id: newId('dev', now),
      tokenHash: hashToken(token),
      userId,
      device: deviceName(context),
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
    });
    await store.keepNewestDevices(userId, mostDevices);
    return token;
  }

  /** Signs the user in; undefined when the proof is worth nothing, or the account is not to be entered. */
  return async function enter(request: EntryRequest): Promise<SignedIn | undefined> {
    const { userId, method, secondFactor, brought, context } = request;
    let isNewDevice = false;
    try {
      const { started, deviceToken } = await state.transaction(async (tx) => {
        const store = accessStore(tx);
        const now = clock.now();
        await store.lockUser(userId);
        const user = await store.user(userId);
        const role = user === undefined ? undefined : await store.role(user.role);
        if (user === undefined || role === undefined || user.disabled) throw new NotEntered();
        if (!(await request.prove(store, user, now))) throw new NotEntered();
        await store.noteSignIn(userId, now);
        if (brought.replaces !== null) await store.endSession(userId, brought.replaces);
        const extra = { secondFactor, ...request.extra };
        await audit.append(
          signInEvent({ context, userId, outcome: 'succeeded', name: user.name, method, extra }),
          tx,
        );
        const hadDevices = (await store.devicesOf(userId, now)).length > 0;
        const deviceToken = await recognise(store, userId, { brought, context, now });
        isNewDevice = hadDevices && deviceToken !== undefined;
        const { permissions } = role;
        const started = await startSession(
          store,
          { user, permissions, caller: context, method, secondFactor, now },
          parts,
        );
        return { started, deviceToken };
      });
      tellPushedOut(started, parts);
      if (isNewDevice) tell(started.person, notices.newDevice(context));
      const { token, identity } = started;
      return deviceToken === undefined ? { token, identity } : { token, identity, deviceToken };
    } catch (error) {
      if (error instanceof NotEntered) return undefined;
      throw error;
    }
  };
}

export type Enter = ReturnType<typeof createEntry>;
