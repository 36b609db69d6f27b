import { ledgerDamaged } from '../errors.ts';
import { replaceFileDurably, type LedgerFiles } from '../files.ts';
import type { Integrate, JournalPosition } from '../types.ts';
import { readFrame } from './frame.ts';
import { isZero, scanSegment } from './scan.ts';
import { decodeKey, encodeKey, type SealingKey } from './seal.ts';
import { listSegments, segmentHeadBytes, segmentPath } from './segment.ts';
import { createFrameTaker, type FrameTaker } from './take-frames.ts';

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
  const firstNumber = start?.segment ?? (numbers[0] as number);
  const kept = numbers.filter((number) => number >= firstNumber);
  if (kept[0] !== firstNumber)
    throw ledgerDamaged(directory, `segment ${firstNumber} of the journal is gone`);

  const storedKey = decodeKey(files.read(request.keyPath));
  if (storedKey === undefined) throw ledgerDamaged(request.keyPath, 'the sealing key is gone or unreadable');
  let taker: FrameTaker | undefined;
  let journalId: Buffer | undefined;
  let offset = 0;
  let tornBytes = 0;
  let lastFrame: number | null = null;

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
    taker ??= createFrameTaker(
      { key: storedKey, sequence: start?.sequence ?? head.firstSequence, sizes: request.from?.sizes },
      integrate,
    );
    if (from === 0 && head.firstSequence !== taker.sequence()) {
      throw ledgerDamaged(path, `it begins with frame ${head.firstSequence}, not ${taker.sequence()}`);
    }
    if (place === 0 && start !== undefined && !stands(bytes, start, journalId)) {
      throw ledgerDamaged(path, `frame ${start.sequence - 1} is not what was written`);
    }
    const { take, sequence } = taker;
    const its = head.journalId;
    const scan = scanSegment(bytes, from, (frame, at) =>
      take(frame, { where: `${path} at byte ${at}`, journalId: its }),
    );
    const known = place === 0 && start !== undefined ? start.lastFrame : null;
    lastFrame = scan.lastFrame ?? known;
    if (scan.rest === 'damaged' || (scan.rest === 'torn' && !isLast)) {
      throw ledgerDamaged(`${path} at byte ${scan.end}`, `frame ${sequence()} is not what was written`);
    }
    offset = scan.end;
    if (isLast) tornBytes = await mend(files, path, { bytes, end: scan.end, lastFrame });
  }
  const { key, sequence, sizes } = taker as FrameTaker;
  if (key().epoch !== storedKey.epoch) await replaceFileDurably(files, request.keyPath, encodeKey(key()));
  const position = { segment: kept.at(-1) as number, offset, sequence: sequence(), lastFrame };
  return { journalId: journalId as Buffer, position, key: key(), sizes, tornBytes };
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
