import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { createWaker } from '../queue/waker.ts';
import type { OnMissed } from '../types.ts';
import { firstPlan, plan } from './plan.ts';
import type { ResolvedSchedule } from './resolve.ts';
import type { ScheduleStore } from './store.ts';

export interface SchedulerOptions {
  readonly schedules: ReadonlyMap<string, ResolvedSchedule>;
  readonly store: ScheduleStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pollMs: number;
  readonly onMissed: OnMissed | undefined;
  /** There are new jobs. */
  readonly onFired: () => void;
  /** A run that is under way was replaced; its holder has to look. */
  readonly onReplaced: () => void;
}

export interface Scheduler {
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

/** Turns due times into jobs. Every node does this; the lock on a schedule's row lets one of them win. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { schedules, store, clock, log, pollMs } = options;
  const waker = createWaker(clock);
  const stored = new Set<string>();
  let stopping = false;
  let loop: Promise<void> | undefined;

  async function storeNew(): Promise<void> {
    for (const { name, timing, calendar } of schedules.values()) {
      if (stored.has(name)) continue;
      const { nextAt, plannedFrom } = firstPlan(calendar, clock.now());
      await store.put({ name, timing: JSON.stringify(timing), next_at: nextAt, planned_from: plannedFrom });
      stored.add(name);
    }
  }

  async function advance(schedule: ResolvedSchedule): Promise<boolean> {
    const done = await store.advance(schedule, (row) =>
      plan(
        schedule.calendar,
        { nextAt: row.next_at, plannedFrom: row.planned_from, now: clock.now() },
        schedule,
      ),
    );
    if (done?.replaced === true) options.onReplaced();
    if (done?.fired === true) options.onFired();
    return done !== undefined;
  }

  async function reportMissed(): Promise<void> {
    const { onMissed } = options;
    const report: OnMissed = async (missed, tx) => {
      log.warn(missed, 'a scheduled run was missed');
      await onMissed?.(missed, tx);
    };
    for (const id of await store.unreported()) {
      if (stopping) return;
      await guarded('missed runs', () => store.report(id, report));
    }
  }

  /** One look at every schedule; returns how long to wait before the next, in ms. */
  async function turn(): Promise<number> {
    await storeNew();
    let waitMs = pollMs;
    for (const row of await store.rows([...schedules.keys()])) {
      const schedule = schedules.get(row.name);
      if (schedule === undefined) continue;
      await guarded(schedule.name, async () => {
        const untilNext = row.next_at - clock.now();
        const changed = (untilNext <= 0 || row.planned_from > clock.now()) && (await advance(schedule));
        waitMs = Math.min(waitMs, changed ? 0 : Math.max(1, untilNext));
        await store.recordUnstarted(schedule);
      });
    }
    await guarded('missed runs', reportMissed);
    return waitMs;
  }

  /** One schedule that fails must not hold up the others. */
  async function guarded(schedule: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn({ schedule, error: messageOf(error) }, 'a schedule could not be advanced');
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      let waitMs = pollMs;
      try {
        waitMs = await turn();
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'the schedules could not be read');
      }
      if (waitMs > 0) await waker.wait(waitMs);
    }
  }

  return {
    wake: () => waker.wake(),
    start() {
      loop = run();
    },
    async stop() {
      stopping = true;
      waker.wake();
      await loop;
    },
  };
}
