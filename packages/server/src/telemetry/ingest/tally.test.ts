import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import type { Source } from '../types.ts';
import { createTally } from './tally.ts';

const shop: Source = { door: 'otlp', signal: 'metrics', name: 'shop' };

test('rates are those of the last whole minute, and the history goes back an hour', async () => {
  const clock = createManualClock(1_800_000_000_000);
  const tally = createTally(clock);
  for (let second = 0; second < 59; second += 1) {
    tally.accepted(shop, 10, 1000);
    await clock.advance(1000);
  }
  const [source] = tally.sources();
  expect(source?.perSecond).toBeCloseTo(10);
  expect(source?.bytesPerSecond).toBeCloseTo(1000);
  expect(source?.history).toHaveLength(60);
  expect(source?.history.at(-1)).toBeCloseTo(590 / 60);

  clock.jump(3 * 60_000);
  const [later] = tally.sources();
  expect(later?.perSecond).toBe(0);
  expect(later?.history.slice(-4)).toEqual([590 / 60, 0, 0, 0]);
  expect(later?.accepted).toBe(590);

  clock.jump(2 * 3_600_000);
  expect(tally.sources()[0]?.history.every((count) => count === 0)).toBe(true);
});

test('a clock that is set back loses no counts', () => {
  const clock = createManualClock(1_800_000_000_000);
  const tally = createTally(clock);
  tally.accepted(shop, 5, 1);
  clock.jump(-30_000);
  tally.accepted(shop, 5, 1);
  expect(tally.sources()[0]?.accepted).toBe(10);
});

test('refusals are counted by reason with what was said last', () => {
  const clock = createManualClock();
  const tally = createTally(clock);
  tally.refused(shop, [{ reason: 'not_utf8', message: 'first', count: 2 }]);
  tally.refused(shop, [{ reason: 'not_utf8', message: 'second', count: 3 }]);
  expect(tally.sources()[0]).toMatchObject({
    refused: 5,
    refusals: [{ reason: 'not_utf8', count: 5, example: 'second', lastAt: clock.now() }],
  });
  expect(tally.figures()[2]?.samples).toEqual([
    { labels: { door: 'otlp', signal: 'metrics', reason: 'not_utf8' }, value: 5 },
  ]);
});

test('however many names there are, it stays small', () => {
  const tally = createTally(createManualClock());
  for (let at = 0; at < 5000; at += 1) tally.accepted({ ...shop, name: `peer ${at}` }, 1, 1);
  const sources = tally.sources();
  expect(sources).toHaveLength(1001);
  expect(sources.find(({ name }) => name === 'others')?.accepted).toBe(4000);
});
