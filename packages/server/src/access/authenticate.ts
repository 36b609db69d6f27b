import { messageOf } from '../base/errors.ts';
import { cutToOwner } from './grants.ts';
import type { AccessParts } from './parts.ts';
import { hashToken, looksLikeApiToken, looksLikeToken } from './secret-tokens.ts';
import { sessionIdentity } from './session-identity.ts';
import { idleLimit, isActivityDue, isAlive } from './session-rules.ts';
import { isListed } from './token-addresses.ts';
import type { Authenticator } from './types.ts';

/**
 * Turns what a request carries into an identity: one indexed query, nothing remembered between requests,
 * so a disabled user, a changed role or a revoked token acts on the very next one (OWASP ASVS 5.0, 8.3.2).
 */
export function createAuthenticator({
  clock,
  log,
  limits,
  graceMs,
  reads,
  writes,
}: Pick<AccessParts, 'clock' | 'log' | 'limits' | 'graceMs' | 'reads' | 'writes'>): Authenticator {
  /** A note of activity that cannot be written must not turn a valid request away. */
  async function note(write: Promise<void>): Promise<void> {
    try {
      await write;
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the activity of a session or token could not be noted');
    }
  }

  return {
    async bySession(token) {
      if (!looksLikeToken(token)) return undefined;
      const session = await reads.sessionBearer(hashToken(token));
      if (session === undefined || session.disabled) return undefined;
      const now = clock.now();
      if (!isAlive(session, now, idleLimit(session.permissions, limits))) return undefined;
      if (isActivityDue(session.lastSeenAt, now)) await note(writes.noteSessionSeen(session.id, now));
      return sessionIdentity(session, { now, graceMs });
    },

    async byApiToken(token, caller) {
      if (!looksLikeApiToken(token)) return undefined;
      const found = await reads.tokenBearer(hashToken(token));
      if (found === undefined || found.disabled) return undefined;
      const now = clock.now();
      if (now >= found.expiresAt || !isListed(caller.address, found.addresses)) return undefined;
      if (isActivityDue(found.lastUsedAt, now)) await note(writes.noteTokenUsed(found.id, now));
      return {
        kind: 'token',
        userId: found.userId,
        name: found.name,
        email: found.email,
        role: found.role,
        permissions: cutToOwner(found.permissions, found.ownerPermissions),
        sessionId: null,
        tokenId: found.id,
        tokenName: found.tokenName,
      };
    },
  };
}
