import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { cursorOf, newestFirst, placeOf } from './place.ts';
import { createQueryTimes } from './query-times.ts';
import { createResultCache } from './result-cache.ts';

const place = { receivedTime: 1_767_225_600_000, id: 'aud_é', log: 'general', index: 7 };

test('a cursor names its place, and what is no cursor is refused as input', () => {
  expect(placeOf(cursorOf(place))).toEqual(place);
  const other = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const cursor of ['', 'x', other([]), other([1, 'a', 'b', -1]), other(['1', 'a', 'b', 1]), other(null)])
    expect(() => placeOf(cursor), cursor).toThrow(
      expect.objectContaining({ code: 'invalid_input' }) as Error,
    );
});

test('places are in the order of the engine, which compares texts by their bytes', () => {
  // U+FF5E is above the surrogates of U+1F600 in UTF-16, and below it in UTF-8.
  const places = ['a', '\uff5e', '\u{1f600}'].map((id) => ({ ...place, id }));
  expect(places.toSorted(newestFirst).map(({ id }) => id)).toEqual(['\u{1f600}', '\uff5e', 'a']);
  expect(newestFirst({ ...place, index: 8 }, place)).toBeLessThan(0);
  expect(newestFirst({ ...place, log: 'a', index: 9 }, place)).toBeGreaterThan(0);
  expect(newestFirst(place, { ...place })).toBe(0);
});

test('query times are those of the last five minutes', async () => {
  const clock = createManualClock();
  const slow: number[] = [];
  const times = createQueryTimes(clock, (ms) => slow.push(ms));
  expect(times.summary()).toEqual({ count: 0, p50Ms: null, p95Ms: null });
  for (const ms of [10, 20, 30, 400]) await times.measure(() => clock.advance(ms));
  await expect(times.measure(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(times.summary()).toEqual({ count: 5, p50Ms: 20, p95Ms: 400 });
  expect(slow).toEqual([10, 20, 30, 400, 0]);
  await clock.advance(5 * 60_000 + 1);
  expect(times.summary().count).toBe(0);
});

test('the cache of answers forgets the least recently used', () => {
  const cache = createResultCache();
  const page = { view: new Map(), events: [], more: false };
  for (let key = 0; key < 500; key += 1) cache.set(String(key), page);
  expect(cache.get('0')).toBe(page);
  cache.set('new', page);
  expect(cache.get('0')).toBe(page);
  expect(cache.get('1')).toBeUndefined();
  const found = { log: 'general', index: 1, event: {} as never };
  cache.set('large', { ...page, events: Array.from({ length: 19_999 }, () => found) });
  cache.set('larger', { ...page, events: [found, found] });
  expect(cache.get('large')).toBeUndefined();
  expect(cache.get('larger')?.events.length).toBe(2);
});
