import type { Clock } from '../../base/clock.ts';
import { backoffMs } from '../../base/duration.ts';

/** Work that is done again and again: at an interval while it succeeds, later and later while it fails. */
export interface Rounds {
  start(): void;
  /** Something is to be done: do it as soon as the interval, or the pause after failures, allows. */
  wake(): void;
  /** Waits for the round that is under way. */
  stop(): Promise<void>;
}

export interface RoundsRequest {
  readonly clock: Clock;
  /** Between the beginnings of two rounds. */
  readonly intervalMs: number;
  readonly retry: { readonly baseMs: number; readonly maxMs: number };
  /** False: also do a round when nobody woke; true: only then. */
  readonly onlyWhenWoken: boolean;
  /** Resolves with whether all went well; must not reject. */
  work(signal: AbortSignal): Promise<boolean>;
}

export function createRounds(request: RoundsRequest): Rounds {
  const { clock, intervalMs, retry, onlyWhenWoken } = request;
  const stopped = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let woken = true;
  let sleeper: (() => void) | undefined;

  const untilWoken = (): Promise<void> =>
    woken || stopped.signal.aborted
      ? Promise.resolve()
      : new Promise((resolve) => {
          sleeper = resolve;
        });

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped.signal.aborted) {
      if (onlyWhenWoken) await untilWoken();
      if (stopped.signal.aborted) return;
      woken = false;
      failures = (await request.work(stopped.signal)) ? 0 : failures + 1;
      if (failures > 0) woken = true;
      await clock.sleep(failures === 0 ? intervalMs : backoffMs(failures, retry), stopped.signal);
    }
  }

  return {
    start: () => void (running = run()),
    wake() {
      woken = true;
      sleeper?.();
    },
    async stop() {
      stopped.abort();
      sleeper?.();
      await running;
    },
  };
}
