import type { State } from '../../../storage/state/state.ts';
import { ledgerDamaged } from '../errors.ts';
import { readFrame } from '../journal/frame.ts';
import { prunedFrame } from '../journal/prune-frame.ts';
import { lockFrames, lockJournal, replaceFrame, vacuumFrames } from './store.ts';

const framesAtOnce = 16;

/**
 * Rewrites the frames that hold entries of the log below `end`: leaf hashes stand in their place.
 * Interrupted, it is finished by calling it again. Returns the bytes that the frames take less.
 */
export async function pruneFrames(
  state: State,
  what: { readonly logId: number; readonly end: number },
): Promise<number> {
  let freed = 0;
  let from = 0;
  for (let isDone = false; !isDone;) {
    const step = await state.transaction(async (tx) => {
      // The seal's key must not move on while frames are sealed with it.
      const { key, journalId } = await lockJournal(tx);
      const rows = await lockFrames(tx, from, framesAtOnce);
      let bytes = 0;
      let isPast = rows.length < framesAtOnce;
      for (const row of rows) {
        const frame = readFrame(row.bytes, 0, journalId);
        if (frame === undefined) {
          throw ledgerDamaged(`frame ${row.sequence} in the database`, 'it is not what was written');
        }
        const first = frame.records.find(({ kind, logId }) => kind !== 'control' && logId === what.logId);
        if (first !== undefined && first.firstIndex >= what.end) isPast = true;
        const pruned = prunedFrame(frame, what, { key, journalId });
        if (pruned === undefined) continue;
        await replaceFrame(tx, { sequence: row.sequence, bytes: pruned });
        bytes += row.bytes.length - pruned.length;
      }
      return { bytes, isPast, next: (rows.at(-1)?.sequence ?? from) + 1 };
    });
    freed += step.bytes;
    from = step.next;
    isDone = step.isPast;
  }
  if (freed > 0) await vacuumFrames(state);
  return freed;
}
