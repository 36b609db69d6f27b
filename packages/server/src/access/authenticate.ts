import { messageOf } from '../base/errors.ts';
import type { AccessParts } from './parts.ts';
import { hashToken, looksLikeApiToken, looksLikeToken } from './secret-tokens.ts';
import { sessionIdentity } from './session-identity.ts';
import type { SessionBearer } from './session-store.ts';
import { idleLimit, isActivityDue, isAlive } from './session-rules.ts';
import { createTokenIdentity } from './token-identity.ts';
import type { Authenticator, Identity } from './types.ts';

/**
 * Turns what a request carries into an identity: one indexed query, nothing remembered between requests,
 * so a disabled user, a changed role or a revoked token acts on the very next one (OWASP ASVS 5.0, 8.3.2).
 */
export function createAuthenticator(
  parts: Pick<AccessParts, 'clock' | 'log' | 'limits' | 'graceMs' | 'vouching' | 'reads' | 'writes'>,
): Authenticator & {
  /** What an identity is by now, for what stays open; undefined when it has ended. Counts as no activity. */
  now(identity: Pick<Identity, 'sessionId' | 'tokenId'>): Promise<Identity | undefined>;
} {
  const { clock, log, limits, graceMs, reads, writes } = parts;
  const tokenIdentity = createTokenIdentity(parts);

  /** A note of activity that cannot be written must not turn a valid request away. */
  async function note(write: Promise<void>): Promise<void> {
    try {
      await write;
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the activity of a session or token could not be noted');
    }
  }

  function isOpen(session: SessionBearer | undefined, now: number): session is SessionBearer {
    if (session === undefined || session.disabled) return false;
    return isAlive(session, now, idleLimit(session.permissions, limits));
  }

  return {
    async bySession(token, { unattended = false }) {
      if (!looksLikeToken(token)) return undefined;
      const session = await reads.sessionBearer(hashToken(token));
      const now = clock.now();
      if (!isOpen(session, now)) return undefined;
      if (!unattended && isActivityDue(session.lastSeenAt, now)) {
        await note(writes.noteSessionSeen(session.id, now));
      }
      return sessionIdentity(session, { now, graceMs });
    },

    async byApiToken(token) {
      if (!looksLikeApiToken(token)) return undefined;
      const found = await reads.tokenBearer(hashToken(token));
      if (found === undefined || found.disabled) return undefined;
      const now = clock.now();
      if (now >= found.expiresAt) return undefined;
      if (isActivityDue(found.lastUsedAt, now)) await note(writes.noteTokenUsed(found.id, now));
      return tokenIdentity(found, now);
    },

    async now({ sessionId, tokenId }): Promise<Identity | undefined> {
      const now = clock.now();
      if (tokenId !== null) {
        const found = await reads.tokenBearerById(tokenId);
        if (found === undefined || found.disabled || now >= found.expiresAt) return undefined;
        return tokenIdentity(found, now);
      }
      const session = sessionId === null ? undefined : await reads.sessionBearerById(sessionId);
      return isOpen(session, now) ? sessionIdentity(session, { now, graceMs }) : undefined;
    },
  };
}
