import { jwtMade } from '@custos/contract';
import { createRequest, type ClientOptions } from './transport.ts';

export interface SessionTokenOptions extends ClientOptions {
  /** For which service the token is made (`aud`); Custos itself unless told. */
  readonly audience?: string | undefined;
  /** A token with less than this left is replaced in the background, ms; 60,000 unless told. */
  readonly refreshBeforeMs?: number | undefined;
  /** Milliseconds since the epoch; the platform's unless told. */
  readonly now?: (() => number) | undefined;
}

export interface SessionToken {
  /**
   * A token that is good for at least 10 more seconds. Calls at the same time share one request.
   *
   * @throws ApiError `unauthenticated` when the session has ended; ConnectionError when there is no answer.
   */
  get(): Promise<string>;
  /** Forgets the token, as after signing out or a 401; the next call gets a new one. */
  forget(): void;
}

/** Less than this and the token may be over when it arrives. */
const leastLeftMs = 10_000;

interface Kept {
  readonly token: string;
  /** By this computer's clock. */
  readonly endsAt: number;
}

/** Seconds from `iat` to `exp`: how long a token lives, whatever this computer's clock says. */
function lifeSeconds(token: string): number | undefined {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { iat, exp } = JSON.parse(atob(part)) as { iat?: unknown; exp?: unknown };
    return typeof iat === 'number' && typeof exp === 'number' ? exp - iat : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps a JSON web token for the session of this browser, to call services that guard their routes by
 * Custos. It is fetched when first needed and replaced before it ends; it is never stored.
 *
 * @example
 * const token = createSessionToken({ baseUrl: '', audience: 'shop' });
 * await fetch('https://shop.example.com/cases', {
 *   headers: { authorization: `Bearer ${await token.get()}` },
 * });
 */
export function createSessionToken(options: SessionTokenOptions): SessionToken {
  const { audience, refreshBeforeMs = 60_000, now = () => Date.now() } = options;
  const request = createRequest(options);
  let kept: Kept | undefined;
  let fetching: Promise<Kept> | undefined;

  async function fetchToken(): Promise<Kept> {
    const began = now();
    const { token, expiresAt } = await request('POST', '/api/v1/session/jwt', {
      schema: jwtMade,
      body: audience === undefined ? {} : { audience },
    });
    const life = lifeSeconds(token);
    return { token, endsAt: life === undefined ? expiresAt : began + life * 1000 };
  }

  function refresh(): Promise<Kept> {
    if (fetching !== undefined) return fetching;
    const mine = fetchToken().then(
      (made) => {
        // One that was asked for before the token was forgotten may be of a session that has ended.
        if (fetching === mine) kept = made;
        if (fetching === mine) fetching = undefined;
        return made;
      },
      (error: unknown) => {
        if (fetching === mine) fetching = undefined;
        throw error;
      },
    );
    fetching = mine;
    return mine;
  }

  return {
    async get() {
      const left = kept === undefined ? 0 : kept.endsAt - now();
      if (kept !== undefined && left > leastLeftMs) {
        // A failure now is no harm yet: the next call tries again, and the last one is told.
        if (left < refreshBeforeMs) refresh().catch(() => undefined);
        return kept.token;
      }
      return (await refresh()).token;
    },
    forget() {
      kept = undefined;
      fetching = undefined;
    },
  };
}
