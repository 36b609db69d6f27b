import type { Clock } from '../../base/clock.ts';
import { gaveUpWaiting, tooManyWaiting } from './errors.ts';
import {
  debtMs,
  fullBucket,
  refilled,
  reserveToken,
  takeToken,
  type Bucket,
  type BucketLimits,
} from './token-bucket.ts';

export interface AdmissionOptions extends BucketLimits {
  readonly clock: Clock;
  /** Sources that are counted apart; more share one bucket, so that made-up names cannot fill the memory. */
  readonly maxSources?: number;
  /** Protected events of one source that may wait; beyond it whole batches are refused. */
  readonly maxWaiting?: number;
}

/** What became of each event of a batch, and how long the batch had to wait. */
export interface AdmissionTicket {
  /** By position: `false` is dropped. A protected event is never dropped. */
  readonly admitted: readonly boolean[];
  readonly dropped: number;
  /** How long the source has to wait for the protected events beyond its rate, ms. */
  readonly delayMs: number;
}

export interface Admission {
  /**
   * Decides about a batch of one source at once; `protectedEvents[i]` says whether event i is protected.
   * Raises `rate_limited` when so many wait already that the batch has to be sent again; nothing of it counts.
   */
  decide(source: string, protectedEvents: readonly boolean[]): AdmissionTicket;
  /** Waits out a delay. Raises `rate_limited` when the caller gives up. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void>;
}

const overflowSource = '';

/**
 * The rate limit per source (row A11): a token bucket. Ordinary events beyond it are dropped, protected
 * ones take their token on credit and wait until it would have come.
 */
export function createAdmission({
  clock,
  perSecond,
  burst,
  maxSources = 10_000,
  maxWaiting = 10_000,
}: AdmissionOptions): Admission {
  const limits = { perSecond, burst };
  const buckets = new Map<string, Bucket>();

  /** Forgets sources whose bucket is full again: they are as new. */
  function makeRoom(now: number): void {
    for (const [source, bucket] of buckets) {
      if (refilled(bucket, limits, now).tokens >= burst) buckets.delete(source);
    }
  }

  function nameOf(source: string, now: number): string {
    if (buckets.has(source)) return source;
    if (buckets.size >= maxSources) makeRoom(now);
    return buckets.size >= maxSources ? overflowSource : source;
  }

  return {
    decide(source, protectedEvents) {
      const now = clock.monotonic();
      const name = nameOf(source, now);
      let bucket = refilled(buckets.get(name) ?? fullBucket(limits, now), limits, now);
      let reserved = false;
      const admitted = protectedEvents.map((isProtected) => {
        const taken = takeToken(bucket);
        if (taken === undefined && !isProtected) return false;
        if (taken === undefined) reserved = true;
        bucket = taken ?? reserveToken(bucket);
        return true;
      });
      if (bucket.tokens < -maxWaiting) {
        const before = refilled(buckets.get(name) ?? fullBucket(limits, now), limits, now);
        throw tooManyWaiting(source, Math.ceil(debtMs(before, limits) / 1000) || 1);
      }
      buckets.set(name, bucket);
      return {
        admitted,
        dropped: admitted.filter((each) => !each).length,
        delayMs: reserved ? debtMs(bucket, limits) : 0,
      };
    },

    async wait(delayMs, signal) {
      if (delayMs > 0) await clock.sleep(delayMs, signal);
      if (signal?.aborted === true) throw gaveUpWaiting();
    },
  };
}
