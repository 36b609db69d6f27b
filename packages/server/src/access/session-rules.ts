/** How long sessions last. All in milliseconds. */
export interface SessionLimits {
  /** Ends a session without requests for so long. */
  readonly idleMs: number;
  /** The same for those who administer users or the installation. */
  readonly administratorIdleMs: number;
  /** Ends every session so long after its sign-in, however busy it is. */
  readonly absoluteMs: number;
}

/**
 * 60 minutes idle, 15 for administrators (PCI DSS 4.0, 8.2.8), 12 hours in all (NIST SP 800-63B, AAL2
 * and AAL3). OWASP ASVS 5.0, 7.3.1 and 7.3.2 ask for both kinds.
 */
export const defaultSessionLimits: SessionLimits = {
  idleMs: 60 * 60_000,
  administratorIdleMs: 15 * 60_000,
  absoluteMs: 12 * 3_600_000,
};

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
