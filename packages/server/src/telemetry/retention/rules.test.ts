import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesPerDay, fullAt } from './forecast.ts';
import { daysToDrop } from './giving-way.ts';
import { defaultRetention, lifetimes, shortens } from './lifetimes.ts';
import { givingWay, storedKinds, type StoredDay, type StoredKind } from './types.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 21, 12);
const today = '2026-11-21';
const stored = (kind: StoredKind, daysAgo: number, bytes = 10): StoredDay => {
  const newest = now - daysAgo * dayMs;
  return {
    kind,
    table: 'log_record',
    partitionId: `${kind} ${daysAgo}`,
    day: new Date(newest).toISOString().slice(0, 10),
    rows: 1,
    bytes,
    uncompressedBytes: bytes * 10,
    oldest: newest - dayMs,
    newest,
  };
};
const drop = (days: readonly StoredDay[], over: number, held: readonly StoredKind[] = []): string[] =>
  daysToDrop(days, {
    totalBytes: 1000 + over,
    budgetBytes: 1000,
    held: new Set(held),
    today,
  }).map(({ partitionId }) => partitionId);

describe('what gives way to the budget', () => {
  const days = storedKinds.flatMap((kind) => [stored(kind, 0), stored(kind, 1), stored(kind, 2)]);

  test('the oldest of the least important kind goes first, and no more than needed', () => {
    expect(drop(days, 0)).toEqual([]);
    expect(drop(days, 1)).toEqual(['debug 2']);
    expect(drop(days, 35)).toEqual(['debug 2', 'debug 1', 'performance 2', 'performance 1']);
  });

  test('today goes only when nothing older is left, and audit never', () => {
    const all = drop(days, 10_000);
    expect(all).toHaveLength(21);
    expect(all.slice(14)).toEqual(givingWay.map((kind) => `${kind} 0`));
    expect(all.some((id) => id.startsWith('audit'))).toBe(false);
  });

  test('what is held stays', () => {
    expect(drop(days, 15, ['debug', 'performance'])).toEqual(['traces 2', 'traces 1']);
  });

  test('for any store: nothing held, no audit, never more than the last one too much', () => {
    const day = fc
      .tuple(fc.constantFrom(...storedKinds), fc.nat(30), fc.integer({ min: 1, max: 500 }))
      .map(([kind, ago, bytes]) => stored(kind, ago, bytes));
    fc.assert(
      fc.property(fc.array(day), fc.nat(5000), fc.subarray([...storedKinds]), (some, over, held) => {
        const dropped = daysToDrop(some, {
          totalBytes: 1000 + over,
          budgetBytes: 1000,
          held: new Set(held),
          today,
        });
        expect(dropped.some(({ kind }) => kind === 'audit' || held.includes(kind))).toBe(false);
        const freed = dropped.reduce((sum, { bytes }) => sum + bytes, 0);
        const last = dropped.at(-1)?.bytes ?? 0;
        expect(freed - last).toBeLessThan(Math.max(over, 1));
        const could = some.filter(({ kind }) => kind !== 'audit' && !held.includes(kind));
        if (freed < over) expect(dropped).toHaveLength(could.length);
      }),
    );
  });
});

describe('lifetimes', () => {
  const logsTtl = (...parameters: Parameters<typeof lifetimes>): string =>
    lifetimes(...parameters).find(({ table }) => table === 'log_record')?.ttl ?? '';

  test('a category that is held or kept for ever has none', () => {
    const ttl = logsTtl(defaultRetention, new Map([['debug', 'case 7']]));
    expect(ttl).toContain("category = 'security', toDateTime(time) + toIntervalDay(2557)");
    expect(ttl).not.toContain('debug');
    expect(ttl).not.toContain('audit');
  });

  test('times beyond the clock of the engine are for ever', () => {
    const logs = { security: 30_000, application: null, performance: null, audit: null, debug: null };
    expect(logsTtl({ ...defaultRetention, logs }, new Map())).not.toContain('toIntervalDay');
    expect(lifetimes({ ...defaultRetention, metrics: 36_500 }, new Map())[0]?.ttl).not.toContain(
      'toIntervalDay',
    );
  });

  test('any shorter time is a shortening, null being the longest', () => {
    const change = (part: object) => ({ ...defaultRetention, logs: { ...defaultRetention.logs, ...part } });
    expect(shortens(defaultRetention, defaultRetention)).toBe(false);
    expect(shortens(defaultRetention, change({ audit: 36_500 }))).toBe(true);
    expect(shortens(defaultRetention, change({ debug: 29, security: null }))).toBe(true);
    expect(shortens(defaultRetention, change({ debug: null }))).toBe(false);
    expect(shortens(defaultRetention, { ...defaultRetention, metrics: 89 })).toBe(true);
  });
});

describe('the forecast', () => {
  const base = { now, budgetBytes: 1000, diskFreeBytes: 10_000, history: [], incomingPerDay: 0 };

  test('goes by what comes in at first, and by the growth of the total later', () => {
    expect(fullAt({ ...base, totalBytes: 500, incomingPerDay: 100 })).toBe(now + 5 * dayMs);
    const history = [{ at: now - 5 * dayMs, bytes: 450 }];
    expect(fullAt({ ...base, totalBytes: 500, incomingPerDay: 100, history })).toBe(now + 50 * dayMs);
  });

  test('is never when nothing grows, and now when it is full', () => {
    expect(fullAt({ ...base, totalBytes: 500 })).toBeNull();
    const history = [{ at: now - 5 * dayMs, bytes: 600 }];
    expect(fullAt({ ...base, totalBytes: 500, incomingPerDay: 100, history })).toBeNull();
    expect(fullAt({ ...base, totalBytes: 1000, incomingPerDay: 1 })).toBe(now);
  });

  test('the disk may be full before the budget', () => {
    expect(fullAt({ ...base, totalBytes: 500, diskFreeBytes: 100, incomingPerDay: 100 })).toBe(now + dayMs);
  });

  test('bytes per day are those of the last week, or since the first record', () => {
    const week = Array.from({ length: 20 }, (_, ago) => stored('debug', ago, 70));
    expect(bytesPerDay(week, now)).toBeCloseTo(70, 5);
    expect(bytesPerDay([stored('debug', 0.5, 30)], now)).toBeCloseTo(20, 5);
    expect(bytesPerDay([], now)).toBe(0);
  });
});
