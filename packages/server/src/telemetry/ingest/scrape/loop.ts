import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import { messageOf } from '../../../base/errors.ts';

/** How far a round may be late and still carry its planned time, which compresses better (Prometheus: 1 %). */
const toleranceShare = 0.01;

export interface Rhythm {
  readonly intervalMs: number;
  /** Moment within the interval, counted from the epoch. */
  readonly offsetMs: number;
}

/**
 * Runs `work` once per interval until stopped, always at the same moment of it. A round that takes longer
 * than the interval lets those that it covers fall out; a round that fails is logged and the next one comes.
 */
export async function everyInterval(
  { intervalMs, offsetMs }: Rhythm,
  parts: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
  work: (atMs: number) => Promise<void>,
): Promise<void> {
  const { clock, log, signal } = parts;
  while (!signal.aborted) {
    const now = clock.now();
    const planned = (Math.floor((now - offsetMs) / intervalMs) + 1) * intervalMs + offsetMs;
    await clock.sleep(planned - now, signal);
    if (signal.aborted) return;
    const late = clock.now() - planned;
    try {
      await work(Math.abs(late) <= intervalMs * toleranceShare ? planned : clock.now());
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'a round failed');
    }
  }
}
