/**
 * When a run of failed sign-ins closes an account or an address for a while. Pure: the counters are kept
 * by the store, time is passed in.
 *
 * An attempt is counted before the password is checked and given back when it was right, so that guesses
 * sent in parallel cannot all slip through before the first of them is counted.
 */
export interface FailureRecord {
  readonly failures: number;
  /** When the first counted failure happened. */
  readonly windowStart: number;
  readonly lastAt: number;
  /** How often in a row this was locked; each lock is twice as long as the one before. */
  readonly locks: number;
  /** 0 when not locked. */
  readonly lockedUntil: number;
}

export interface LockoutPolicy {
  /** Failures that lead to a lock. */
  readonly limit: number;
  /** Failures older than this are not counted together with new ones. */
  readonly windowMs: number;
  readonly firstLockMs: number;
  readonly longestLockMs: number;
  /** After so long without a failure nothing is remembered. */
  readonly forgetMs: number;
}

const minute = 60_000;

/** Five failures: 15 minutes, doubling to an hour. Kept for a day, so slow guessing counts too. */
export const accountPolicy: LockoutPolicy = {
  limit: 5,
  windowMs: 1440 * minute,
  firstLockMs: 15 * minute,
  longestLockMs: 60 * minute,
  forgetMs: 1440 * minute,
};

/** Twenty failures within 15 minutes, whatever the accounts: 15 minutes, doubling to an hour. */
export const addressPolicy: LockoutPolicy = {
  limit: 20,
  windowMs: 15 * minute,
  firstLockMs: 15 * minute,
  longestLockMs: 60 * minute,
  forgetMs: 1440 * minute,
};

export const noFailures: FailureRecord = {
  failures: 0,
  windowStart: 0,
  lastAt: 0,
  locks: 0,
  lockedUntil: 0,
};

/** True while nothing may be tried. */
export function isLocked(record: FailureRecord, now: number): boolean {
  return now < record.lockedUntil;
}

/** The record with one more attempt that has not succeeded (yet). Only for a record that is not locked. */
export function countAttempt(record: FailureRecord, now: number, policy: LockoutPolicy): FailureRecord {
  const forgotten = now - record.lastAt >= policy.forgetMs;
  const afresh = forgotten || record.lockedUntil > 0 || now - record.windowStart >= policy.windowMs;
  const failures = afresh ? 1 : record.failures + 1;
  const locks = forgotten ? 0 : record.locks;
  const reached = failures >= policy.limit;
  return {
    failures,
    windowStart: afresh ? now : record.windowStart,
    lastAt: now,
    locks: reached ? locks + 1 : locks,
    lockedUntil: reached ? now + Math.min(policy.firstLockMs * 2 ** locks, policy.longestLockMs) : 0,
  };
}

/** The record without one attempt that turned out to be right, or was never checked. */
export function giveBackAttempt(record: FailureRecord, policy: LockoutPolicy): FailureRecord {
  const failures = Math.max(0, record.failures - 1);
  const opened = record.lockedUntil > 0 && failures < policy.limit;
  return {
    ...record,
    failures,
    locks: opened ? Math.max(0, record.locks - 1) : record.locks,
    lockedUntil: opened ? 0 : record.lockedUntil,
  };
}
