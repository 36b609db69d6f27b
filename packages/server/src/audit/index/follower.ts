import type { Clock } from '../../base/clock.ts';
import { backoffMs } from '../../base/duration.ts';
import { conflict, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { readEntry } from './indexed-entry.ts';
import { rowLine } from './row.ts';
import type { IndexStore } from './store.ts';
import type { IndexedLedger } from './types.ts';

/** How far the index has come. It changes its identity when rows may have gone away. */
export interface Positions {
  /** Everything of the log below this has its row, from the minimum index on. */
  of(log: string): number;
  /** False as soon as a search that relied on these positions has to be done again. */
  holds(): boolean;
}

export interface Follower {
  start(): void;
  stop(): Promise<void>;
  /** Learnt from the engine when need be; null while it is away or its rows are being removed. */
  positions(): Promise<Positions | null>;
  /** Resolves when the index has everything that is in the logs now; false when it did not within the time. */
  settle(timeoutMs: number): Promise<boolean>;
  rebuild(): Promise<void>;
  status(): {
    readonly lastError: string | null;
    readonly rebuild: { readonly startedAt: number; readonly done: number; readonly total: number } | null;
  };
  /** What is known without asking the engine. */
  known(log: string): number;
}

export interface FollowerOptions {
  readonly ledger: IndexedLedger;
  readonly store: IndexStore;
  readonly columns: Pick<Columns, 'status'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** False while another node keeps the rows of a shared engine; then this one only watches. */
  readonly mayWrite: () => boolean;
  /** Longest that an entry waits for others to share its block, ms. */
  readonly lingerMs: number;
}

interface Cursor {
  /** Everything below has its row. */
  indexed: number;
  /** Nothing at or above this has one. */
  present: number;
  /** Nothing below this has one any more. */
  prunedTo: number;
  /** When entries above `indexed` were first seen, monotonic ms. */
  waitingSince: number | undefined;
}

interface Block {
  readonly to: number;
  readonly rows: number;
  readonly parts: readonly Uint8Array[];
}

const blockRows = 50_000;
/** Below the 64 MiB that one request to the engine may have, also with the largest rows. */
const blockBytes = 48 * 1024 * 1024;
/** Text that is turned into bytes at once. */
const partLength = 256 * 1024;
/** Fewer entries than this wait for others once more. */
const worthGoingOn = 5_000;
/** Entries that are made into rows at a stretch; a few ms of work. */
const strideEntries = 256;
const pollMs = 50;
const watchMs = 1_000;
const retry = { baseMs: 250, maxMs: 15_000 };

/**
 * Carries entries from the logs into the engine. How far it has come is asked of the rows themselves, at the
 * start and whenever the fate of a block is not known, so there is no second truth that could differ; rows
 * of such a block that are there are not sent again.
 */
export function createFollower(options: FollowerOptions): Follower {
  const { ledger, store, columns, clock, log, mayWrite, lingerMs } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let wake = new AbortController();
  let cursors = new Map<string, Cursor>();
  /** The life of the engine in which the cursors were learnt; undefined when they are not to be relied on. */
  let learntIn: string | undefined;
  let learning: Promise<void> | undefined;
  let generation = 0;
  /** While rows go away, nothing that was learnt of them holds for longer than the asking took. */
  let emptying = false;
  let lastError: string | null = null;
  let rebuilding: { readonly startedAt: number; readonly wanted: ReadonlyMap<string, number> } | undefined;
  let order: { readonly done: () => void; readonly failed: (error: unknown) => void } | undefined;

  const life = (): string | undefined => {
    const { state, pid, restarts } = columns.status();
    return state === 'up' ? `${pid ?? 0}/${restarts}` : undefined;
  };

  const forget = (): void => {
    learntIn = undefined;
    generation += 1;
  };

  const learnLog = async (name: string, from: number): Promise<Cursor> => {
    const { contiguous, present } = await store.extent(name, from);
    return { indexed: contiguous, present, prunedTo: 0, waitingSince: undefined };
  };

  const learn = async (): Promise<void> => {
    for (;;) {
      const [now, mine] = [life(), generation];
      const learnt = new Map<string, Cursor>();
      for (const name of ledger.names())
        learnt.set(name, await learnLog(name, ledger.reader(name).minimumIndex()));
      // Rows went away while they were looked at: what was seen of them is worth nothing.
      if (mine !== generation || now !== life()) continue;
      cursors = learnt;
      learntIn = now;
      return;
    }
  };

  /** Learns the cursors unless they are known; raises while the engine is away. */
  const ensureLearnt = async (): Promise<void> => {
    const now = life();
    if (now !== undefined && learntIn === now && ledger.names().every((name) => cursors.has(name))) return;
    if (learntIn !== undefined) forget();
    learning ??= learn().finally(() => (learning = undefined));
    await learning;
  };

  const build = async (name: string, from: number, present: number): Promise<Block> => {
    const reader = ledger.reader(name);
    const { size } = reader.head();
    const parts: Buffer[] = [];
    let [to, rows, bytes] = [from, 0, 0];
    while (to < size && rows < blockRows && bytes < blockBytes && !stopping.signal.aborted) {
      const end = Math.min(size, (Math.floor(to / strideEntries) + 1) * strideEntries);
      const there = present > to ? new Set(await store.indexes({ log: name, from: to, to: end })) : undefined;
      let lines = '';
      const flush = (): void => {
        if (lines === '') return;
        const part = Buffer.from(lines, 'utf8');
        parts.push(part);
        bytes += part.length;
        lines = '';
      };
      for (const entry of await reader.entries(to, end)) {
        if (there?.has(to) !== true) {
          lines += rowLine(readEntry(name, to, entry));
          rows += 1;
        }
        to += 1;
        if (lines.length >= partLength) flush();
        if (bytes >= blockBytes) break;
      }
      flush();
    }
    return { to, rows, parts };
  };

  const send = async (block: Block): Promise<void> => {
    if (block.parts.length > 0) await store.add(block.parts);
  };

  /** Brings one log up to date; true when it had something to do. */
  const follow = async (name: string, cursor: Cursor): Promise<boolean> => {
    const reader = ledger.reader(name);
    cursor.indexed = Math.max(cursor.indexed, reader.minimumIndex());
    const pending = reader.head().size - cursor.indexed;
    if (pending <= 0) return false;
    cursor.waitingSince ??= clock.monotonic();
    if (pending < blockRows && clock.monotonic() - cursor.waitingSince < lingerMs) return false;

    // The next block is made while the engine takes in the one before.
    let block = await build(name, cursor.indexed, cursor.present);
    for (;;) {
      const goOn =
        reader.head().size - block.to >= worthGoingOn && !stopping.signal.aborted && order === undefined;
      const sent = send(block);
      const next = goOn ? build(name, block.to, cursor.present) : undefined;
      next?.catch(() => undefined);
      await sent;
      cursor.indexed = block.to;
      cursor.present = Math.max(cursor.present, block.to);
      if (next === undefined) break;
      block = await next;
    }
    cursor.waitingSince = undefined;
    return true;
  };

  const prune = async (name: string, cursor: Cursor): Promise<void> => {
    const minimumIndex = ledger.reader(name).minimumIndex();
    if (minimumIndex <= cursor.prunedTo) return;
    await store.removeBelow(name, minimumIndex);
    cursor.prunedTo = minimumIndex;
  };

  const empty = async (): Promise<void> => {
    emptying = true;
    forget();
    try {
      await store.removeAll();
    } finally {
      forget();
      emptying = false;
    }
  };

  /** Carries out what was ordered, one round over all logs. */
  const round = async (): Promise<boolean> => {
    if (order !== undefined) {
      const { done, failed } = order;
      order = undefined;
      try {
        await empty();
        done();
      } catch (error) {
        failed(error);
      }
    }
    await ensureLearnt();
    let worked = false;
    for (const [name, cursor] of cursors) {
      if (mayWrite()) {
        worked = (await follow(name, cursor)) || worked;
        await prune(name, cursor);
      } else {
        const from = Math.max(cursor.indexed, ledger.reader(name).minimumIndex());
        const { indexed, present } = await learnLog(name, from);
        Object.assign(cursor, { indexed, present });
      }
    }
    return worked;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      const waited = AbortSignal.any([wake.signal, stopping.signal]);
      if (life() === undefined) {
        await clock.sleep(pollMs * 4, waited);
        continue;
      }
      try {
        const worked = await round();
        failures = 0;
        lastError = null;
        if (!worked) await clock.sleep(mayWrite() ? pollMs : watchMs, waited);
      } catch (error) {
        if (stopping.signal.aborted) return;
        forget();
        failures += 1;
        lastError = messageOf(error);
        log.warn({ error: lastError, failures }, 'the index of the audit log did not go on');
        await clock.sleep(backoffMs(failures, retry), stopping.signal);
      }
    }
  };

  const reached = (wanted: ReadonlyMap<string, number>): boolean =>
    learntIn !== undefined && [...wanted].every(([name, size]) => (cursors.get(name)?.indexed ?? 0) >= size);

  const sizes = (): Map<string, number> =>
    new Map(ledger.names().map((name) => [name, ledger.reader(name).head().size]));

  const waitFor = async (wanted: ReadonlyMap<string, number>, timeoutMs: number): Promise<boolean> => {
    const until = clock.monotonic() + timeoutMs;
    while (!reached(wanted)) {
      if (clock.monotonic() >= until || stopping.signal.aborted) return false;
      for (const cursor of cursors.values()) cursor.waitingSince = -Infinity;
      wake.abort();
      await clock.sleep(10, stopping.signal);
    }
    return true;
  };

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    async positions() {
      while (life() !== undefined && !emptying) {
        await ensureLearnt();
        // Forgotten again before this call went on: it would take the old cursors for the new ones.
        if (learntIn === undefined || emptying) continue;
        const [mine, learnt] = [generation, cursors];
        return {
          of: (name) => learnt.get(name)?.indexed ?? 0,
          holds: () => generation === mine,
        };
      }
      return null;
    },
    settle: (timeoutMs) => waitFor(sizes(), timeoutMs),
    async rebuild() {
      if (!mayWrite()) throw conflict('Another node keeps the index of the audit log; rebuild it there.');
      if (rebuilding !== undefined) throw conflict('The index of the audit log is being rebuilt already.');
      const wanted = sizes();
      rebuilding = { startedAt: clock.now(), wanted };
      try {
        await new Promise<void>((done, failed) => {
          order = { done, failed };
          wake.abort();
          stopping.signal.addEventListener('abort', () => failed(stopping.signal.reason), { once: true });
        });
        while (!(await waitFor(wanted, 60_000))) stopping.signal.throwIfAborted();
      } finally {
        rebuilding = undefined;
      }
    },
    known: (name) => cursors.get(name)?.indexed ?? 0,
    status() {
      if (rebuilding === undefined) return { lastError, rebuild: null };
      const { startedAt, wanted } = rebuilding;
      const done = [...wanted].reduce(
        (sum, [name, size]) =>
          sum + Math.min(size, order === undefined ? (cursors.get(name)?.indexed ?? 0) : 0),
        0,
      );
      const total = [...wanted.values()].reduce((sum, size) => sum + size, 0);
      return { lastError, rebuild: { startedAt, done, total } };
    },
  };
}
