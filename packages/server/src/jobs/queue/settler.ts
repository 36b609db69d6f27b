import type { Clock } from '../../base/clock.ts';
import { backoffMs } from '../../base/duration.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { QueueStore, Settlement } from './store.ts';

const mostPerTransaction = 200;
const retry = { baseMs: 100, maxMs: 5_000 };

export interface Settler {
  /** Resolves to true when the end is on record, to false when the lease was lost or recording gave up. */
  settle(settlement: Settlement): Promise<boolean>;
}

export interface SettlerOptions {
  readonly store: Pick<QueueStore, 'settle'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long to try while the store does not answer, in ms; after that the lease has run out anyway. */
  readonly giveUpAfterMs: number;
}

interface Waiting {
  readonly settlement: Settlement;
  readonly done: (kept: boolean) => void;
}

/**
 * Records the ends of attempts, many to a transaction: while one is being written the next ones gather,
 * so that one flush to disk serves them all.
 */
export function createSettler({ store, clock, log, giveUpAfterMs }: SettlerOptions): Settler {
  const gathered: Waiting[] = [];
  let writing = false;

  async function record(settlements: readonly Settlement[]): Promise<ReadonlySet<string>> {
    const began = clock.monotonic();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await store.settle(settlements);
      } catch (error) {
        log.warn(
          { error: messageOf(error), count: settlements.length },
          'the end of jobs could not be recorded',
        );
        if (clock.monotonic() - began > giveUpAfterMs) return new Set();
        await clock.sleep(backoffMs(attempt, retry));
      }
    }
  }

  async function write(): Promise<void> {
    writing = true;
    while (gathered.length > 0) {
      const batch = gathered.splice(0, mostPerTransaction);
      const kept = await record(batch.map(({ settlement }) => settlement));
      for (const { settlement, done } of batch) done(kept.has(settlement.job.id));
    }
    writing = false;
  }

  return {
    settle: (settlement) =>
      new Promise((done) => {
        gathered.push({ settlement, done });
        if (!writing) void write();
      }),
  };
}
