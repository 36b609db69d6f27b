import type { Clock } from '../../base/clock.ts';

/** Lets a loop wait for a time or for a nudge. A nudge that comes while the loop is busy is not lost. */
export interface Waker {
  wake(): void;
  /** Resolves after `ms`, or at once when nudged since the last wait. */
  wait(ms: number): Promise<void>;
}

export function createWaker(clock: Clock): Waker {
  let nudged = false;
  let waiting: AbortController | undefined;
  return {
    wake() {
      nudged = true;
      waiting?.abort();
    },
    async wait(ms) {
      if (!nudged) {
        waiting = new AbortController();
        await clock.sleep(ms, waiting.signal);
        waiting = undefined;
      }
      nudged = false;
    },
  };
}
