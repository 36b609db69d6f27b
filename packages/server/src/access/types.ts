import type { ApprovalKindName, Permission } from '@custos/contract';

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
 * - **second factor**: an authenticator's code, a passkey or a recovery code; what a password is not.
 * - **ticket**: a secret that joins the requests of one ceremony, such as password and then code.
 * - **known device**: a browser in which the person has signed in before; a lock does not stop it.
 * - **link**: an invitation or a reset, sent to the person; works once, for 60 minutes.
 * - **provider**: an outside identity provider that speaks OpenID Connect.
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
  /** The token's own name, such as `shop-api`: the source of what the program sends. */
  readonly tokenName?: string;
  /** When this session last proved who it is, by whatever the person has, ms. */
  readonly authenticatedAt?: number;
  /** When this session last proved a second factor, ms; null when it never did. */
  readonly secondFactorAt?: number | null;
  /**
   * Why there are no permissions at the moment: a second factor is overdue, or the password is one that
   * somebody else chose. A person can do nothing but mend that; a token can do nothing.
   */
  readonly restricted?: 'second-factor' | 'password';
}

/** Where a request comes from. */
export interface Caller {
  readonly address: string;
  readonly device: string;
  /** The page says that nobody has touched it for a minute: its requests are nobody's activity. */
  readonly unattended?: boolean;
}

/** A request with its id, for the record of what it does. */
export interface CallContext extends Caller {
  readonly requestId: string | null;
  /** The host that was called, with its port; passkeys on `localhost` need it. */
  readonly host?: string;
}

/** A person who has just signed in. */
export interface SignedIn {
  /** The session token: goes into the cookie and is not kept anywhere in plain text. */
  readonly token: string;
  readonly identity: Identity;
  /** A new secret by which this browser is known from now on; undefined when it was known already. */
  readonly deviceToken?: string;
}

/** Somebody who is told what happens to their account. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** One message to a person about their own account. Plain text. */
export interface PersonalMessage {
  /** Stable, such as `password-changed`. */
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  /** Where to go; holds a secret when it is an invitation or a reset, so it belongs in no log. */
  readonly url: string | null;
}

/** Tells a person something; rejects when it will not be told. */
export type Tell = (person: Person, message: PersonalMessage) => Promise<void>;

/** What those who watch over the installation should know at once. */
export type SecurityEvent =
  | {
      readonly kind: 'spray';
      /** A network such as `192.0.2.0/24`, or `everywhere`. */
      readonly network: string;
      /** Accounts that were tried within the window. */
      readonly accounts: number;
      readonly at: number;
    }
  | { readonly kind: 'account-locked'; readonly userId: string | null; readonly at: number }
  | { readonly kind: 'address-locked'; readonly address: string; readonly at: number };

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

/** A call that needs a second person; the HTTP server makes it from a request. */
export interface HeldCall {
  readonly kind: ApprovalKindName;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** JSON as it was sent, before defaults were filled in; null when there was none. */
  readonly body: string | null;
  /** SHA-256 of method, address and body, hex. */
  readonly digest: string;
  /** What the route asks for; the second person needs it too. */
  readonly permission: string;
  readonly identity: Identity;
  readonly address: string;
  readonly requestId: string;
}

/** An approved call as it is carried out, in the name of who asked. */
export interface ApprovedCall {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  /** Who asked, with what they may do now. */
  readonly identity: Identity;
  readonly address: string;
}
