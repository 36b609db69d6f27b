import { setTimeout as delay } from 'node:timers/promises';

/**
 * A stand-in for a line in somebody's crontab: every few seconds it calls the heartbeat's address, once
 * when it starts and once when it is done.
 */
export function startJob(pingUrl: string, everyMs = 8000): { stop(): Promise<void> } {
  const stop = new AbortController();
  const call = (path: string): Promise<unknown> =>
    fetch(`${pingUrl}${path}`, { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(2000)]) });

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await call('/start');
        await delay(300, undefined, { signal: stop.signal });
        await call('');
      } catch {
        // Custos is away or the demo ends; the next turn tries again.
      }
      await delay(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }
  const running = run();
  return {
    async stop() {
      stop.abort();
      await running;
    },
  };
}
