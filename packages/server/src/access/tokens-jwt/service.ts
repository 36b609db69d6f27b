import { permissions, type Permission } from '@custos/contract';
import { decodeProtectedHeader, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { invalidInput, notFound } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { ownSession } from '../own-session.ts';
import type { AccessParts } from '../parts.ts';
import { sessionIdentity } from '../session-identity.ts';
import { idleLimit, isAlive } from '../session-rules.ts';
import type { Identity } from '../types.ts';
import { algorithm, type JwtKeys } from './keys.ts';

export interface JwtOptions {
  /** Who signs, as `iss`; the public address of the installation unless told. */
  readonly issuer?: string;
  /** For whom a token may be made, beside Custos itself. */
  readonly audiences?: readonly string[];
}

/** What Custos calls itself in `aud`. */
const ownAudience = 'custos';
/** RFC 9068, 2.1: a token for access, never taken for one of another kind. */
const tokenType = 'at+jwt';
/** Long enough for a page of work, short enough to be gone soon after its session. */
const lifeMs = 5 * 60_000;
/** Three parts of URL-safe base 64, which no API token has. */
const shape = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export const looksLikeJwt = (text: string): boolean => text.length <= 4096 && shape.test(text);

/**
 * JSON web tokens of at most five minutes, made from a session for API callers and other services. They
 * name the session (`sid`), the user's id, the role and the permissions, and nothing personal. Here each
 * use looks the session up too, so an ended session ends its tokens at once (OWASP ASVS 5.0, 9.2 and 7.4).
 */
export function createJwt(parts: AccessParts, { keys, options }: { keys: JwtKeys; options: JwtOptions }) {
  const { clock, limits, graceMs, reads, publicUrl } = parts;
  const audiences = new Set([ownAudience, ...(options.audiences ?? [])]);
  const issuer = (): string => options.issuer ?? publicUrl()?.replace(/\/+$/, '') ?? 'custos';

  return {
    /** Everybody for whom a token may be made: a service may ask about one that was made for it. */
    audiences: [...audiences] as readonly string[],

    /** Makes a token for one audience; it ends with its session if that is sooner. */
    async mint(identity: Identity, audience = ownAudience): Promise<{ token: string; expiresAt: number }> {
      const sid = ownSession(identity);
      if (!audiences.has(audience)) {
        throw invalidInput([{ field: 'audience', message: `must be one of ${[...audiences].join(', ')}` }]);
      }
      const session = await reads.sessionBearerById(sid);
      if (session === undefined) throw notFound('session', sid);
      const now = clock.now();
      const expiresAt = Math.min(now + lifeMs, session.expiresAt);
      const { kid, key } = await keys.signing();
      const token = await new SignJWT({ sid, role: identity.role, permissions: [...identity.permissions] })
        .setProtectedHeader({ alg: algorithm, kid, typ: tokenType })
        .setIssuer(issuer())
        .setAudience(audience)
        .setSubject(identity.userId)
        .setJti(newId('jwt', now))
        .setIssuedAt(Math.floor(now / 1000))
        .setNotBefore(Math.floor(now / 1000))
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .sign(key);
      return { token, expiresAt: Math.floor(expiresAt / 1000) * 1000 };
    },

    /**
     * Who a token stands for at this moment; undefined when it is not ours, is over, is for another
     * audience, or its session has ended. It can do what was put into it and its owner may still do.
     */
    async check(
      token: string,
      audience: string | readonly string[] = ownAudience,
    ): Promise<Identity | undefined> {
      if (!looksLikeJwt(token)) return undefined;
      let claims: JWTPayload;
      try {
        const { kid } = decodeProtectedHeader(token);
        const key = kid === undefined ? undefined : await keys.verifying(kid);
        if (key === undefined) return undefined;
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          typ: tokenType,
          issuer: issuer(),
          audience: [audience].flat(),
          currentDate: new Date(clock.now()),
          requiredClaims: ['exp', 'iat', 'sub', 'sid'],
        });
        claims = payload;
      } catch (error) {
        // What the library refuses is worth nothing; a store that is away is another matter.
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_J'))
          return undefined;
        if (error instanceof TypeError) return undefined;
        throw error;
      }
      const session = await reads.sessionBearerById(String(claims['sid']));
      if (session === undefined || session.disabled) return undefined;
      const now = clock.now();
      if (!isAlive(session, now, idleLimit(session.permissions, limits))) return undefined;
      const identity = sessionIdentity(session, { now, graceMs });
      const granted = Array.isArray(claims['permissions']) ? (claims['permissions'] as unknown[]) : [];
      const allowed = granted.filter(
        (name): name is Permission => typeof name === 'string' && Object.hasOwn(permissions, name),
      );
      return {
        ...identity,
        // A program: it makes no tokens, changes no password and proves nothing anew.
        kind: 'token',
        permissions: new Set(allowed.filter((name) => identity.permissions.has(name))),
      };
    },
  };
}
