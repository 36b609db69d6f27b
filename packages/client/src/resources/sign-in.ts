import {
  done,
  identity,
  link,
  passkeyStep,
  providerAddress,
  signInMethods,
  signInPolicy,
  type linkUse,
  type passkeySignIn,
  type secondFactorRequest,
  type signInPolicyChange,
  type stepUpRequest,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';

/** The steps of a sign-in after or instead of the password, and the proof during a session. */
export function signInSteps(request: Request) {
  return {
    /** Ends the sign-in that the password began. */
    secondFactor: (body: z.input<typeof secondFactorRequest>) =>
      request('POST', '/api/v1/session/second-factor', { schema: identity, body }),
    /** What `navigator.credentials.get` is to be called with, to sign in by a passkey alone. */
    passkeyOptions: () => request('POST', '/api/v1/session/passkey/options', { schema: passkeyStep }),
    passkey: (body: z.input<typeof passkeySignIn>) =>
      request('POST', '/api/v1/session/passkey', { schema: identity, body }),
    /** What a passkey is to sign for a fresh proof. */
    stepUpOptions: () => request('POST', '/api/v1/session/step-up/options', { schema: passkeyStep }),
    /** Proves again who it is, for acts that are answered `step_up_required`. */
    stepUp: (body: z.input<typeof stepUpRequest>) =>
      request('POST', '/api/v1/session/step-up', { schema: identity, body }),
  };
}

/** What the page of the sign-in needs, links by e-mail, identity providers, and the policy. */
export function signInCalls(request: Request) {
  const provider = (id: string): string => `/api/v1/sign-in/oidc/${encodeURIComponent(id)}`;
  return {
    methods: (signal?: AbortSignal) => request('GET', '/api/v1/sign-in', { schema: signInMethods, signal }),
    /** Asks for a link by which a forgotten password is replaced; the answer is always the same. */
    askReset: (email: string) => request('POST', '/api/v1/sign-in/resets', { schema: done, body: { email } }),
    /** What an invitation or a reset is for; rejects with `token_invalid`. */
    lookAtLink: (token: string, signal?: AbortSignal) =>
      request('POST', '/api/v1/sign-in/links/look', { schema: link, body: { token }, signal }),
    /** Gives the person the password that they chose; signing in comes after. */
    useLink: (body: z.input<typeof linkUse>) =>
      request('POST', '/api/v1/sign-in/links/use', { schema: done, body }),
    /** Where a browser goes to sign in by an identity provider. */
    providerPath: provider,
    /** Resolves with the address to send the browser to, to link the account there. */
    linkProvider: (id: string) => request('POST', `${provider(id)}/link`, { schema: providerAddress }),
    unlinkProvider: (id: string) => request('DELETE', `${provider(id)}/link`, { schema: done }),
    policy: (signal?: AbortSignal) =>
      request('GET', '/api/v1/sign-in/policy', { schema: signInPolicy, signal }),
    changePolicy: (body: z.input<typeof signInPolicyChange>) =>
      request('PATCH', '/api/v1/sign-in/policy', { schema: signInPolicy, body }),
  };
}
