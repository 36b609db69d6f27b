import { messageOf } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

/** A part of the program that is started and stopped. */
export interface Part {
  readonly name: string;
  start?(): Promise<void> | void;
  /** `deadlineMs` is what is left for work in flight. */
  stop?(deadlineMs: number): Promise<void> | void;
}

export interface Lifecycle {
  /** Starts the parts in order; when one fails, those before it are stopped and the error is thrown. */
  start(): Promise<void>;
  /** Stops the parts in reverse. Safe to call twice and while starting: every call waits for the one stop. */
  stop(): Promise<void>;
}

/**
 * Starts parts in order and stops them in reverse, so each part may rely on those before it for as long
 * as it runs. A part whose stop fails or hangs does not keep the others from stopping.
 */
export function createLifecycle(
  parts: readonly Part[],
  { clock, log, deadlineMs }: { clock: Clock; log: Logger; deadlineMs: number },
): Lifecycle {
  const started: Part[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  let stopWanted = false;

  async function stopOne(part: Part, leftMs: number): Promise<void> {
    const gaveUp = new AbortController();
    try {
      const outcome = await Promise.race([
        Promise.resolve(part.stop?.(leftMs)).then(() => 'stopped'),
        // A part gets a little longer than the deadline it was told, to abort what is still in flight.
        clock.sleep(leftMs + 2000, gaveUp.signal).then(() => 'late'),
      ]);
      if (outcome === 'late') log.warn({ part: part.name }, 'did not stop in time and was left behind');
    } catch (error) {
      log.error({ part: part.name, error: messageOf(error) }, 'could not be stopped cleanly');
    } finally {
      gaveUp.abort();
    }
  }

  async function stopAll(): Promise<void> {
    const until = clock.monotonic() + deadlineMs;
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      await stopOne(part, Math.max(0, until - clock.monotonic()));
    }
  }

  return {
    start() {
      starting ??= (async () => {
        for (const part of parts) {
          if (stopWanted) return;
          try {
            await part.start?.();
            started.push(part);
          } catch (error) {
            log.error({ part: part.name, error: messageOf(error) }, 'could not be started');
            // A part that failed half-way may hold something too.
            started.push(part);
            await stopAll();
            throw error;
          }
        }
      })();
      return starting;
    },
    stop() {
      stopWanted = true;
      stopping ??= (async () => {
        await starting?.catch(() => undefined);
        await stopAll();
      })();
      return stopping;
    },
  };
}
