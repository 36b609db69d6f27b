import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';

type Json = Record<string, unknown>;

/** The browser made or used no passkey; the message says why, in words for the person. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';
}

/** Whether this browser, at this address, can have passkeys at all. */
export function canUsePasskeys(): boolean {
  return window.isSecureContext && typeof window.PublicKeyCredential === 'function';
}

/** What went wrong by the name that the platform gives it (WebAuthn level 3, 5.1.3 and 5.1.4). */
const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: 'The passkey was not used: it was cancelled, or took too long.',
  AbortError: 'The passkey was not used: it was cancelled, or took too long.',
  InvalidStateError: 'This device already holds a passkey for your account.',
  SecurityError: 'Passkeys work only at the public address of this installation.',
};

async function named<T>(work: () => Promise<T>): Promise<Json> {
  try {
    return (await work()) as Json;
  } catch (error) {
    const { name, cause } = error as Error;
    const inner = cause instanceof Error ? cause.name : '';
    const fallback = 'The browser could not use a passkey.';
    throw new PasskeyError(reasons[name] ?? reasons[inner] ?? fallback, { cause: error });
  }
}

/** Lets a passkey sign what the server asks; rejects with `PasskeyError`. */
export function signWithPasskey(options: Json): Promise<Json> {
  return named(async () => {
    const { startAuthentication } = await import('@simplewebauthn/browser');
    const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
    return startAuthentication({ optionsJSON });
  });
}

/** Makes a passkey; rejects with `PasskeyError`. */
export function makePasskey(options: Json): Promise<Json> {
  return named(async () => {
    const { startRegistration } = await import('@simplewebauthn/browser');
    const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
    return startRegistration({ optionsJSON });
  });
}
