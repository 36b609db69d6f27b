import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Person } from '../types.ts';
import type { StoredPasskey } from './factor-store.ts';
import type { RelyingParty } from './relying-party.ts';

/** How long a person has to touch their authenticator, ms. */
const timeoutMs = 120_000;

/** EdDSA, ES256 and RS256 as COSE numbers (RFC 9053): what authenticators make and this host can check. */
const algorithms = [-8, -7, -257];

/** What the browser sent, of a shape that the library checks. */
export type CredentialInput = Readonly<Record<string, unknown>>;

type Options = { readonly challenge: string; readonly options: Record<string, unknown> };

/** As plain JSON, which the contract carries. */
const plain = (value: object): Record<string, unknown> => ({ ...value });

const transportsOf = (passkey: StoredPasskey) => passkey.transports as AuthenticatorTransport[];

/** What `navigator.credentials.create` needs to make a passkey for a person. */
export async function creationOptions(
  party: RelyingParty,
  person: Person,
  existing: readonly StoredPasskey[],
): Promise<Options> {
  const options = await generateRegistrationOptions({
    rpName: 'Custos',
    rpID: party.id,
    userID: new TextEncoder().encode(person.id),
    userName: person.email,
    userDisplayName: person.name,
    timeout: timeoutMs,
    supportedAlgorithmIDs: [...algorithms],
    excludeCredentials: existing.map((passkey) => ({
      id: passkey.credentialId,
      transports: transportsOf(passkey),
    })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });
  return { challenge: options.challenge, options: plain(options) };
}

/** What `navigator.credentials.get` needs; `allowed` null for whatever passkey the person has for the site. */
export async function requestOptions(
  party: RelyingParty,
  allowed: readonly StoredPasskey[] | null,
): Promise<Options> {
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    timeout: timeoutMs,
    userVerification: allowed === null ? 'required' : 'preferred',
    ...(allowed === null
      ? {}
      : {
          allowCredentials: allowed.map((passkey) => ({
            id: passkey.credentialId,
            transports: transportsOf(passkey),
          })),
        }),
  });
  return { challenge: options.challenge, options: plain(options) };
}

/** The passkey that an authenticator has just made; undefined when the answer proves nothing. */
export async function readCreated(
  response: CredentialInput,
  { party, challenge }: { readonly party: RelyingParty; readonly challenge: string },
): Promise<Pick<StoredPasskey, 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'backedUp'> | null> {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: [...algorithms],
    });
    if (!verified || registrationInfo === undefined) return null;
    const { credential, credentialBackedUp: backedUp } = registrationInfo;
    const { id: credentialId, publicKey, counter, transports = [] } = credential;
    return { credentialId, publicKey, counter, transports, backedUp };
  } catch {
    // The library throws on whatever it cannot read; all of that is "no".
    return null;
  }
}

/** The id of the credential that an answer says it is of. */
export function credentialIdOf(response: CredentialInput): string | undefined {
  const { id } = response;
  return typeof id === 'string' && id.length <= 2000 ? id : undefined;
}

/** The counter after a signature that proves possession; null when it proves nothing. */
export async function readSigned(
  response: CredentialInput,
  passkey: StoredPasskey,
  check: { readonly party: RelyingParty; readonly challenge: string; readonly userVerification: boolean },
): Promise<number | null> {
  if (passkey.rpId !== check.party.id) return null;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: response as unknown as AuthenticationResponseJSON,
      expectedChallenge: check.challenge,
      expectedOrigin: check.party.origin,
      expectedRPID: check.party.id,
      requireUserVerification: check.userVerification,
      credential: {
        id: passkey.credentialId,
        publicKey: passkey.publicKey,
        counter: passkey.counter,
        transports: transportsOf(passkey),
      },
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch {
    // The library throws on whatever it cannot read, and on a counter that went back; all of that is "no".
    return null;
  }
}
