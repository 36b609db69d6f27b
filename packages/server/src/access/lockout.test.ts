import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  accountPolicy,
  addressPolicy,
  countAttempt,
  giveBackAttempt,
  isLocked,
  noFailures,
  type FailureRecord,
} from './lockout.ts';

const minute = 60_000;
const start = 1_767_225_600_000;

function failTimes(record: FailureRecord, times: number, now: number): FailureRecord {
  let next = record;
  for (let count = 0; count < times; count += 1) next = countAttempt(next, now, accountPolicy);
  return next;
}

test('four failures leave an account open and the fifth locks it for 15 minutes', () => {
  const four = failTimes(noFailures, 4, start);
  expect(isLocked(four, start)).toBe(false);
  const five = countAttempt(four, start, accountPolicy);
  expect(isLocked(five, start + 15 * minute - 1)).toBe(true);
  expect(isLocked(five, start + 15 * minute)).toBe(false);
});

test('each further lock is twice as long, up to an hour', () => {
  let now = start;
  let record = noFailures;
  const minutes: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    record = failTimes(record, 5, now);
    minutes.push((record.lockedUntil - now) / minute);
    now = record.lockedUntil;
  }
  expect(minutes).toEqual([15, 30, 60, 60, 60]);
});

test('a day without failures forgets everything', () => {
  const locked = failTimes(noFailures, 5, start);
  const later = countAttempt(locked, start + 1440 * minute, accountPolicy);
  expect(later).toMatchObject({ failures: 1, locks: 0, lockedUntil: 0 });
});

test('an address counts failures within 15 minutes only', () => {
  let record = noFailures;
  for (let count = 0; count < 100; count += 1) {
    record = countAttempt(record, start + count * minute, addressPolicy);
    expect(isLocked(record, start + count * minute)).toBe(false);
  }
});

test('giving back the attempt that locked opens again without a trace', () => {
  const four = failTimes(noFailures, 4, start);
  expect(giveBackAttempt(countAttempt(four, start, accountPolicy), accountPolicy)).toEqual({ ...four });
});

test('whatever comes, counts stay within bounds and no lock is longer than an hour', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 2000 * minute })), { maxLength: 60 }),
      (steps) => {
        let now = start;
        let record = noFailures;
        for (const [counts, wait] of steps) {
          now += wait;
          if (!counts) record = giveBackAttempt(record, accountPolicy);
          else if (!isLocked(record, now)) record = countAttempt(record, now, accountPolicy);
          expect(record.failures).toBeGreaterThanOrEqual(0);
          expect(record.failures).toBeLessThanOrEqual(accountPolicy.limit);
          expect(record.locks).toBeGreaterThanOrEqual(0);
          expect(record.lockedUntil - now).toBeLessThanOrEqual(60 * minute);
        }
      },
    ),
  );
});
