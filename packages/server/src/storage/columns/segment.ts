import { crc32 } from 'node:zlib';

/**
 * The format of a spool segment. A header of 24 bytes: `CUSTSPL1` and the segment's id in 16 hexadecimal
 * digits. Then records: payload length (u32, little endian), CRC-32 of the payload (u32), payload. The
 * payload is the number of rows (u32) and the rows as lines of JSON. A record is one row or many; it is
 * whole or it is not there, because a kill can only cut the file's end.
 */
const magic = 'CUSTSPL1';
export const headerBytes = 24;
const prefixBytes = 8;

/** Largest payload of a record; what is longer is no record. Rows are at most half of it. */
export const recordLimitBytes = 4 * 1024 * 1024;

export function encodeHeader(id: string): Buffer {
  return Buffer.from(magic + id, 'latin1');
}

/** Returns the segment's id, or `undefined` when the header is torn or none of ours. */
export function decodeHeader(buffer: Buffer): string | undefined {
  const text = buffer.subarray(0, headerBytes).toString('latin1');
  return /^CUSTSPL1[0-9a-f]{16}$/.test(text) ? text.slice(magic.length) : undefined;
}

export function encodeRecord(lines: readonly string[]): Buffer {
  const rows = Buffer.from(lines.join('\n'), 'utf8');
  const record = Buffer.allocUnsafe(prefixBytes + 4 + rows.length);
  record.writeUInt32LE(4 + rows.length, 0);
  record.writeUInt32LE(lines.length, prefixBytes);
  rows.copy(record, prefixBytes + 4);
  record.writeUInt32LE(crc32(record.subarray(prefixBytes)), 4);
  return record;
}

export interface DecodedRecords {
  readonly lines: string[];
  /** Bytes of the buffer that the records took. */
  readonly bytes: number;
}

/** Reads whole records from the buffer's start, up to about `rows` rows; stops at the first torn one. */
export function decodeRecords(buffer: Buffer, rows: number): DecodedRecords {
  const lines: string[] = [];
  let offset = 0;
  while (lines.length < rows && offset + prefixBytes <= buffer.length) {
    const length = buffer.readUInt32LE(offset);
    const end = offset + prefixBytes + length;
    if (length < 4 || length > recordLimitBytes || end > buffer.length) break;
    const payload = buffer.subarray(offset + prefixBytes, end);
    if (crc32(payload) !== buffer.readUInt32LE(offset + 4)) break;
    const read = payload.toString('utf8', 4).split('\n');
    if (read.length !== payload.readUInt32LE(0)) break;
    for (const line of read) lines.push(line);
    offset = end;
  }
  return { lines, bytes: offset };
}
