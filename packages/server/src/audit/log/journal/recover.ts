import { ledgerDamaged } from '../errors.ts';
import { replaceFileDurably, type LedgerFiles } from '../files.ts';
import { bundleLeafHashes, hashBytes } from '../merkle/hashing.ts';
import type { Integrate, JournalPosition } from '../types.ts';
import type { BuiltRecord } from './frame-builder.ts';
import { readFrame, sealedParts, type Frame, type JournalRecord } from './frame.ts';
import { isZero, scanSegment } from './scan.ts';
import { decodeKey, encodeKey, isSealed, keyOfEpoch, type SealingKey } from './seal.ts';
import { listSegments, segmentHeadBytes, segmentPath } from './segment.ts';

interface RecoveryRequest {
  readonly directory: string;
  readonly files: LedgerFiles;
  readonly keyPath: string;
  readonly from?: { readonly position: JournalPosition; readonly sizes: ReadonlyMap<number, number> };
  readonly integrate: Integrate;
}

interface Recovered {
  readonly journalId: Buffer;
  readonly position: JournalPosition;
  readonly key: SealingKey;
  /** Next index of each log. */
  readonly sizes: Map<number, number>;
  /** Bytes of a torn last frame that were dropped. */
  readonly tornBytes: number;
}

/** Leaf hashes of a record's entries; those of a pruned record are its body. Empty when it is no bundle. */
export function leafHashesOf(record: JournalRecord): Buffer {
  if (record.kind === 'hashes') return record.body;
  const hashes = record.kind === 'entries' ? bundleLeafHashes(record.body, record.count) : undefined;
  return hashes ?? Buffer.alloc(0);
}

/** True when the last frame before `position` is where it was; reading can then begin behind it. */
function stands(segment: Buffer, position: JournalPosition, journalId: Buffer): boolean {
  if (position.lastFrame === null) return position.offset <= segment.length;
  const frame = readFrame(segment, position.lastFrame, journalId);
  return (
    frame !== undefined &&
    frame.sequence === position.sequence - 1 &&
    position.lastFrame + frame.bytes.length === position.offset
  );
}

/** Reads the journal from a position on; see `openFileJournal`. */
export async function recoverJournal(request: RecoveryRequest): Promise<Recovered> {
  const { directory, files, integrate } = request;
  const numbers = listSegments(files, directory);
  const start = request.from?.position;
  const sizes = new Map(request.from?.sizes);
  const firstNumber = start?.segment ?? (numbers[0] as number);
  const kept = numbers.filter((number) => number >= firstNumber);
  if (kept[0] !== firstNumber)
    throw ledgerDamaged(directory, `segment ${firstNumber} of the journal is gone`);

  const storedKey = decodeKey(files.read(request.keyPath));
  if (storedKey === undefined) throw ledgerDamaged(request.keyPath, 'the sealing key is gone or unreadable');
  let key: SealingKey = storedKey;
  let journalId: Buffer | undefined;
  let sequence = start?.sequence ?? 0;
  let offset = 0;
  let tornBytes = 0;
  let lastFrame: number | null = null;

  const take = (frame: Frame, where: string): void => {
    if (frame.sequence !== sequence)
      throw ledgerDamaged(where, `frame ${sequence} is gone; ${frame.sequence} stands there`);
    // Keys of earlier epochs are forgotten on purpose: only who has the initial secret can check those.
    if (frame.epoch >= key.epoch) {
      const its = keyOfEpoch(key, frame.epoch);
      if (its === undefined || !isSealed(its, journalId as Buffer, sealedParts(frame.bytes))) {
        throw ledgerDamaged(where, `frame ${sequence} is not sealed with the journal's key`);
      }
      key = its;
    }
    const records: BuiltRecord[] = frame.records.map((record) => ({
      ...record,
      hashes: leafHashesOf(record),
    }));
    for (const record of records) {
      if (record.kind === 'control') continue;
      const next = sizes.get(record.logId) ?? 0;
      if (record.firstIndex !== next || record.hashes.length !== record.count * hashBytes) {
        throw ledgerDamaged(where, `frame ${sequence} does not go on at entry ${next} of its log`);
      }
      sizes.set(record.logId, next + record.count);
    }
    integrate(records);
    sequence += 1;
  };

  for (const [place, number] of kept.entries()) {
    const path = segmentPath(directory, number);
    if (number !== firstNumber + place) throw ledgerDamaged(path, 'the segment before it is gone');
    const bytes = files.read(path) as Buffer;
    const isLast = place === kept.length - 1;
    const from = place === 0 ? (start?.offset ?? 0) : 0;
    const head = scanSegment(bytes.subarray(0, segmentHeadBytes), 0, () => undefined).head;
    if (
      head === undefined ||
      head.number !== number ||
      (journalId !== undefined && !head.journalId.equals(journalId))
    ) {
      throw ledgerDamaged(path, 'its head is not that of this segment');
    }
    journalId = head.journalId;
    if (from === 0 && head.firstSequence !== sequence && (place > 0 || start !== undefined)) {
      throw ledgerDamaged(path, `it begins with frame ${head.firstSequence}, not ${sequence}`);
    }
    if (from === 0 && place === 0 && start === undefined) sequence = head.firstSequence;
    if (place === 0 && start !== undefined && !stands(bytes, start, journalId)) {
      throw ledgerDamaged(path, `frame ${start.sequence - 1} is not what was written`);
    }
    const scan = scanSegment(bytes, from, (frame, at) => take(frame, `${path} at byte ${at}`));
    const known = place === 0 && start !== undefined ? start.lastFrame : null;
    lastFrame = scan.lastFrame ?? known;
    if (scan.rest === 'damaged' || (scan.rest === 'torn' && !isLast)) {
      throw ledgerDamaged(`${path} at byte ${scan.end}`, `frame ${sequence} is not what was written`);
    }
    offset = scan.end;
    if (isLast) tornBytes = await mend(files, path, { bytes, end: scan.end, lastFrame });
  }
  if (key.epoch !== storedKey.epoch) await replaceFileDurably(files, request.keyPath, encodeKey(key));
  const position = { segment: kept.at(-1) as number, offset, sequence, lastFrame };
  return { journalId: journalId as Buffer, position, key, sizes, tornBytes };
}

/**
 * Makes the end of the last segment fit to be written to: what is torn becomes zeros, and the last whole
 * frame is written once more. It may be in the page cache only, where a failed `fdatasync` of the process
 * before leaves it marked as clean; writing it again puts it on disk or fails.
 */
async function mend(
  files: LedgerFiles,
  path: string,
  found: { readonly bytes: Buffer; readonly end: number; readonly lastFrame: number | null },
): Promise<number> {
  const { bytes, end, lastFrame } = found;
  let torn = isZero(bytes, end) ? end : bytes.length;
  while (torn > end && bytes[torn - 1] === 0) torn -= 1;
  if (torn === end && lastFrame === null) return 0;
  const file = files.open(path, 'change');
  try {
    if (torn > end) files.write(file, Buffer.alloc(torn - end), end);
    if (lastFrame !== null) files.write(file, bytes.subarray(lastFrame, end), lastFrame);
    await files.sync(file);
  } finally {
    files.close(file);
  }
  return torn - end;
}
