import type { Severity } from '@custos/contract';
import { backoffMs } from '../base/duration.ts';
import type { SendOutcome } from './types.ts';

/** How long a channel is tried before it gives a notification up. */
export interface RetryPolicy {
  /** First wait, ms; doubles at every attempt. */
  readonly baseMs: number;
  /** Longest wait of our own choice, ms. */
  readonly maxMs: number;
  /** Longest wait that a provider may ask for, ms; a longer wish is cut to this. */
  readonly maxRetryAfterMs: number;
  /** Given up this long after the first attempt, ms. */
  readonly maxAgeMs: number;
  /** Given up after this many attempts. */
  readonly maxAttempts: number;
  /** With a fallback, a critical notification waits no longer than this for its first channel, ms. */
  readonly criticalFailoverMs: number;
}

/**
 * An hour's outage of a mail server must end in delivery, so age is the limit that counts and the number
 * of attempts a far stop: with these waits, two hours hold about 40 of them.
 */
export const defaultRetryPolicy: RetryPolicy = {
  baseMs: 1000,
  maxMs: 300_000,
  maxRetryAfterMs: 900_000,
  maxAgeMs: 7_200_000,
  maxAttempts: 60,
  criticalFailoverMs: 300_000,
};

/** What is known of a notification when an attempt has ended. */
export interface AttemptFacts {
  readonly event: 'firing' | 'resolved' | 'test';
  readonly severity: Severity;
  /** Attempts made, this one included. */
  readonly attempts: number;
  readonly firstAttemptAt: number;
  readonly now: number;
  readonly hasFallback: boolean;
}

export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'gave-up' }
  | { readonly state: 'retry'; readonly at: number };

/** Says what becomes of a notification after an attempt. A test is tried once. */
export function decide(
  outcome: Pick<SendOutcome, 'result' | 'retryAfterSeconds'>,
  facts: AttemptFacts,
  policy: RetryPolicy,
): Verdict {
  if (outcome.result === 'delivered') return { state: 'delivered' };
  if (outcome.result === 'permanent' || facts.event === 'test') return { state: 'gave-up' };

  const impatient = facts.severity === 'critical' && facts.hasFallback;
  const maxAgeMs = impatient ? Math.min(policy.criticalFailoverMs, policy.maxAgeMs) : policy.maxAgeMs;
  const giveUpAt = facts.firstAttemptAt + maxAgeMs;
  if (facts.attempts >= policy.maxAttempts || facts.now >= giveUpAt) return { state: 'gave-up' };

  const asked = Math.min((outcome.retryAfterSeconds ?? 0) * 1000, policy.maxRetryAfterMs);
  const at = facts.now + Math.max(backoffMs(facts.attempts, policy), asked);
  // The last attempt falls on the limit and not past it, so that the fallback is not kept waiting.
  return { state: 'retry', at: Math.max(Math.min(at, giveUpAt), facts.now + asked) };
}
