import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload } from 'jose';
import { addressOf } from '../../transport.ts';
import type { CustosSession, SessionGuardOptions } from './types.ts';

/** The one algorithm that is believed (RFC 8037; OWASP ASVS 5.0, 9.1.2). */
const algorithm = 'EdDSA';
/** RFC 9068, 2.1: a token for access, never taken for one of another kind. */
const tokenType = 'at+jwt';
/** Custos signs for five minutes; a token that claims more is none of Custos's. */
const longestLifeSeconds = 300;

/** Faults of the token itself; anything else means that the keys could not be had. */
const faults = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/** Permissions as a list, or as the words of `scope` (RFC 8693, 4.2). */
function permissionsOf({ permissions, scope }: JWTPayload): ReadonlySet<string> {
  const words = typeof scope === 'string' ? scope.split(' ') : [];
  const named: unknown[] = Array.isArray(permissions) ? permissions : words;
  return new Set(named.filter((name): name is string => typeof name === 'string' && name !== ''));
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Checks tokens; undefined for one that is worth nothing, and a rejection when the keys cannot be had. */
export type VerifyToken = (token: string) => Promise<CustosSession | undefined>;

/**
 * Checks tokens with the keys that Custos publishes: fetched when first needed, kept, and fetched again for
 * a key that is not known. Where keys come from is never read from a token.
 */
export function createTokenVerifier(options: SessionGuardOptions): VerifyToken {
  const address = new URL(addressOf(options.baseUrl, '/.well-known/jwks.json'));
  const keys = createRemoteJWKSet(address, {
    cacheMaxAge: options.keysMaxAgeMs ?? 300_000,
    cooldownDuration: options.keysCooldownMs ?? 10_000,
    timeoutDuration: options.timeoutMs ?? 5_000,
    ...(options.fetch === undefined ? {} : { [customFetch]: options.fetch }),
  });
  const clockTolerance = options.clockToleranceSeconds ?? 5;

  return async (token) => {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        algorithms: [algorithm],
        typ: tokenType,
        issuer: options.issuer ?? options.baseUrl.replace(/\/+$/, ''),
        audience: options.audience,
        requiredClaims: ['exp', 'iat', 'sub', 'sid'],
        maxTokenAge: longestLifeSeconds,
        clockTolerance,
      }));
    } catch (error) {
      if (faults.some((fault) => error instanceof fault)) return undefined;
      throw error;
    }
    const { sub, sid, exp = 0, iat = 0 } = payload;
    if (!isText(sub) || !isText(sid) || exp - iat > longestLifeSeconds) return undefined;
    return { userId: sub, sessionId: sid, permissions: permissionsOf(payload), expiresAt: exp * 1000 };
  };
}
