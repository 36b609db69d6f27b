import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { createRounds } from './rounds.ts';
import { within } from './within.ts';

const retry = { baseMs: 1000, maxMs: 8000 };

/** Rounds that note when they are done, and go as `isWell` says. */
function noted(onlyWhenWoken: boolean, isWell = (): boolean => true) {
  const clock = createManualClock(0);
  const at: number[] = [];
  const rounds = createRounds({
    clock,
    intervalMs: 100,
    retry,
    onlyWhenWoken,
    async work() {
      at.push(clock.now());
      return isWell();
    },
  });
  return { clock, at, rounds };
}

describe('rounds', () => {
  test('are done at once and then at the interval', async () => {
    const { clock, at, rounds } = noted(false);
    rounds.start();
    await clock.advance(250);
    expect(at).toEqual([0, 100, 200]);
    await rounds.stop();
    await clock.advance(1000);
    expect(at).toHaveLength(3);
  });

  test('of many wakes within an interval become one', async () => {
    const { clock, at, rounds } = noted(true);
    rounds.start();
    await clock.advance(10);
    for (let turn = 0; turn < 50; turn += 1) {
      rounds.wake();
      await clock.advance(1);
    }
    await clock.advance(400);
    expect(at).toEqual([0, 100]);
    rounds.wake();
    await clock.advance(1);
    expect(at).toHaveLength(3);
    await rounds.stop();
  });

  test('that fail come later and later, up to a limit, and then at the interval again', async () => {
    let isWell = false;
    const { clock, at, rounds } = noted(true, () => isWell);
    rounds.start();
    await clock.advance(60_000);
    const pauses = at.slice(1).map((time, index) => time - (at[index] as number));
    for (const [index, pause] of pauses.entries()) {
      const ceiling = Math.min(8000, 1000 * 2 ** index);
      expect(pause).toBeGreaterThanOrEqual(ceiling / 2);
      expect(pause).toBeLessThanOrEqual(ceiling);
    }
    expect(pauses.length).toBeGreaterThan(5);
    isWell = true;
    await clock.advance(8000);
    const count = at.length;
    await clock.advance(8000);
    expect(at).toHaveLength(count);
    await rounds.stop();
  });
});

describe('within a time', () => {
  test('work is given up, told so, and answers late without harm', async () => {
    const clock = createManualClock(0);
    let told = false;
    let finish = (): void => undefined;
    const result = within({ clock, ms: 100 }, (signal) => {
      signal.addEventListener('abort', () => (told = true));
      return new Promise<void>((resolve) => (finish = resolve));
    }).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await result).toMatchObject({ message: 'there was no answer within 100 ms' });
    expect(told).toBe(true);
    finish();
  });

  test('work that is done or fails is not held up, and leaves no sleeper that matters', async () => {
    const clock = createManualClock(0);
    expect(await within({ clock, ms: 100 }, async () => 'done')).toBe('done');
    await expect(within({ clock, ms: 100 }, () => Promise.reject(new Error('not well')))).rejects.toThrow(
      'not well',
    );
    await clock.advance(1000);
  });

  test('work is called off from outside', async () => {
    const clock = createManualClock(0);
    const caller = new AbortController();
    const result = within(
      { clock, ms: 100, signal: caller.signal },
      () => new Promise<void>(() => undefined),
    ).catch((error: unknown) => error);
    caller.abort();
    expect(await result).toMatchObject({ message: 'it was called off' });
  });
});
