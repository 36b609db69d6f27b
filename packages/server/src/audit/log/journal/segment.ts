import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { LedgerFiles } from '../files.ts';

/**
 * A segment: a file of zeros made before it is needed, then overwritten with frames, because a write that
 * changes no length costs the file system no work of its own. When the next one begins it is cut to what
 * it holds. Head of 64 bytes: `CUSTLDG1`, journal id (16), number (u64), first sequence number (u64),
 * zeros, CRC-32.
 */
export const segmentHeadBytes = 64;
const magic = 'CUSTLDG1';

/** Name of the file that waits to be the next segment. */
export const spareName = 'next.spare';

export interface SegmentHead {
  readonly journalId: Buffer;
  readonly number: number;
  readonly firstSequence: number;
}

export function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(12, '0')}.segment`);
}

/** Numbers of the segments in a directory, in order. */
export function listSegments(files: LedgerFiles, directory: string): number[] {
  return files
    .list(directory)
    .filter((name) => /^\d{12}\.segment$/.test(name))
    .map((name) => Number.parseInt(name, 10));
}

export function encodeSegmentHead(head: SegmentHead): Buffer {
  const bytes = Buffer.alloc(segmentHeadBytes);
  bytes.write(magic, 'latin1');
  bytes.set(head.journalId, 8);
  bytes.writeBigUInt64LE(BigInt(head.number), 24);
  bytes.writeBigUInt64LE(BigInt(head.firstSequence), 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

/** `undefined` when it is no head, or not whole. */
export function decodeSegmentHead(bytes: Buffer): SegmentHead | undefined {
  if (bytes.length < segmentHeadBytes || bytes.toString('latin1', 0, 8) !== magic) return undefined;
  if (crc32(bytes.subarray(0, 60)) !== bytes.readUInt32LE(60)) return undefined;
  return {
    journalId: Buffer.from(bytes.subarray(8, 24)),
    number: Number(bytes.readBigUInt64LE(24)),
    firstSequence: Number(bytes.readBigUInt64LE(32)),
  };
}

const chunk = Buffer.alloc(1024 * 1024);

/** Makes the next segment's file, full of zeros and on disk. */
export async function prepareSpare(files: LedgerFiles, directory: string, bytes: number): Promise<void> {
  const file = files.open(join(directory, spareName), 'create');
  try {
    for (let offset = 0; offset < bytes; offset += chunk.length) {
      await files.writeLater(file, chunk.subarray(0, Math.min(chunk.length, bytes - offset)), offset);
      // Little by little: one large flush would hold up every commit that waits for the same disk.
      await files.dataSync(file);
    }
    await files.sync(file);
  } finally {
    files.close(file);
  }
}
