import { expect, test } from 'vitest';
import { createGate } from './gate.ts';

test('so many run at once, the others in order, and one that fails makes room as well', async () => {
  const gate = createGate(2);
  const ends: (() => void)[] = [];
  const began: number[] = [];
  const all = [0, 1, 2, 3].map((number) =>
    gate(async () => {
      began.push(number);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (number === 0) throw new Error('no');
      return number;
    }),
  );
  const settled = Promise.allSettled(all);
  for (let step = 2; step <= 4; step += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    expect(began).toHaveLength(Math.min(4, step));
    ends.shift()?.();
  }
  await new Promise((resolve) => setImmediate(resolve));
  ends.shift()?.();
  expect((await settled).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(began).toEqual([0, 1, 2, 3]);
});
