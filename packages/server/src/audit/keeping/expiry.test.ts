import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expiredPrefix, firstNotBefore } from './expiry.ts';
import { blockingHold, touches } from './hold-rule.ts';
import type { LegalHold } from './types.ts';

const times = fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined, freq: 5 }), {
  maxLength: 60,
});
async function* entriesOf(list: readonly (number | undefined)[], from = 0) {
  for (let index = from; index < list.length; index += 1) yield { index, time: list[index] };
}
const nothingHeld = (): null => null;

test('the search finds the same index as looking at every entry, whatever entries do not say their time', async () => {
  await fc.assert(
    fc.asyncProperty(times, fc.integer({ min: 0, max: 51 }), async (list, before) => {
      const sorted = list.filter((time) => time !== undefined).toSorted((left, right) => left - right);
      const grown = list.map((time) => (time === undefined ? undefined : sorted.shift()));
      const found = await firstNotBefore({ from: 0, to: grown.length }, before, (index) =>
        Promise.resolve(grown[index]),
      );
      const isOld = (time: number | undefined): boolean => time === undefined || time < before;
      expect(grown.slice(0, found).every(isOld)).toBe(true);
      expect(grown.slice(found).every((time) => time === undefined || time >= before)).toBe(true);
      // Nothing expired is left out, but for entries at the end that do not say.
      const { end } = await expiredPrefix(entriesOf(grown), 0, { before, blocks: nothingHeld });
      expect(end).toBeLessThanOrEqual(found);
      expect(grown.slice(end, found).every((time) => time === undefined)).toBe(true);
    }),
  );
});

test('nothing that has not expired, or is held, is in the prefix, also when the clock was set back and forth', async () => {
  await fc.assert(
    fc.asyncProperty(times, fc.nat(51), fc.nat(60), async (list, before, held) => {
      const blocks = (time: number): string | null => (time === held ? 'hold_1' : null);
      const { end, heldBy, oldest, newest } = await expiredPrefix(entriesOf(list), 0, { before, blocks });
      const gone = list.slice(0, end).filter((time) => time !== undefined);
      expect(gone.every((time) => time < before && time !== held)).toBe(true);
      if (gone.length > 0) expect([oldest, newest]).toEqual([Math.min(...gone), Math.max(...gone)]);
      const next = list.slice(end).find((time) => time !== undefined);
      if (heldBy !== null) expect(next).toBe(held);
      else expect(next === undefined || next >= before).toBe(true);
    }),
  );
});

test('a hold keeps what was received in its time, in its logs, until it is released', () => {
  const hold: LegalHold = {
    id: 'hold_1',
    logs: ['general'],
    from: 10,
    to: 20,
    reason: 'a dispute',
    placedBy: 'usr_1',
    placedAt: 1,
    releasedBy: null,
    releasedAt: null,
  };
  const rule = blockingHold([hold], 'general');
  expect([9, 10, 19, 20].map(rule)).toEqual([null, 'hold_1', 'hold_1', null]);
  expect(blockingHold([hold], 'security')(15)).toBeNull();
  expect(blockingHold([{ ...hold, logs: null, from: null, to: null }], 'security')(15)).toBe('hold_1');
  expect(blockingHold([{ ...hold, releasedAt: 5 }], 'general')(15)).toBeNull();
  const range = (oldest: number, newest: number) => ({ log: 'general', oldest, newest });
  expect([range(0, 9), range(0, 10), range(19, 30), range(20, 30)].map((one) => touches(hold, one))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(touches(hold, { log: 'security', oldest: 12, newest: 13 })).toBe(false);
});
