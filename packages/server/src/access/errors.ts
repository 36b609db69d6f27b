import type { Permission } from '@custos/contract';
import { CustosError } from '../base/errors.ts';

/**
 * The one answer to a sign-in that did not work (401). Unknown, wrong, locked and disabled are told apart
 * in the audit log only (OWASP ASVS 5.0, 6.3.8).
 */
export function signInFailed(): CustosError {
  return new CustosError(
    'sign_in_failed',
    'The e-mail or password is wrong, or the account is locked or disabled.',
    { status: 401 },
  );
}

/** Too many failures from one address (429); says nothing about any account. */
export function tooManyFailures(retryAfterMs: number): CustosError {
  return new CustosError('rate_limited', 'Too many failed sign-ins from this address. Try again later.', {
    status: 429,
    retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)),
  });
}

/** The set-up link is wrong, used, expired or no longer needed (403). */
export function setupNotAllowed(): CustosError {
  return new CustosError(
    'setup_not_allowed',
    'The set-up link is wrong, used or expired. While nobody has an account, a restart prints a new one.',
    { status: 403 },
  );
}

/** The act would give, or take from somebody, permissions that the actor does not have (403). */
export function beyondOwnPermissions(missing: readonly Permission[]): CustosError {
  return new CustosError(
    'forbidden',
    `This needs permissions that you do not have yourself: ${missing.join(', ')}.`,
    { status: 403 },
  );
}

/** The act is for a person with a session, never for a program with a token (403). */
export function personsOnly(): CustosError {
  return new CustosError('forbidden', 'An API token cannot do this; sign in with your password.', {
    status: 403,
  });
}

/** More passwords wait to be checked than the host can check soon (503). */
export function tooBusyToHash(): CustosError {
  return new CustosError('overloaded', 'Too many sign-ins at once. Try again in a few seconds.', {
    status: 503,
    retryAfterSeconds: 5,
  });
}

/** The act needs a fresh proof of who is asking (403); `POST /api/v1/session/step-up` gives one. */
export function stepUpRequired(): CustosError {
  return new CustosError(
    'step_up_required',
    'Confirm again that it is you, with a second factor or your password; then repeat the call.',
    { status: 403 },
  );
}

/**
 * The one answer to a second factor that did not work (401): wrong, used, expired and locked are told
 * apart in the audit log only.
 */
export function secondFactorFailed(): CustosError {
  return new CustosError(
    'second_factor_failed',
    'The code or passkey is wrong or has been used, or the sign-in took too long. Start again.',
    { status: 401 },
  );
}

/** This installation is not set up for that way of signing in (409); the message says what is missing. */
export function methodUnavailable(what: string): CustosError {
  return new CustosError('sign_in_method_unavailable', what, { status: 409 });
}

/** The invitation or reset is wrong, used or expired (403). */
export function linkInvalid(): CustosError {
  return new CustosError('token_invalid', 'The link is wrong, used or expired. Ask for a new one.', {
    status: 403,
  });
}
