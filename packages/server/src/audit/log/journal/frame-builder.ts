import { hash } from 'node:crypto';
import { hashBytes } from '../merkle/hashing.ts';
import {
  frameHeadBytes,
  frameTailBytes,
  recordHeadBytes,
  writeRecordHead,
  type RecordKind,
} from './frame.ts';

/** One record of a frame being built; for entries, with the hashes of its leaves. */
export interface BuiltRecord {
  readonly kind: RecordKind;
  readonly logId: number;
  readonly firstIndex: number;
  readonly count: number;
  readonly body: Buffer;
  /** Leaf hashes of the entries, one after the other. */
  readonly hashes: Buffer;
}

/** Gathers the records of one commit in the form in which they are written. */
export interface FrameBuilder {
  /** Bytes that the whole frame takes so far. */
  bytes(): number;
  isEmpty(): boolean;
  /** Copies an entry in and hashes it. Returns the leaf hash as `latin1` text. */
  addEntry(logId: number, index: number, entry: Uint8Array): string;
  addControl(body: Uint8Array): void;
  /** Closes the last record and gives the buffer, with room for the frame's head and tail, and the records. */
  finish(): {
    readonly buffer: Buffer;
    readonly payloadBytes: number;
    readonly records: readonly BuiltRecord[];
  };
}

const firstBytes = 4096;

export function createFrameBuilder(): FrameBuilder {
  let buffer = Buffer.allocUnsafe(firstBytes);
  let hashes = Buffer.allocUnsafe(firstBytes / 16);
  let at = frameHeadBytes;
  let hashed = 0;
  const open: {
    kind: RecordKind;
    logId: number;
    firstIndex: number;
    count: number;
    start: number;
    bytes: number;
    hashStart: number;
  }[] = [];

  const reserve = (bytes: number): void => {
    const needed = at + bytes + frameTailBytes;
    if (needed <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, buffer.length * 2));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };

  const begin = (kind: RecordKind, logId: number, firstIndex: number): void => {
    reserve(recordHeadBytes);
    open.push({
      kind,
      logId,
      firstIndex,
      count: 0,
      start: at + recordHeadBytes,
      bytes: 0,
      hashStart: hashed,
    });
    at += recordHeadBytes;
  };

  return {
    bytes: () => at + frameTailBytes,
    isEmpty: () => open.length === 0,
    addEntry(logId, index, entry) {
      let run = open.at(-1);
      if (run?.kind !== 'entries' || run.logId !== logId) {
        begin('entries', logId, index);
        run = open.at(-1) as (typeof open)[number];
      }
      reserve(2 + entry.length);
      // The zero that a leaf's hash begins with stands for a moment where the length's low byte goes.
      buffer[at + 1] = 0;
      buffer.set(entry, at + 2);
      const leaf = hash('sha256', buffer.subarray(at + 1, at + 2 + entry.length), 'latin1');
      buffer.writeUInt16BE(entry.length, at);
      at += 2 + entry.length;
      run.bytes += 2 + entry.length;
      run.count += 1;
      if (hashed + hashBytes > hashes.length) {
        const larger = Buffer.allocUnsafe(hashes.length * 2);
        hashes.copy(larger, 0, 0, hashed);
        hashes = larger;
      }
      hashes.write(leaf, hashed, hashBytes, 'latin1');
      hashed += hashBytes;
      return leaf;
    },
    addControl(body) {
      begin('control', 0, 0);
      reserve(body.length);
      buffer.set(body, at);
      at += body.length;
      (open.at(-1) as (typeof open)[number]).bytes = body.length;
    },
    finish() {
      const records = open.map(({ kind, logId, firstIndex, count, start, bytes, hashStart }) => {
        writeRecordHead(buffer, start - recordHeadBytes, { kind, logId, firstIndex, count, bytes });
        return {
          kind,
          logId,
          firstIndex,
          count,
          body: buffer.subarray(start, start + bytes),
          hashes: hashes.subarray(hashStart, hashStart + count * hashBytes),
        };
      });
      return { buffer, payloadBytes: at - frameHeadBytes, records };
    },
  };
}
