import type { Clock } from '../../../base/clock.ts';
import { CustosError } from '../../../base/errors.ts';
import type { State } from '../../../storage/state/state.ts';
import type { Ledger } from '../ledger-types.ts';
import { reconcile } from './reconcile.ts';
import { deletePending, putMark, selectPending, type PendingLeaf } from './store.ts';

/**
 * Moves committed entries from State into the ledger. One process does so for a State in SQLite, where
 * transactions commit in the order of their rows.
 */
export interface Relay {
  /** Finds out what an earlier process placed and did not get to remove. Once, before anything else. */
  recover(): Promise<void>;
  /** Gives an index to everything that was committed before this call. Returns how many rows it placed. */
  place(): Promise<number>;
  /** Removes from State what has its index. */
  forget(): Promise<void>;
  /** Rows that have their index and are not removed yet. */
  placedRows(): number;
}

const pageRows = 1000;
const overloadPauseMs = 50;

interface RelayRequest {
  readonly ledger: Ledger;
  readonly state: State;
  readonly clock: Clock;
  readonly stopped: AbortSignal;
}

/** Runs work one at a time; a call is answered by a run that began after it, shared with its neighbours. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const call = (): Promise<T> => {
    if (running !== undefined) {
      next ??= running
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => {
          next = undefined;
          return call();
        });
      return next;
    }
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return call;
}

export function createRelay({ ledger, state, clock, stopped }: RelayRequest): Relay {
  /** Rows that have their index and stand in State still; and the size of their log behind the last. */
  const placed: number[] = [];
  const reached = new Map<string, number>();
  let placedUpTo = 0;
  let halted: unknown;

  const keep = async (log: string, rows: readonly PendingLeaf[]): Promise<void> => {
    const leaves = rows.map(({ leaf }) => leaf);
    for (;;) {
      try {
        const last = (await ledger.appendMany(log, leaves)).at(-1);
        reached.set(log, (last?.index ?? 0) + 1);
        placed.push(...rows.map(({ seq }) => seq));
        return;
      } catch (error) {
        if (!(error instanceof CustosError) || error.code !== 'overloaded' || stopped.aborted) throw error;
        await clock.sleep(overloadPauseMs, stopped);
      }
    }
  };

  const place = async (): Promise<number> => {
    let count = 0;
    for (;;) {
      if (halted !== undefined) throw halted;
      const page = { after: placedUpTo, limit: pageRows };
      const rows = await selectPending(state, ledger.names(), page);
      if (rows.length === 0) return count;
      const groups = Map.groupBy(rows, ({ log }) => log);
      const kept = await Promise.allSettled([...groups].map(([log, group]) => keep(log, group)));
      // Whether such an entry is in the ledger shows only when it is opened again.
      for (const result of kept) if (result.status === 'rejected') halted ??= result.reason;
      placedUpTo = (rows.at(-1) as PendingLeaf).seq;
      count += rows.length;
    }
  };

  const forget = async (): Promise<void> => {
    const seqs = placed.slice();
    const marks = [...reached];
    if (seqs.length === 0) return;
    await state.transaction(async (tx) => {
      await deletePending(tx, seqs);
      for (const [log, size] of marks) await putMark(tx, log, size);
    });
    placed.splice(0, seqs.length);
  };

  return {
    async recover() {
      const found = await reconcile(ledger, state);
      // They are removed before any other is placed, so that all that stands in State has no index.
      placed.push(...found.seqs);
      for (const [log, size] of found.reached) reached.set(log, size);
      await forget();
    },
    place: shared(place),
    forget: shared(forget),
    placedRows: () => placed.length,
  };
}
