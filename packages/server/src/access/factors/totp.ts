import { Secret, TOTP } from 'otpauth';

/**
 * Authenticator codes (RFC 6238): six digits, SHA-1, 30 seconds, which is what every authenticator app
 * takes. A code of the step before or after the present one counts too, for clocks that are off.
 */
const periodSeconds = 30;
const stepsOff = 1;

/** Makes a seed of 160 bits (RFC 4226, 4), as base 32. */
export function makeTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

function totpOf(secret: string, account = ''): TOTP {
  return new TOTP({
    issuer: 'Custos',
    label: account === '' ? 'Custos' : account,
    algorithm: 'SHA1',
    digits: 6,
    period: periodSeconds,
    secret: Secret.fromBase32(secret),
  });
}

/** The seed as an `otpauth:` address, which authenticator apps read from a QR code. */
export function totpUri(secret: string, account: string): string {
  return totpOf(secret, account).toString();
}

/** The time step that a code is of; undefined when it is not of any step near `now`. */
export function totpStep(secret: string, code: string, now: number): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: stepsOff });
  return delta === null ? undefined : Math.floor(now / (periodSeconds * 1000)) + delta;
}
