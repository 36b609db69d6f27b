import type { RoleName } from '@custos/contract';

/** An outside identity provider that speaks OpenID Connect, as the operator has set it up. */
export interface ProviderSettings {
  /** Such as `keycloak`; part of addresses: small letters, digits and hyphens. */
  readonly id: string;
  /** What the button says. */
  readonly name: string;
  /** Issuer identifier; `https:`, or `http:` on loopback. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** Scopes beside `openid`, `email` and `profile`, such as `groups`. */
  readonly scopes?: readonly string[] | undefined;
  /** The claim with the person's groups; `groups` unless told. */
  readonly groupsClaim?: string | undefined;
  /**
   * Which group gives which role; the first that matches counts, at every sign-in. Who is in none of them
   * does not get in. Empty or left out: roles are given here, and the provider has no say.
   */
  readonly groups?: readonly { readonly group: string; readonly role: RoleName }[] | undefined;
  /** Makes an account for somebody who has none. Off unless told. */
  readonly justInTime?: boolean | undefined;
  /** The role of such an account where no groups are mapped; `viewer` unless told. */
  readonly defaultRole?: RoleName | undefined;
  /**
   * Lets the provider say which existing account is whose, by an e-mail address that it has verified. Off
   * unless told: whoever runs the provider can then enter any account.
   */
  readonly linkByEmail?: boolean | undefined;
  /** Values of `amr` or `acr` that stand for a second factor at the provider; none unless told. */
  readonly secondFactor?: readonly string[] | undefined;
}

/** Sends the provider's requests; `fetch` as far as `openid-client` uses it. */
export type ProviderFetch = (
  url: string,
  request: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

/** What a provider says about a person, as far as it counts here. */
export interface Claims {
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean | null;
  readonly name: string | null;
  readonly groups: readonly string[];
  /** `amr` and `acr` together. */
  readonly methods: readonly string[];
}
