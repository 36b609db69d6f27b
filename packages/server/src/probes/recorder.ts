import type { AfterCommit } from '../base/after-commit.ts';
import { backoffMs } from '../base/duration.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import type { Board } from './board.ts';
import { planBatch, type Batch, type PendingResult } from './batch.ts';
import { wouldMove } from './rules/would-move.ts';
import { insertChange, saveProbeState, saveServiceState, saveUptime } from './store.ts';
import type { ProbeObserver, Publish, ResultSink, SeatHold } from './types.ts';

export interface RecorderOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly board: Board;
  readonly observer: ProbeObserver;
  readonly sink: ResultSink;
  readonly publish: Publish;
}

export interface Recorder {
  /** Takes a result; resolves when it is durable, or when recording has stopped. */
  record(result: PendingResult): Promise<void>;
  /** Weighs everything again, after a change of definitions or windows; resolves when that is durable. */
  reassess(): Promise<void>;
  /** Begins to write under a hold of the seat. */
  start(hold: SeatHold): void;
  /** Writes what waits if the seat is still held, then stops. */
  stop(): Promise<void>;
  figures(): { readonly waiting: number; readonly lastError: string | null };
}

/** Results of one transaction, and how long a plain one may wait for others, ms. */
const batchSize = 100;
const lingerMs = 100;
/** Results that may wait while State is away; the oldest plain ones are dropped beyond it. */
const mostWaiting = 20_000;
/** How often services' time is counted, ms. */
const countEveryMs = 60_000;

interface Waiting {
  readonly result: PendingResult;
  readonly done: () => void;
}

/**
 * Writes results, states, changes and what rules make of them, in one transaction per batch.
 *
 * A result that moves a status is written at once; others wait up to 100 ms for company. Memory follows
 * only after the commit, so that a failed transaction leaves no trace and is tried again as a whole.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { state, clock, log, board, observer, sink, publish } = options;
  let waiting: Waiting[] = [];
  let asked: (() => void)[] = [];
  let hold: SeatHold | undefined;
  let working: Promise<void> | undefined;
  let alarm = new AbortController();
  let urgent = false;
  let stopping = false;
  let lastError: string | null = null;
  let countedAt = 0;

  /** At most one result of each probe, so that every one is weighed and observed by itself. */
  function takeBatch(): Waiting[] {
    const taken: Waiting[] = [];
    const rest: Waiting[] = [];
    const seen = new Set<string>();
    for (const entry of waiting) {
      const id = entry.result.row.probeId;
      const fits = taken.length < batchSize && !seen.has(id);
      (fits ? taken : rest).push(entry);
      seen.add(id);
    }
    waiting = rest;
    return taken;
  }

  async function write(batch: Batch, fenced: SeatHold): Promise<AfterCommit> {
    return state.transaction(async (tx) => {
      await fenced.fenced(tx);
      const gone = new Set<string>();
      for (const { id, state: next, uptime } of batch.probes) {
        if (!(await saveProbeState(tx, id, next))) gone.add(id);
        else if (uptime !== undefined) await saveUptime(tx, id, uptime);
      }
      for (const { id, state: next, uptime } of batch.services) {
        await saveServiceState(tx, id, next);
        if (uptime !== undefined) await saveUptime(tx, id, uptime);
      }
      for (const change of batch.changes) if (!gone.has(change.probeId)) await insertChange(tx, change);
      return observer.observe(
        tx,
        batch.facts.filter((facts) => !gone.has(facts.probeId)),
      );
    });
  }

  function follow(batch: Batch): void {
    for (const { id, state: next, uptime } of batch.probes) {
      const entry = board.probes.get(id);
      if (entry === undefined) continue;
      entry.state = next;
      if (uptime !== undefined) entry.uptime = uptime;
    }
    for (const { id, state: next, uptime } of batch.services) {
      const entry = board.services.get(id);
      if (entry === undefined) continue;
      entry.state = next;
      if (uptime !== undefined) entry.uptime = uptime;
    }
  }

  function tell(batch: Batch, after: AfterCommit): void {
    after();
    if (batch.rows.length > 0) sink.record(batch.rows);
    for (const { probeId, at, status, latencyMs, message } of batch.rows) {
      publish({ type: 'probe.result', data: { probeId, at, status, latencyMs, message } });
    }
    for (const { probeId, at, from, to, reason } of batch.changes) {
      publish({ type: 'probe.status', data: { probeId, at, from, to, reason } });
    }
  }

  async function writeOnce(fenced: SeatHold): Promise<void> {
    urgent = false;
    const taken = takeBatch();
    const answered = asked;
    asked = [];
    const now = clock.now();
    const count = now - countedAt >= countEveryMs || now < countedAt;
    try {
      board.windows.moveTo(now);
      const batch = planBatch(board, {
        results: taken.map(({ result }) => result),
        now,
        countServices: count,
      });
      if (batch.probes.length + batch.services.length > 0) {
        const after = await write(batch, fenced);
        follow(batch);
        tell(batch, after);
      }
      if (count) countedAt = now;
      lastError = null;
      for (const { done } of taken) done();
      for (const answer of answered) answer();
    } catch (error) {
      waiting = [...taken, ...waiting];
      asked = [...answered, ...asked];
      throw error;
    }
  }

  async function work(fenced: SeatHold): Promise<void> {
    let failures = 0;
    for (;;) {
      const idle = waiting.length === 0 && asked.length === 0;
      if (idle && stopping) return;
      if (fenced.signal.aborted) return;
      if (!idle && (urgent || stopping || waiting.length >= batchSize)) {
        try {
          await writeOnce(fenced);
          failures = 0;
        } catch (error) {
          if (fenced.signal.aborted) return;
          failures += 1;
          lastError = messageOf(error);
          log.error({ error: lastError, waiting: waiting.length }, 'results could not be written to State');
          if (stopping && failures >= 3) return;
          await clock.sleep(backoffMs(failures, { baseMs: 100, maxMs: 5000 }), fenced.signal);
          urgent = true;
        }
        continue;
      }
      if (alarm.signal.aborted) alarm = new AbortController();
      const alone = idle ? countEveryMs : lingerMs;
      await clock.sleep(alone, alarm.signal);
      if (!idle) urgent = true;
    }
  }

  function release(): void {
    for (const { done } of waiting) done();
    for (const answer of asked) answer();
    waiting = [];
    asked = [];
  }

  return {
    record(result) {
      if (hold === undefined || stopping) return Promise.resolve();
      return new Promise((resolve) => {
        const first = waiting.length === 0;
        waiting.push({ result, done: resolve });
        if (waiting.length > mostWaiting) waiting.shift()?.done();
        const entry = board.probes.get(result.row.probeId);
        if (entry !== undefined && wouldMove(entry.state, result, entry.definition)) urgent = true;
        if (urgent || first || waiting.length >= batchSize) alarm.abort();
      });
    },
    reassess() {
      if (hold === undefined || stopping) return Promise.resolve();
      return new Promise((resolve) => {
        asked.push(resolve);
        urgent = true;
        alarm.abort();
      });
    },
    start(next) {
      hold = next;
      stopping = false;
      countedAt = clock.now();
      next.signal.addEventListener('abort', () => alarm.abort(), { once: true });
      working = work(next).finally(release);
    },
    async stop() {
      stopping = true;
      alarm.abort();
      await working;
      hold = undefined;
      working = undefined;
    },
    figures: () => ({ waiting: waiting.length, lastError }),
  };
}
