import type { ProbeResultView } from '@custos/contract';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import type { Board } from './board.ts';
import type { Checker } from './checker.ts';
import type { Recorder } from './recorder.ts';
import { toResultRow } from './rules/apply-result.ts';
import { createScheduler, type SchedulerFigures } from './scheduler.ts';
import { pruneChanges } from './store.ts';
import type { ResultRow, SeatHold, Seats } from './types.ts';

export interface WatchingOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly board: Board;
  readonly checker: Checker;
  readonly recorder: Recorder;
  readonly seats: Seats;
  /** True when other nodes may have written since this one last read. */
  readonly shared: boolean;
  readonly concurrency: number;
}

export interface Watching {
  start(): void;
  stop(): Promise<void>;
  /** True while this node checks and records. */
  holds(): boolean;
  /** Takes changed definitions up; resolves when their effect on statuses is durable. */
  follow(): Promise<void>;
  /** Checks a probe now; on the node that records, its result counts like any other. */
  checkNow(id: string): Promise<ProbeResultView>;
  figures(): SchedulerFigures;
}

const seatName = 'probes';
/** Nobody checks for at most this long after the node that did was killed, ms. */
const seatMs = 6_000;
const tickMs = 1000;
/** How often other nodes' edits are looked for, in ticks: a broadcast may have been lost. */
const ticksPerLook = 2;
const ticksPerPrune = 3600;
/** Changes of status are kept this long after they ended, ms. */
const keepChangesMs = 400 * 86_400_000;

/** Runs the checks of all probes while this node has the seat. */
export function createWatching(options: WatchingOptions): Watching {
  const { state, clock, log, board, checker, recorder, seats } = options;
  const scheduled = new Map<string, number>();
  const latest = new Map<string, { readonly row: ResultRow; readonly recorded: Promise<void> }>();
  let checks = new AbortController();
  let seat: ReturnType<Seats['hold']> | undefined;
  let holding = false;
  let ticking: Promise<void> | undefined;
  let stop = new AbortController();

  const scheduler = createScheduler({ clock, run, concurrency: options.concurrency });

  async function run(id: string): Promise<void> {
    const { signal } = checks;
    try {
      const outcome = await checker.check(id, signal);
      if (signal.aborted) return;
      const row = toResultRow(id, clock.now(), outcome);
      const recorded = recorder.record({ row, decisive: outcome.decisive === true });
      latest.set(id, { row, recorded });
    } catch (error) {
      log.debug({ probeId: id, error: messageOf(error) }, 'a check was dropped');
    }
  }

  /** Makes the scheduler follow the definitions. What is new or changed is checked at once. */
  function plan(soon: boolean): void {
    const wanted = new Set<string>();
    for (const { definition, state: present } of board.probes.values()) {
      const { id, paused, intervalMs, jitterMs, updatedAt } = definition;
      if (paused) continue;
      wanted.add(id);
      if (scheduled.get(id) === updatedAt) continue;
      scheduled.set(id, updatedAt);
      const lastAgoMs = present.last === null ? null : clock.now() - present.last.at;
      scheduler.set(id, { intervalMs, jitterMs }, soon ? 'now' : lastAgoMs);
    }
    for (const id of scheduler.ids()) {
      if (wanted.has(id)) continue;
      scheduler.remove(id);
      scheduled.delete(id);
      latest.delete(id);
    }
  }

  async function gained(hold: SeatHold): Promise<void> {
    // From here on memory leads, so that nothing else loads over it.
    holding = true;
    if (options.shared) await board.loadAll();
    checks = new AbortController();
    recorder.start(hold);
    plan(false);
    scheduler.start();
    // Windows may have begun or ended while nobody looked.
    void recorder.reassess();
  }

  async function lost(): Promise<void> {
    holding = false;
    checks.abort();
    await scheduler.stop();
    await recorder.stop();
    scheduled.clear();
    latest.clear();
  }

  async function tick(count: number): Promise<void> {
    if (state.dialect === 'postgres' && count % ticksPerLook === 0 && (await board.isStale())) await follow();
    if (!holding) return;
    if (board.windows.moveTo(clock.now())) void recorder.reassess();
    if (count % ticksPerPrune === 0) {
      await state.transaction((tx) => pruneChanges(tx, clock.now() - keepChangesMs));
    }
  }

  async function tickOn(signal: AbortSignal): Promise<void> {
    for (let count = 1; !signal.aborted; count += 1) {
      await clock.sleep(tickMs, signal);
      if (signal.aborted) return;
      try {
        await tick(count);
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'probes could not be looked after');
      }
    }
  }

  async function follow(): Promise<void> {
    if (!holding) return board.loadAll();
    await board.loadChanged();
    plan(true);
    await recorder.reassess();
  }

  return {
    start() {
      stop = new AbortController();
      ticking ??= tickOn(stop.signal);
      seat ??= seats.hold(seatName, { ttlMs: seatMs, onGained: gained, onLost: lost });
    },
    async stop() {
      stop.abort();
      await seat?.stop();
      await ticking;
      seat = undefined;
      ticking = undefined;
    },
    holds: () => holding,
    follow,
    async checkNow(id) {
      if (holding && scheduler.ids().includes(id)) {
        await scheduler.runNow(id);
        const made = latest.get(id);
        if (made !== undefined) {
          await made.recorded;
          return resultView(made.row);
        }
      }
      const outcome = await checker.check(id, new AbortController().signal);
      return resultView(toResultRow(id, clock.now(), outcome));
    },
    figures: scheduler.figures,
  };
}

/** A result as the API shows it. */
export function resultView({ at, status, latencyMs, message, values }: ResultRow): ProbeResultView {
  return { at, status, latencyMs, message, values: { ...values } };
}
