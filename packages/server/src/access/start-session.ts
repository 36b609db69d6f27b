import type { Permission } from '@custos/contract';
import { newId } from '../base/ids.ts';
import { hashToken, makeToken } from './secret-tokens.ts';
import type { SessionLimits } from './session-rules.ts';
import type { AccessStore } from './store.ts';
import type { Caller, SignedIn } from './types.ts';

export interface NewSession {
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly role: string;
  };
  readonly permissions: ReadonlySet<Permission>;
  readonly caller: Caller;
  readonly limits: SessionLimits;
  readonly now: number;
}

/** Starts a session with a token that nobody has had before; only its hash is kept. */
export async function startSession(store: AccessStore, session: NewSession): Promise<SignedIn> {
  const { user, permissions, caller, limits, now } = session;
  const token = makeToken();
  const id = newId('ses', now);
  await store.addSession({
    id,
    tokenHash: hashToken(token),
    userId: user.id,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + limits.absoluteMs,
    address: caller.address.slice(0, 64),
    device: caller.device.replaceAll(/\p{Cc}/gu, '').slice(0, 200),
  });
  return {
    token,
    identity: {
      kind: 'user',
      userId: user.id,
      name: user.name,
      email: user.email,
      role: user.role,
      permissions,
      sessionId: id,
      tokenId: null,
    },
  };
}
