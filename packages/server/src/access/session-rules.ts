import type { Permission } from '@custos/contract';
import { isAdministrator } from './grants.ts';

/** How long sessions last. All in milliseconds. */
export interface SessionLimits {
  /** Ends a session without requests for so long. */
  readonly idleMs: number;
  /** The same for those who administer users or the installation. */
  readonly administratorIdleMs: number;
  /** Ends every session so long after its sign-in, however busy it is. */
  readonly absoluteMs: number;
  /** Sessions that one person has at a time; a further one ends the oldest. */
  readonly most: number;
  /** The same for those who administer users. */
  readonly administratorMost: number;
  /** The same for those who configure the installation. */
  readonly configurerMost: number;
}

/**
 * 60 minutes idle, 15 for administrators (PCI DSS 4.0, 8.2.8), 12 hours in all (NIST SP 800-63B, AAL2
 * and AAL3). OWASP ASVS 5.0, 7.3.1 and 7.3.2 ask for both kinds. Three at a time, two for those who
 * administer users, one for those who configure the installation.
 */
export const defaultSessionLimits: SessionLimits = {
  idleMs: 60 * 60_000,
  administratorIdleMs: 15 * 60_000,
  absoluteMs: 12 * 3_600_000,
  most: 3,
  administratorMost: 2,
  configurerMost: 1,
};

/** How many sessions somebody with these permissions has at a time (OWASP ASVS 5.0, 7.1.2). */
export function mostSessions(held: ReadonlySet<Permission>, limits: SessionLimits): number {
  if (held.has('system.configure')) return limits.configurerMost;
  return held.has('user.manage') ? limits.administratorMost : limits.most;
}

/** How long somebody with these permissions may be idle, ms. */
export function idleLimit(held: ReadonlySet<Permission>, limits: SessionLimits): number {
  return isAdministrator(held) ? limits.administratorIdleMs : limits.idleMs;
}

/**
 * Activity is written down when the last note is this old, so a busy dashboard costs one write a minute.
 * The idle limit may therefore come up to a minute early, never late.
 */
const activityStepMs = 60_000;

/** True while a session may be used. */
export function isAlive(
  session: { readonly lastSeenAt: number; readonly expiresAt: number },
  now: number,
  idleMs: number,
): boolean {
  return now < session.expiresAt && now - session.lastSeenAt < idleMs;
}

/** When a session ends if nothing more happens. */
export function endOf(
  session: { readonly lastSeenAt: number; readonly expiresAt: number },
  idleMs: number,
): number {
  return Math.min(session.expiresAt, session.lastSeenAt + idleMs);
}

/** True when activity should be written down. */
export function isActivityDue(lastNoted: number | null, now: number): boolean {
  return lastNoted === null || now - lastNoted >= activityStepMs;
}
