import * as client from 'openid-client';
import type { Clock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { readClaims } from './claims.ts';
import type { Claims, ProviderFetch, ProviderSettings } from './types.ts';

/** What one sign-in at a provider must bring back (RFC 7636; OpenID Connect Core 1.0, 3.1.2.1 and 15.5.2). */
export interface Checks {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** A provider's metadata is read again after an hour, so that it may move. */
const metadataMs = 3_600_000;
const timeoutSeconds = 10;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The provider could not be reached, or what it said cannot be used (502). */
function providerFailed(cause: unknown): CustosError {
  return new CustosError(
    'identity_provider_failed',
    'The identity provider could not be reached, or gave an answer that cannot be used.',
    { status: 502, cause },
  );
}

/** Speaks OpenID Connect with one provider; the protocol itself is the library's. */
export function createProtocol(
  settings: ProviderSettings,
  { fetch, clock }: { fetch: ProviderFetch; clock: Clock },
) {
  let known: { readonly config: client.Configuration; readonly readAt: number } | undefined;
  const issuer = new URL(settings.issuer);

  async function configuration(): Promise<client.Configuration> {
    if (known !== undefined && clock.monotonic() - known.readAt < metadataMs) return known.config;
    const { clientId, clientSecret } = settings;
    const insecure = issuer.protocol === 'http:' && loopback.has(issuer.hostname);
    const config = await client.discovery(
      issuer,
      clientId,
      {},
      clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret),
      {
        timeout: timeoutSeconds,
        execute: insecure ? [client.allowInsecureRequests] : [],
        [client.customFetch]: (url, { method, headers, body, signal }) =>
          fetch(url, {
            method,
            headers,
            // The library sends forms only.
            ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
            ...(signal === undefined ? {} : { signal }),
          }),
      },
    );
    known = { config, readAt: clock.monotonic() };
    return config;
  }

  return {
    settings,

    /** Where the browser is to go, and what must come back. */
    async begin(redirectUri: string): Promise<{ readonly url: string; readonly checks: Checks }> {
      try {
        const config = await configuration();
        const checks = {
          verifier: client.randomPKCECodeVerifier(),
          state: client.randomState(),
          nonce: client.randomNonce(),
        };
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: ['openid', 'email', 'profile', ...(settings.scopes ?? [])].join(' '),
          code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
          code_challenge_method: 'S256',
          state: checks.state,
          nonce: checks.nonce,
        });
        return { url: url.href, checks };
      } catch (error) {
        throw providerFailed(error);
      }
    },

    /** Who has come back; rejects unless state, nonce, issuer, audience, signature and time are right. */
    async complete(callback: URL, { verifier, state, nonce }: Checks): Promise<Claims> {
      const config = await configuration();
      const tokens = await client.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const idToken = tokens.claims();
      if (idToken === undefined) throw new Error('the provider gave no ID token');
      const hasInfo = config.serverMetadata().userinfo_endpoint !== undefined;
      const userInfo = hasInfo ? await client.fetchUserInfo(config, tokens.access_token, idToken.sub) : {};
      return readClaims(settings, idToken, userInfo);
    },
  };
}

export type Protocol = ReturnType<typeof createProtocol>;
