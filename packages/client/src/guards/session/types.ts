import type { Permission } from '@custos/contract';

/**
 * Words of this folder.
 *
 * - **token**: a JSON web token of at most five minutes that Custos signed for one session and one audience.
 * - **session**: a sign-in at Custos. It can end before its tokens do.
 * - **need**: what a route asks of a caller.
 * - **refusal**: the answer to a caller who does not have it.
 */

/** `local`: the token alone decides. `session`: Custos is asked whether the session still is and may. */
export type SessionCheck = 'local' | 'session';

export interface SessionGuardOptions {
  /** Where Custos is, such as `https://custos.example.com`. */
  readonly baseUrl: string;
  /** For whom tokens must be made (`aud`): the name of your service in the configuration of Custos. */
  readonly audience: string;
  /** Who must have signed them (`iss`); the address of Custos unless told. */
  readonly issuer?: string | undefined;
  /** How routes check unless they say otherwise; `local` unless told. */
  readonly check?: SessionCheck | undefined;
  /**
   * An API token of your service, with which it asks Custos about sessions. Without one, the caller's own
   * token is used, which Custos takes only when it is made for `custos`.
   */
  readonly serviceToken?: (() => string | Promise<string>) | undefined;
  /** How long keys are kept, ms; 300,000 unless told. Custos publishes a retired key for 15 minutes. */
  readonly keysMaxAgeMs?: number | undefined;
  /** Least time between two looks for a key that is not known, ms; 10,000 unless told. */
  readonly keysCooldownMs?: number | undefined;
  /** How far clocks may be apart, seconds; 5 unless told. */
  readonly clockToleranceSeconds?: number | undefined;
  /** Milliseconds until Custos counts as not answering; 5,000 unless told. */
  readonly timeoutMs?: number | undefined;
  /** Told when Custos could not be asked, so that callers got 503. */
  readonly onProblem?: ((error: unknown) => void) | undefined;
  /** The `fetch` to use; the platform's otherwise. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** What a route can ask for besides a session. */
export interface RouteNeed {
  readonly check?: SessionCheck | undefined;
}

export interface Need extends RouteNeed {
  readonly permission?: Permission | undefined;
}

/** Who is calling, as the token says. */
export interface CustosSession {
  readonly userId: string;
  readonly sessionId: string;
  readonly permissions: ReadonlySet<string>;
  /** Milliseconds since the epoch at which the token ends. */
  readonly expiresAt: number;
}

/** What an answer that lets nobody in looks like: a problem document (RFC 9457). */
export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request as far as guards look at it. */
export interface Visitor {
  readonly authorization: string | undefined;
  /** Network address of the caller, for the address rules of Custos. */
  readonly address: string | undefined;
}
