import { encodeControl } from './control-record.ts';
import { unfitEntry } from './errors.ts';
import { replaceFileDurably, type LedgerFiles } from './files.ts';
import type { FileJournal } from './journal/file-journal.ts';
import {
  finishFrame,
  frameHeadBytes,
  frameTailBytes,
  recordHeadBytes,
  writeFrameHead,
  writeRecordHead,
  type Frame,
  type JournalRecord,
} from './journal/frame.ts';
import { leafHashesOf } from './journal/recover.ts';
import { scanSegment } from './journal/scan.ts';
import { sealOf } from './journal/seal.ts';
import { listSegments, segmentHeadBytes, segmentPath } from './journal/segment.ts';
import { dropBundles, type LogState } from './logs.ts';
import { tileWidth } from './merkle/frontier.ts';
import { hashBytes } from './merkle/hashing.ts';

export interface PruneResult {
  readonly minimumIndex: number;
  /** Bytes that the files take less. Entries in the segment being written are freed by a later call. */
  readonly bytesFreed: number;
}

interface PruneRequest {
  /** Of the journal. */
  readonly directory: string;
  readonly files: LedgerFiles;
  readonly journal: FileJournal;
  readonly log: LogState;
  readonly minimumIndex: number;
}

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

/** The frame anew, with the records given, sealed with the present key. */
function rewriteFrame(frame: Frame, records: readonly JournalRecord[], journal: FileJournal): Buffer {
  const payload = records.reduce((sum, { body }) => sum + recordHeadBytes + body.length, 0);
  const buffer = Buffer.alloc(frameHeadBytes + payload + frameTailBytes);
  const key = journal.sealingKey();
  writeFrameHead(buffer, payload, { sequence: frame.sequence, epoch: key.epoch, rewritten: true });
  let offset = frameHeadBytes;
  for (const record of records) {
    writeRecordHead(buffer, offset, { ...record, bytes: record.body.length });
    buffer.set(record.body, offset + recordHeadBytes);
    offset += recordHeadBytes + record.body.length;
  }
  const { journalId } = journal;
  return finishFrame(buffer, payload, { journalId, mac: (covered) => sealOf(key, journalId, covered) });
}

/** Rewrites the complete segments that hold entries of the log below `end`. Returns the bytes freed. */
async function compactJournal(request: PruneRequest, end: number): Promise<number> {
  const { directory, files, journal, log } = request;
  let freed = 0;
  const complete = listSegments(files, directory).filter((number) => number < journal.currentSegment());
  for (const number of complete) {
    const path = segmentPath(directory, number);
    const bytes = files.read(path) as Buffer;
    const kept: Buffer[] = [bytes.subarray(0, segmentHeadBytes)];
    let changed = false;
    const scan = scanSegment(bytes, 0, (frame) => {
      const records = frame.records.flatMap((record) =>
        record.logId === log.id ? withoutEntries(record, end) : [record],
      );
      const same = records.every((record) => frame.records.includes(record));
      if (!same) changed = true;
      kept.push(same ? frame.bytes : rewriteFrame(frame, records, journal));
    });
    // What is damaged stays as it is for those who must find out why.
    if (!changed || scan.rest !== 'nothing') continue;
    const compact = Buffer.concat(kept);
    await replaceFileDurably(files, path, compact);
    freed += bytes.length - compact.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return freed;
}

/**
 * Moves a log's minimum index and frees what lies wholly below it: bundles, and entries in the journal's
 * complete segments, by whole bundles of 256. Leaf hashes and tiles stay, so that every receipt and every
 * proof stays verifiable. Interrupted, it is finished by calling it again.
 */
export async function pruneLog(request: PruneRequest): Promise<PruneResult> {
  const { files, journal, log, minimumIndex } = request;
  const published = log.published?.size ?? 0;
  if (!Number.isSafeInteger(minimumIndex) || minimumIndex < log.minimumIndex || minimumIndex > published) {
    throw unfitEntry(
      'minimumIndex',
      `must be from ${log.minimumIndex} to ${published}, the size that was published`,
    );
  }
  if (minimumIndex > log.minimumIndex) {
    await journal.control(encodeControl({ record: 'minimum', id: log.id, index: minimumIndex }));
  }
  const bundles = await dropBundles(files, log);
  const end = Math.floor(minimumIndex / tileWidth) * tileWidth;
  return { minimumIndex, bytesFreed: bundles + (await compactJournal(request, end)) };
}
