import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { unavailable } from '../../../base/errors.ts';
import type { State } from '../../../storage/state/state.ts';
import { ledgerOverloaded } from '../errors.ts';
import { encodeBundle } from '../formats/entry-bundle.ts';
import { leafHash } from '../merkle/hashing.ts';
import type { Acknowledgement } from '../types.ts';
import { insertIntake, type PlacedTicket } from './store.ts';

/** Writes this node's entries into the intake and waits for their indexes. */
export interface Intake {
  /**
   * Resolves when the entries are durable and have their indexes, consecutive ones. Raises
   * `not_sequenced` when they are durable and no node gave them indexes in time.
   */
  append(log: string, entries: readonly Uint8Array[]): Promise<Acknowledgement[]>;
  /** Tells the intake which of its tickets were placed. */
  placed(tickets: readonly PlacedTicket[]): void;
  pendingBytes(): number;
  /** Gives up what waits. */
  close(): void;
}

interface Caller {
  readonly log: string;
  readonly entries: readonly Uint8Array[];
  readonly bytes: number;
  resolve(firstIndex: number): void;
  reject(error: unknown): void;
}

/** One row of the intake, and who waits for it. */
interface Waiting {
  readonly callers: readonly Caller[];
  readonly timer: AbortController;
}

/** A row gathers the calls of about this many bytes. */
const rowBytes = 1024 * 1024;

function notSequenced(): Error {
  return unavailable(
    'not_sequenced',
    'The entries are durable in the database and must not be sent again; no node has given them their indexes yet.',
  );
}

export function createIntake(parts: {
  readonly state: State;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly limitBytes: number;
  /** Called when rows were committed. */
  onWritten(): void;
}): Intake {
  const { state, clock, timeoutMs, limitBytes } = parts;
  const node = randomBytes(9).toString('base64url');
  const waiting = new Map<string, Waiting>();
  let queue: Caller[] = [];
  let writing = false;
  let isClosed = false;
  let pending = 0;
  let number = 0;

  /** The calls that wait, as rows: those of one log together, in their order. */
  const gather = (callers: readonly Caller[]): Caller[][] => {
    const rows: Caller[][] = [];
    for (const ofLog of Map.groupBy(callers, ({ log }) => log).values()) {
      let bytes = Infinity;
      for (const caller of ofLog) {
        if (bytes + caller.bytes > rowBytes) {
          rows.push([]);
          bytes = 0;
        }
        rows.at(-1)?.push(caller);
        bytes += caller.bytes;
      }
    }
    return rows;
  };

  const give = async (ticket: string, { callers, timer }: Waiting): Promise<void> => {
    await clock.sleep(timeoutMs, timer.signal);
    if (waiting.delete(ticket)) for (const caller of callers) caller.reject(notSequenced());
  };

  const flush = async (callers: readonly Caller[]): Promise<void> => {
    const rows = gather(callers).map((group) => {
      number += 1;
      const ticket = `${node}.${number}`;
      const row: Waiting = { callers: group, timer: new AbortController() };
      // Before it is committed: the answer may be here before that of the commit.
      waiting.set(ticket, row);
      const entries = encodeBundle(group.flatMap((caller) => caller.entries));
      return { ticket, row, log: (group[0] as Caller).log, entries };
    });
    try {
      await insertIntake(
        state.write,
        rows.map(({ log, entries, ticket }) => ({ log, entries, ticket })),
      );
    } catch (error) {
      for (const { ticket, row } of rows) {
        if (waiting.delete(ticket)) for (const caller of row.callers) caller.reject(error);
      }
      return;
    }
    for (const { ticket, row } of rows) {
      if (isClosed) row.timer.abort();
      void give(ticket, row);
    }
    parts.onWritten();
  };

  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const callers = queue;
      queue = [];
      await flush(callers);
    }
    writing = false;
  };

  return {
    async append(log, entries) {
      const bytes = entries.reduce((sum, entry) => sum + entry.length + 2, 0);
      if (pending + bytes > limitBytes) throw ledgerOverloaded();
      pending += bytes;
      try {
        const firstIndex = await new Promise<number>((resolve, reject) => {
          queue.push({ log, entries, bytes, resolve, reject });
          if (writing) return;
          writing = true;
          // After all callers that are ready in this turn have appended.
          setImmediate(() => void run());
        });
        return entries.map((entry, place) => ({ log, index: firstIndex + place, leafHash: leafHash(entry) }));
      } finally {
        pending -= bytes;
      }
    },
    placed(tickets) {
      for (const { ticket, firstIndex } of tickets) {
        const row = waiting.get(ticket);
        if (row === undefined) continue;
        waiting.delete(ticket);
        row.timer.abort();
        let index = firstIndex;
        for (const caller of row.callers) {
          caller.resolve(index);
          index += caller.entries.length;
        }
      }
    },
    pendingBytes: () => pending,
    close() {
      isClosed = true;
      for (const { timer } of waiting.values()) timer.abort();
    },
  };
}
