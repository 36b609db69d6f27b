import { setTimeout as delay } from 'node:timers/promises';
import type { StreamEvent } from '@custos/contract';
import { nothingAfterCommit } from '../../base/after-commit.ts';
import { createManualClock, type ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import { createPromqlEngine } from '../promql/engine.ts';
import { createMemoryStorage, type MemoryStorage } from '../promql/memory-storage.ts';
import type { AlertSink, RuleFinding } from '../types.ts';
import { createMemoryIntake } from './memory-intake.ts';
import { createTelemetryRules, type TelemetryRulesOptions } from './service.ts';
import { offsetOf, slotAfter } from './slots.ts';
import type { CountLogs, SeatHold, Seats } from './types.ts';

/** A seat that this node has at once, and that tests can take away. */
export function freeSeats(): Seats & { has(): boolean; begun(): Promise<void>; lose(): Promise<void> } {
  const lost = new AbortController();
  let end: () => Promise<void> = async () => undefined;
  let gained: Promise<void> = Promise.resolve();
  return {
    hold(_name, { onGained, onLost }) {
      const hold: SeatHold = {
        signal: lost.signal,
        async fenced() {
          if (lost.signal.aborted) throw new Error('the seat is lost');
        },
      };
      gained = Promise.resolve(onGained(hold));
      let ended: Promise<void> | undefined;
      end = () =>
        (ended ??= gained.then(async () => {
          lost.abort();
          await onLost();
        }));
      return { held: () => !lost.signal.aborted, stop: end };
    },
    has: () => !lost.signal.aborted,
    begun: () => gained,
    lose: () => {
      lost.abort();
      return end();
    },
  };
}

export interface RulesFixture {
  readonly rules: ReturnType<typeof createTelemetryRules>;
  readonly clock: ManualClock;
  readonly storage: MemoryStorage;
  /** Every finding that was reported in a transaction that was kept. */
  readonly findings: RuleFinding[];
  readonly events: StreamEvent[];
  readonly seats: ReturnType<typeof freeSeats>;
  /** Sets the value of a series from now on. */
  set(labels: Readonly<Record<string, string>>, value: number): void;
  /** Moves time by whole seconds, writing every series once a second. */
  run(seconds: number): Promise<void>;
}

/** Rules over a storage in memory with a clock that stands still until told to move. */
export function rulesFixture(
  state: State,
  change: Partial<TelemetryRulesOptions> & { clock?: ManualClock; storage?: MemoryStorage } = {},
): RulesFixture {
  const clock = change.clock ?? createManualClock();
  const storage = change.storage ?? createMemoryStorage();
  const findings: RuleFinding[] = [];
  const events: StreamEvent[] = [];
  const seats = freeSeats();
  const alerts: AlertSink = {
    async report(_tx: StateTx, reported) {
      if (reported.length === 0) return nothingAfterCommit;
      return () => findings.push(...reported);
    },
  };
  const countLogs: CountLogs = async () => ({ groups: [], complete: true });
  const rules = createTelemetryRules({
    state,
    engine: createPromqlEngine({ storage, clock }),
    samples: createMemoryIntake(storage),
    countLogs,
    alerts,
    seats,
    log: silentLogger,
    publish: (event) => events.push(event),
    ...change,
    clock,
  });
  const values = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>();
  const write = (): void => {
    for (const { labels, value } of values.values()) storage.append(labels, [{ atMs: clock.now(), value }]);
  };
  const beganAt = new Map<string, number>();
  /** True when every group and log rule has dealt with the slots that have begun. */
  async function settled(): Promise<boolean> {
    const now = clock.now();
    const due = (id: string, interval: number, evaluatedAt: number | null): boolean => {
      const slot = slotAfter(now, interval, offsetOf(id, interval)) - interval;
      const began = beganAt.get(id) ?? now;
      beganAt.set(id, began);
      return slot > began && (evaluatedAt === null || evaluatedAt < slot);
    };
    const groups = (await rules.metric.list()).filter(({ enabled }) => enabled);
    const searches = (await rules.logs.list()).filter(({ enabled }) => enabled);
    const late = [
      ...groups.map(({ id, intervalMs, lastEvaluatedAt }) => due(id, intervalMs, lastEvaluatedAt)),
      ...searches.map(({ id, lastEvaluatedAt }) => due(id, 15_000, lastEvaluatedAt)),
    ];
    return !late.includes(true);
  }

  return {
    rules,
    clock,
    storage,
    findings,
    events,
    seats,
    set(labels, value) {
      values.set(JSON.stringify(labels), { labels, value });
    },
    async run(seconds) {
      await seats.begun();
      for (let passed = 0; passed < seconds; passed += 5) {
        write();
        await clock.advance(5000);
        // The clock stands still while a database answers in its own time.
        for (let turn = 0; turn < 500 && seats.has() && !(await settled()); turn += 1) await delay(4);
      }
    },
  };
}
