/** A token bucket: `burst` at once, `perSecond` from then on. Pure; the time is an argument. */
export interface Bucket {
  /** Tokens at `at`; below zero when callers wait for tokens that are still to come. */
  readonly tokens: number;
  /** Monotonic ms. */
  readonly at: number;
}

export interface BucketLimits {
  readonly perSecond: number;
  readonly burst: number;
}

export function fullBucket(limits: BucketLimits, now: number): Bucket {
  return { tokens: limits.burst, at: now };
}

/** The bucket at a later time. */
export function refilled(bucket: Bucket, limits: BucketLimits, now: number): Bucket {
  const gained = (Math.max(0, now - bucket.at) / 1000) * limits.perSecond;
  return { tokens: Math.min(limits.burst, bucket.tokens + gained), at: Math.max(now, bucket.at) };
}

/** Takes one token if there is one. */
export function takeToken(bucket: Bucket): Bucket | undefined {
  // Refilling adds fractions: what is one token but for the last binary digit is one.
  return bucket.tokens < 1 - 1e-9 ? undefined : { ...bucket, tokens: bucket.tokens - 1 };
}

/** Takes one token, on credit if need be. */
export function reserveToken(bucket: Bucket): Bucket {
  return { ...bucket, tokens: bucket.tokens - 1 };
}

/** How long until the bucket owes nothing, ms. */
export function debtMs(bucket: Bucket, limits: BucketLimits): number {
  return bucket.tokens >= -1e-9 ? 0 : Math.ceil((-bucket.tokens / limits.perSecond) * 1000);
}
