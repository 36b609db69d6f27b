import { ledgerDamaged } from '../errors.ts';
import { bundleLeafHashes, hashBytes } from '../merkle/hashing.ts';
import type { Integrate } from '../types.ts';
import type { BuiltRecord } from './frame-builder.ts';
import { sealedParts, type Frame, type JournalRecord } from './frame.ts';
import { isSealed, keyOfEpoch, type SealingKey } from './seal.ts';

/** Leaf hashes of a record's entries; those of a pruned record are its body. Empty when it is no bundle. */
export function leafHashesOf(record: JournalRecord): Buffer {
  if (record.kind === 'hashes') return record.body;
  const hashes = record.kind === 'entries' ? bundleLeafHashes(record.body, record.count) : undefined;
  return hashes ?? Buffer.alloc(0);
}

/** Takes frames one after the other, each after it was found to be the one that must follow. */
export interface FrameTaker {
  /** Raises `ledger_damaged`, naming `where`, when the frame is not the next or not sealed. */
  take(frame: Frame, from: { readonly where: string; readonly journalId: Buffer }): void;
  /** Goes on behind frames that were integrated already. */
  pass(records: readonly BuiltRecord[], key: SealingKey): void;
  /** Sequence number of the next frame. */
  sequence(): number;
  key(): SealingKey;
  /** Next index of each log. */
  readonly sizes: Map<number, number>;
}

export function createFrameTaker(
  start: {
    readonly key: SealingKey;
    readonly sequence: number;
    readonly sizes?: ReadonlyMap<number, number> | undefined;
  },
  integrate: Integrate,
): FrameTaker {
  let { key, sequence } = start;
  const sizes = new Map(start.sizes);

  return {
    take(frame, { where, journalId }) {
      if (frame.sequence !== sequence)
        throw ledgerDamaged(where, `frame ${sequence} is gone; ${frame.sequence} stands there`);
      // Keys of earlier epochs are forgotten on purpose: only who has the initial secret can check those.
      if (frame.epoch >= key.epoch) {
        const its = keyOfEpoch(key, frame.epoch);
        if (its === undefined || !isSealed(its, journalId, sealedParts(frame.bytes))) {
          throw ledgerDamaged(where, `frame ${sequence} is not sealed with the journal's key`);
        }
        // Pruning seals old frames with a later key; the key for what follows must not run ahead with it.
        if (!frame.rewritten) key = its;
      }
      const records = frame.records.map((record) => ({ ...record, hashes: leafHashesOf(record) }));
      const next = new Map(sizes);
      for (const record of records) {
        if (record.kind === 'control') continue;
        const index = next.get(record.logId) ?? 0;
        if (record.firstIndex !== index || record.hashes.length !== record.count * hashBytes) {
          throw ledgerDamaged(where, `frame ${sequence} does not go on at entry ${index} of its log`);
        }
        next.set(record.logId, index + record.count);
      }
      for (const [log, size] of next) sizes.set(log, size);
      integrate(records);
      sequence += 1;
    },
    pass(records, present) {
      for (const { kind, logId, firstIndex, count } of records) {
        if (kind !== 'control') sizes.set(logId, firstIndex + count);
      }
      integrate(records);
      sequence += 1;
      key = present;
    },
    sequence: () => sequence,
    key: () => key,
    sizes,
  };
}
