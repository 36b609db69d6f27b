import type { Permission } from '@custos/contract';

/**
 * Words of this domain.
 *
 * - **identity**: who is calling, as far as the present request is concerned.
 * - **session**: a sign-in of a user in one browser; a server-side row is the truth.
 * - **API token**: a secret that a program sends; belongs to a user, can do a part of what they can.
 * - **role**: a set of permissions, kept as data.
 * - **set-up link**: how the first person gets an account; there is none from the start.
 * - **lock**: the time during which an account or an address may not try to sign in.
 * - **host operator**: whoever can run the command line on the host; needs no account.
 */

/** Who is calling and what they may do. Made anew for every request, so changes act on the next one. */
export interface Identity {
  readonly kind: 'user' | 'token';
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The session's id, for a user in a browser. */
  readonly sessionId: string | null;
  /** The token's id, for a program. */
  readonly tokenId: string | null;
}

/** Where a request comes from. */
export interface Caller {
  readonly address: string;
  readonly device: string;
}

/** A request with its id, for the record of what it does. */
export interface CallContext extends Caller {
  readonly requestId: string | null;
}

/** A person who has just signed in. */
export interface SignedIn {
  /** The session token: goes into the cookie and is not kept anywhere in plain text. */
  readonly token: string;
  readonly identity: Identity;
}

/** Whose right to be here has just ended; what they have open is to be closed. */
export interface Ended {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly tokenId?: string;
}

/** What the HTTP server needs from this domain. */
export interface Authenticator {
  /** The identity behind a session cookie; undefined when it is unknown, idle for too long or ended. */
  bySession(token: string, caller: Caller): Promise<Identity | undefined>;
  /** The identity behind an API token; undefined when it is unknown, expired or revoked. */
  byApiToken(token: string, caller: Caller): Promise<Identity | undefined>;
}
