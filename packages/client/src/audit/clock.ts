/** Where a recorder takes its time from; tests bring their own. */
export interface RecorderClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * The platform's time. Its timers do not keep a Node process alive: what waits is sent when the process is
 * about to end (see `exit.ts`).
 */
export const platformClock: RecorderClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      (timer as { unref?: () => void }).unref?.();
      signal.addEventListener('abort', done);
    }),
};
