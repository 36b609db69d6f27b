import { crc32 } from 'node:zlib';
import { sealBytes } from './seal.ts';

/**
 * A frame: what one commit of the journal writes. All numbers are little endian.
 *
 *     0  magic `CLFR`
 *     4  payload length (u32)
 *     8  sequence number (u64), one more than that of the frame before
 *    16  epoch of the sealing key (u32)
 *    20  flags (u32): 1 when the frame was rewritten by pruning
 *    24  payload: records
 *     -  HMAC-SHA-256 over the journal's id and everything above, under the key of the epoch
 *     -  CRC-32, begun with that of the journal's id, over everything above
 *
 * A record: kind (u8), zero (u8), log (u16), count (u32), first index (u64), body length (u32), body.
 * The body of entries is an entry bundle of C2SP tlog-tiles; of pruned entries their leaf hashes; of a
 * control record JSON.
 */
export const frameHeadBytes = 24;
export const frameTailBytes = sealBytes + 4;
export const recordHeadBytes = 20;
const magic = 0x52_46_4c_43;

export const recordKinds = { entries: 1, hashes: 2, control: 3 } as const;
export type RecordKind = keyof typeof recordKinds;
const kindNames: ReadonlyMap<number, RecordKind> = new Map(
  Object.entries(recordKinds).map(([name, number]) => [number, name as RecordKind]),
);

export interface JournalRecord {
  readonly kind: RecordKind;
  readonly logId: number;
  readonly count: number;
  readonly firstIndex: number;
  /** A view of the frame's bytes, good only while the frame is looked at. */
  readonly body: Buffer;
}

export interface FrameHead {
  readonly sequence: number;
  readonly epoch: number;
  readonly rewritten: boolean;
}

export interface Frame extends FrameHead {
  readonly records: readonly JournalRecord[];
  /** The whole frame. */
  readonly bytes: Buffer;
}

/** Fills in the head of a frame whose payload stands after it; `length` is that of the payload. */
export function writeFrameHead(frame: Buffer, length: number, head: FrameHead): void {
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(length, 4);
  frame.writeBigUInt64LE(BigInt(head.sequence), 8);
  frame.writeUInt32LE(head.epoch, 16);
  frame.writeUInt32LE(head.rewritten ? 1 : 0, 20);
}

export function writeRecordHead(
  frame: Buffer,
  offset: number,
  record: Omit<JournalRecord, 'body'> & { readonly bytes: number },
): void {
  frame.writeUInt8(recordKinds[record.kind], offset);
  frame.writeUInt8(0, offset + 1);
  frame.writeUInt16LE(record.logId, offset + 2);
  frame.writeUInt32LE(record.count, offset + 4);
  frame.writeBigUInt64LE(BigInt(record.firstIndex), offset + 8);
  frame.writeUInt32LE(record.bytes, offset + 16);
}

/** Seals a frame whose head and payload stand: writes the HMAC and the CRC. Returns the whole frame. */
export function finishFrame(
  buffer: Buffer,
  length: number,
  seal: { readonly journalId: Buffer; mac(bytes: Buffer): Buffer },
): Buffer {
  const end = frameHeadBytes + length;
  buffer.set(seal.mac(buffer.subarray(0, end)), end);
  buffer.writeUInt32LE(crc32(buffer.subarray(0, end + sealBytes), crc32(seal.journalId)), end + sealBytes);
  return buffer.subarray(0, end + frameTailBytes);
}

/** True where a frame may begin. */
export function mayBeginFrame(buffer: Buffer, offset: number): boolean {
  return offset + frameHeadBytes + frameTailBytes <= buffer.length && buffer.readUInt32LE(offset) === magic;
}

/** The bytes that a frame's HMAC covers, and the HMAC. */
export function sealedParts(frame: Buffer): { readonly covered: Buffer; readonly mac: Buffer } {
  const end = frame.length - frameTailBytes;
  return { covered: frame.subarray(0, end), mac: frame.subarray(end, end + sealBytes) };
}

function readRecords(payload: Buffer): JournalRecord[] | undefined {
  const records: JournalRecord[] = [];
  let offset = 0;
  while (offset < payload.length) {
    if (offset + recordHeadBytes > payload.length) return undefined;
    const kind = kindNames.get(payload.readUInt8(offset));
    const end = offset + recordHeadBytes + payload.readUInt32LE(offset + 16);
    if (kind === undefined || end > payload.length) return undefined;
    records.push({
      kind,
      logId: payload.readUInt16LE(offset + 2),
      count: payload.readUInt32LE(offset + 4),
      firstIndex: Number(payload.readBigUInt64LE(offset + 8)),
      body: payload.subarray(offset + recordHeadBytes, end),
    });
    offset = end;
  }
  return records;
}

/** Reads the frame at `offset`; `undefined` when there is none that is whole. The HMAC is not checked. */
export function readFrame(buffer: Buffer, offset: number, journalId: Buffer): Frame | undefined {
  if (!mayBeginFrame(buffer, offset)) return undefined;
  const length = buffer.readUInt32LE(offset + 4);
  const end = offset + frameHeadBytes + length + frameTailBytes;
  if (end > buffer.length) return undefined;
  const bytes = buffer.subarray(offset, end);
  if (crc32(bytes.subarray(0, bytes.length - 4), crc32(journalId)) !== bytes.readUInt32LE(bytes.length - 4)) {
    return undefined;
  }
  const records = readRecords(bytes.subarray(frameHeadBytes, frameHeadBytes + length));
  if (records === undefined) return undefined;
  return {
    sequence: Number(bytes.readBigUInt64LE(8)),
    epoch: bytes.readUInt32LE(16),
    rewritten: bytes.readUInt32LE(20) === 1,
    records,
    bytes,
  };
}
