import type { State } from '../../../storage/state/state.ts';
import type { Ledger } from '../ledger-types.ts';
import { hashBytes, leafHash } from '../merkle/hashing.ts';
import { selectMarks, selectPending } from './store.ts';

/** Rows that have their index already, and the size of their log behind the last of them. */
interface Placement {
  readonly seqs: readonly number[];
  readonly reached: ReadonlyMap<string, number>;
}

const rowsAtOnce = 1000;
const hashesAtOnce = 16_384;

/**
 * Finds the waiting entries that are in the ledger: those whose leaf hash stands in their log behind the
 * mark. A process that was killed between the two stores left them so, and so does a State that was
 * restored from a backup. They would otherwise be appended a second time.
 */
export async function reconcile(ledger: Ledger, state: State): Promise<Placement> {
  const waiting = new Map<string, Map<string, number[]>>();
  let after = 0;
  for (;;) {
    const rows = await selectPending(state, ledger.names(), { after, limit: rowsAtOnce });
    for (const { seq, log, leaf } of rows) {
      const ofLog = waiting.get(log) ?? new Map<string, number[]>();
      waiting.set(log, ofLog);
      const hash = leafHash(leaf).toString('latin1');
      ofLog.set(hash, [...(ofLog.get(hash) ?? []), seq]);
    }
    if (rows.length < rowsAtOnce) break;
    after = rows.at(-1)?.seq ?? after;
  }
  const seqs: number[] = [];
  const reached = new Map<string, number>();
  const marks = await selectMarks(state);
  for (const [log, hashes] of waiting) {
    const reader = ledger.reader(log);
    const { size } = reader.head();
    for (let from = Math.min(marks.get(log) ?? 0, size); from < size; from += hashesAtOnce) {
      const found = await reader.leafHashes(from, Math.min(size, from + hashesAtOnce));
      for (let at = 0; at < found.length; at += hashBytes) {
        const seq = hashes.get(found.toString('latin1', at, at + hashBytes))?.shift();
        if (seq === undefined) continue;
        seqs.push(seq);
        reached.set(log, from + at / hashBytes + 1);
      }
    }
  }
  return { seqs, reached };
}
