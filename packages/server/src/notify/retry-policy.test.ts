import { describe, expect, test } from 'vitest';
import { decide, defaultRetryPolicy, type AttemptFacts } from './retry-policy.ts';

const facts: AttemptFacts = {
  event: 'firing',
  severity: 'high',
  attempts: 1,
  firstAttemptAt: 0,
  now: 100,
  hasFallback: false,
};
const later = { result: 'retryable', retryAfterSeconds: null } as const;

describe('what becomes of a notification after an attempt', () => {
  test('a yes delivers it and a refusal ends it', () => {
    expect(decide({ ...later, result: 'delivered' }, facts, defaultRetryPolicy)).toEqual({
      state: 'delivered',
    });
    expect(decide({ ...later, result: 'permanent' }, facts, defaultRetryPolicy)).toEqual({
      state: 'gave-up',
    });
  });

  test('waits grow to the cap and never past it', () => {
    for (let attempts = 1; attempts < 60; attempts += 1) {
      const verdict = decide(later, { ...facts, attempts }, defaultRetryPolicy);
      const wait = verdict.state === 'retry' ? verdict.at - facts.now : 0;
      const ceiling = Math.min(300_000, 1000 * 2 ** (attempts - 1));
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
      expect(wait).toBeLessThanOrEqual(ceiling);
    }
  });

  test('an unknown outcome is tried again', () => {
    expect(decide({ ...later, result: 'unknown' }, facts, defaultRetryPolicy).state).toBe('retry');
  });

  test('Retry-After makes the wait longer, up to a quarter of an hour, and never shorter', () => {
    const wait = (retryAfterSeconds: number) => {
      const verdict = decide({ ...later, retryAfterSeconds }, { ...facts, attempts: 9 }, defaultRetryPolicy);
      return verdict.state === 'retry' ? verdict.at - facts.now : 0;
    };
    expect(wait(600)).toBe(600_000);
    expect(wait(86_400)).toBe(900_000);
    expect(wait(1)).toBeGreaterThanOrEqual(128_000);
  });

  test('age ends it after two hours, a critical one with a fallback after five minutes', () => {
    const at = (now: number, more: Partial<AttemptFacts> = {}) =>
      decide(later, { ...facts, now, ...more }, defaultRetryPolicy).state;
    expect(at(7_199_999)).toBe('retry');
    expect(at(7_200_000)).toBe('gave-up');
    expect(at(300_000, { severity: 'critical' })).toBe('retry');
    expect(at(300_000, { severity: 'critical', hasFallback: true })).toBe('gave-up');
    expect(at(100, { attempts: 60 })).toBe('gave-up');
  });

  test('a test is tried once', () => {
    expect(decide(later, { ...facts, event: 'test' }, defaultRetryPolicy).state).toBe('gave-up');
  });
});
