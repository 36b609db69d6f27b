import { personsOnly, stepUpRequired } from './errors.ts';
import type { Identity } from './types.ts';

/** For how long a proof counts as fresh, ms. */
const freshMs = 5 * 60_000;

/** The id of the session of a person in a browser; a program is refused. */
export function ownSession(identity: Identity): string {
  if (identity.kind !== 'user' || identity.sessionId === null) throw personsOnly();
  return identity.sessionId;
}

/**
 * Refuses unless the session proved who it is within the last five minutes: an open browser is not enough
 * to change how an account is entered (OWASP ASVS 5.0, 7.5.1).
 */
export function requireFresh({ authenticatedAt }: { readonly authenticatedAt: number }, now: number): void {
  if (now - authenticatedAt > freshMs) throw stepUpRequired();
}
