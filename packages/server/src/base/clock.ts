import { setTimeout as delay } from 'node:timers/promises';

/** Where time comes from. Everything that needs the time takes a clock, so that tests can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. May jump when the host's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start that never goes backwards; for measuring durations. */
  monotonic(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch {
      // Aborted: the caller looks at its signal.
    }
  },
};

/** A clock that stands still until told to move; sleepers wake in the order of their times. */
export interface ManualClock extends Clock {
  /** Moves time forward, waking every sleeper on the way, and lets their work run. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock without moving the monotonic one, as an operator or NTP step does. */
  jump(ms: number): void;
}

export function createManualClock(start = 1_767_225_600_000): ManualClock {
  let elapsed = 0;
  let offset = start;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  return {
    now: () => offset + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: elapsed + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          resolve();
        });
      }),
    async advance(ms) {
      const target = elapsed + ms;
      await settle();
      for (;;) {
        const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > target) break;
        sleepers.splice(sleepers.indexOf(next), 1);
        elapsed = Math.max(elapsed, next.at);
        next.wake();
        await settle();
      }
      elapsed = target;
      await settle();
    },
    jump(ms) {
      offset += ms;
    },
  };
}
