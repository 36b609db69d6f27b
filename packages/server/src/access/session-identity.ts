import { dutyOf, isRestricted } from './second-factor-rule.ts';
import type { SessionBearer } from './session-store.ts';
import type { Identity } from './types.ts';

/** The identity that a session gives at this moment; without permissions while it is restricted. */
export function sessionIdentity(
  session: SessionBearer,
  { now, graceMs }: { readonly now: number; readonly graceMs: number },
): Identity {
  const overdue = isRestricted(dutyOf(session, graceMs), session.secondFactorAt, now);
  const restricted = session.passwordTemporary ? 'password' : overdue ? 'second-factor' : undefined;
  return {
    kind: 'user',
    userId: session.userId,
    name: session.name,
    email: session.email,
    role: session.role,
    permissions: restricted === undefined ? session.permissions : new Set(),
    sessionId: session.id,
    tokenId: null,
    authenticatedAt: session.authenticatedAt,
    secondFactorAt: session.secondFactorAt,
    ...(restricted === undefined ? {} : { restricted }),
  };
}
