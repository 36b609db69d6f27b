import { hashBytes } from '../merkle/hashing.ts';
import {
  finishFrame,
  frameHeadBytes,
  frameTailBytes,
  recordHeadBytes,
  writeFrameHead,
  writeRecordHead,
  type Frame,
  type JournalRecord,
} from './frame.ts';
import { sealOf, type SealingKey } from './seal.ts';
import { leafHashesOf } from './take-frames.ts';

/** The record without the entries below `end`: their leaf hashes stand in their place. */
function withoutEntries(record: JournalRecord, end: number): JournalRecord[] {
  const { firstIndex, count, logId } = record;
  const gone = Math.min(count, Math.max(0, end - firstIndex));
  if (record.kind !== 'entries' || gone === 0) return [record];
  const hashes = leafHashesOf(record).subarray(0, gone * hashBytes);
  let offset = 0;
  for (let entry = 0; entry < gone; entry += 1) offset += 2 + record.body.readUInt16BE(offset);
  const pruned: JournalRecord = { kind: 'hashes', logId, firstIndex, count: gone, body: hashes };
  if (gone === count) return [pruned];
  const body = record.body.subarray(offset);
  return [pruned, { kind: 'entries', logId, firstIndex: firstIndex + gone, count: count - gone, body }];
}

/** What a frame is sealed with. */
export interface FrameSeal {
  readonly key: SealingKey;
  readonly journalId: Buffer;
}

/** The frame anew, with the records given, sealed with the present key. */
function rewriteFrame(frame: Frame, records: readonly JournalRecord[], seal: FrameSeal): Buffer {
  const payload = records.reduce((sum, { body }) => sum + recordHeadBytes + body.length, 0);
  const buffer = Buffer.alloc(frameHeadBytes + payload + frameTailBytes);
  const { key, journalId } = seal;
  writeFrameHead(buffer, payload, { sequence: frame.sequence, epoch: key.epoch, rewritten: true });
  let offset = frameHeadBytes;
  for (const record of records) {
    writeRecordHead(buffer, offset, { ...record, bytes: record.body.length });
    buffer.set(record.body, offset + recordHeadBytes);
    offset += recordHeadBytes + record.body.length;
  }
  return finishFrame(buffer, payload, { journalId, mac: (covered) => sealOf(key, journalId, covered) });
}

/**
 * The frame without a log's entries below `end`, their leaf hashes in their place, under its old sequence
 * number and sealed anew; `undefined` when it has none of them.
 */
export function prunedFrame(
  frame: Frame,
  what: { readonly logId: number; readonly end: number },
  seal: FrameSeal,
): Buffer | undefined {
  const records = frame.records.flatMap((record) =>
    record.logId === what.logId ? withoutEntries(record, what.end) : [record],
  );
  if (records.every((record) => frame.records.includes(record))) return undefined;
  return rewriteFrame(frame, records, seal);
}
