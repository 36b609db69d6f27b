import { backoffMs } from '../base/duration.ts';
import type { RetryPolicy } from './types.ts';
import { PermanentFailure } from './errors.ts';

/** A peer that asks for a longer pause than this is not obeyed: the job must not sleep out of sight. */
const longestRetryAfterMs = 24 * 3_600_000;

export interface FailedAttempt {
  /** The attempt that failed; 1 is the first. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly error: unknown;
  readonly now: number;
}

/** When to try again, or `undefined` when the attempts are used up or the failure is permanent. */
export function retryAt(
  failed: FailedAttempt,
  policy: Pick<RetryPolicy, 'baseMs' | 'maxMs'>,
  random?: () => number,
): number | undefined {
  if (failed.error instanceof PermanentFailure || failed.attempt >= failed.maxAttempts) return undefined;
  const wait = backoffMs(failed.attempt, policy, random);
  return failed.now + Math.max(wait, Math.min(askedPauseMs(failed.error), longestRetryAfterMs));
}

/** What the peer asked for by `Retry-After`, carried by errors as `retryAfterSeconds`. */
function askedPauseMs(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('retryAfterSeconds' in error)) return 0;
  const seconds = error.retryAfterSeconds;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0;
}
