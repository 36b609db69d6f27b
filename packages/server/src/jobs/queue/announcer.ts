import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Broadcast } from '../../storage/state/state.ts';

/** `work`: there may be new jobs. `replaced`: a running job has to stop. */
export type News = 'work' | 'replaced';

export interface Announcer {
  /** Tells this node and the others. Returns at once. */
  announce(news: News): void;
  on(news: News, act: () => void): void;
  start(): void;
  stop(): void;
}

const topic = 'jobs';

/**
 * When to look after an announcement, in ms. A caller's transaction commits some time after it enqueued,
 * and nothing tells when; looking is one cheap read, and the poll finds what a longer one brought.
 */
const looks = [
  { afterMs: 0, others: false },
  { afterMs: 4, others: true },
  { afterMs: 16, others: false },
  { afterMs: 60, others: false },
  { afterMs: 250, others: true },
] as const;

/** Spreads news in this process at once, and to other nodes through State's broadcast. */
export function createAnnouncer(options: {
  readonly broadcast: Broadcast;
  readonly clock: Clock;
  readonly log: Logger;
}): Announcer {
  const { broadcast, clock, log } = options;
  const listeners = new Map<News, () => void>();
  const latest = new Map<News, symbol>();
  let stopped = new AbortController();
  let unsubscribe: (() => void) | undefined;

  async function spread(news: News): Promise<void> {
    const mine = Symbol(news);
    latest.set(news, mine);
    for (const { afterMs, others } of looks) {
      if (afterMs > 0) await clock.sleep(afterMs, stopped.signal);
      // A later announcement looks in this one's stead.
      if (stopped.signal.aborted || latest.get(news) !== mine) return;
      listeners.get(news)?.();
      if (others) await broadcast.publish(topic, news);
    }
  }

  return {
    announce(news) {
      spread(news).catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'other nodes could not be told of new jobs');
      });
    },
    on(news, act) {
      listeners.set(news, act);
    },
    start() {
      stopped = new AbortController();
      unsubscribe = broadcast.subscribe(topic, (news) => listeners.get(news as News)?.());
    },
    stop() {
      stopped.abort();
      unsubscribe?.();
    },
  };
}
