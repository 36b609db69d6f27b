import type { Clock } from '../base/clock.ts';
import { createDueHeap } from './rules/due-heap.ts';
import { dueAtOnce, firstDue, nextDue, type Cadence, type DueTimes } from './rules/due-times.ts';
import { createLagMeter } from './rules/lag.ts';

export interface SchedulerFigures {
  /** How late checks start, ms. */
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  /** Checks that run at this moment, and those that are due and wait for a place. */
  readonly running: number;
  readonly waiting: number;
  /** Due times at which the check before was still running. */
  readonly skipped: number;
}

export interface Scheduler {
  /**
   * Adds a probe or changes its cadence. The first check is due at once with `'now'`; otherwise by how long
   * ago the last one was, in ms by the wall clock, or null for never.
   */
  set(id: string, cadence: Cadence, first?: 'now' | number | null): void;
  remove(id: string): void;
  /** The ids that are scheduled. */
  ids(): readonly string[];
  /** Checks now, beside the grid; joins a check that is running. */
  runNow(id: string): Promise<void>;
  start(): void;
  /** Starts nothing more and resolves when what runs has ended; whoever runs checks aborts them. */
  stop(): Promise<void>;
  figures(): SchedulerFigures;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  /** Runs one check and records it. Must not reject. */
  readonly run: (id: string) => Promise<void>;
  /** Checks that may run at once. */
  readonly concurrency: number;
  readonly random?: () => number;
}

interface Slot {
  readonly id: string;
  cadence: Cadence;
  due: DueTimes;
  running: Promise<void> | undefined;
  waiting: boolean;
}

const idleMs = 3_600_000;

/**
 * Starts checks when they are due, from one timer and one heap for all probes.
 *
 * Times are monotonic, so setting the host's clock starts nothing early and skips nothing. A check never
 * overlaps itself; a due time that finds it running is skipped. A slow target takes one place of
 * `concurrency` and delays nobody while places are free.
 */
export function createScheduler({ clock, run, concurrency, random }: SchedulerOptions): Scheduler {
  const slots = new Map<string, Slot>();
  const heap = createDueHeap<{ readonly slot: Slot; readonly due: DueTimes }>();
  const queue: { readonly slot: Slot; readonly dueMs: number }[] = [];
  const lag = createLagMeter();
  const active = new Set<Promise<void>>();
  let skipped = 0;
  let alarm = new AbortController();
  let stopping = false;
  let loop: Promise<void> | undefined;

  function plan(slot: Slot, due: DueTimes): void {
    slot.due = due;
    heap.add(due.dueMs, { slot, due });
    alarm.abort();
  }

  function begin(slot: Slot): Promise<void> {
    const running = run(slot.id).finally(() => {
      slot.running = undefined;
      active.delete(running);
      const next = queue.shift();
      if (next !== undefined) startQueued(next);
    });
    slot.running = running;
    active.add(running);
    return running;
  }

  function startQueued({ slot, dueMs }: { readonly slot: Slot; readonly dueMs: number }): void {
    slot.waiting = false;
    if (stopping || slots.get(slot.id) !== slot || slot.running !== undefined) {
      const next = queue.shift();
      if (next !== undefined) startQueued(next);
      return;
    }
    lag.record(Math.max(0, clock.monotonic() - dueMs));
    void begin(slot);
  }

  function fire(slot: Slot, now: number): void {
    const { dueMs } = slot.due;
    if (slot.running !== undefined || slot.waiting) {
      skipped += 1;
    } else if (active.size < concurrency) {
      lag.record(Math.max(0, now - dueMs));
      void begin(slot);
    } else {
      slot.waiting = true;
      queue.push({ slot, dueMs });
    }
    plan(slot, nextDue(slot.due, now, { ...slot.cadence, ...(random === undefined ? {} : { random }) }));
  }

  async function turn(): Promise<void> {
    while (!stopping) {
      const now = clock.monotonic();
      const dueMs = heap.peekMs();
      if (dueMs === undefined || dueMs > now) {
        if (alarm.signal.aborted) alarm = new AbortController();
        await clock.sleep(dueMs === undefined ? idleMs : Math.ceil(dueMs - now), alarm.signal);
        continue;
      }
      const entry = heap.take();
      // An entry that its slot no longer points to was planned before a change.
      if (entry === undefined || entry.slot.due !== entry.due || slots.get(entry.slot.id) !== entry.slot)
        continue;
      fire(entry.slot, now);
    }
  }

  return {
    set(id, cadence, first = null) {
      const known = slots.get(id);
      const now = clock.monotonic();
      const same =
        known?.cadence.intervalMs === cadence.intervalMs && known.cadence.jitterMs === cadence.jitterMs;
      if (known !== undefined && same && first !== 'now') return;
      const slot = known ?? {
        id,
        cadence,
        due: { gridMs: now, dueMs: now },
        running: undefined,
        waiting: false,
      };
      slot.cadence = cadence;
      slots.set(id, slot);
      const atOnce = first === 'now' || known !== undefined;
      plan(
        slot,
        atOnce
          ? dueAtOnce(id, now, cadence)
          : firstDue(id, now, { intervalMs: cadence.intervalMs, lastAgoMs: first }),
      );
    },
    remove(id) {
      slots.delete(id);
    },
    ids: () => [...slots.keys()],
    async runNow(id) {
      const slot = slots.get(id);
      if (slot === undefined || stopping) return;
      await (slot.running ?? begin(slot));
    },
    start() {
      stopping = false;
      loop ??= turn();
    },
    async stop() {
      stopping = true;
      alarm.abort();
      queue.length = 0;
      await loop;
      loop = undefined;
      await Promise.all(active);
      slots.clear();
      heap.clear();
    },
    figures: () => ({
      lagP50Ms: lag.percentile(0.5),
      lagP99Ms: lag.percentile(0.99),
      running: active.size,
      waiting: queue.length,
      skipped,
    }),
  };
}
