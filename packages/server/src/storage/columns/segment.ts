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
const lineFeed = 10;

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

/** Rows where they stand in a buffer: the bytes from `starts[i]` to `ends[i]` are the JSON of row `i`. */
export interface RowBytes {
  readonly buffer: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface DecodedRecords {
  readonly rows: RowBytes;
  /** Bytes of the buffer that the records took. */
  readonly bytes: number;
}

/** Finds whole records from the buffer's start, up to about `rows` rows; stops at the first torn one. */
export function decodeRecords(buffer: Buffer, rows: number): DecodedRecords {
  const starts: number[] = [];
  const ends: number[] = [];
  let offset = 0;
  while (starts.length < rows && offset + prefixBytes <= buffer.length) {
    const length = buffer.readUInt32LE(offset);
    const payload = offset + prefixBytes;
    const end = payload + length;
    if (length < 4 || length > recordLimitBytes || end > buffer.length) break;
    if (crc32(buffer.subarray(payload, end)) !== buffer.readUInt32LE(offset + 4)) break;
    const before = starts.length;
    for (let start = payload + 4; start <= end;) {
      const feed = buffer.indexOf(lineFeed, start);
      const stop = feed === -1 || feed > end ? end : feed;
      starts.push(start);
      ends.push(stop);
      start = stop + 1;
    }
    if (starts.length - before !== buffer.readUInt32LE(payload)) {
      starts.length = before;
      ends.length = before;
      break;
    }
    offset = end;
  }
  return { rows: { buffer, starts, ends }, bytes: offset };
}
