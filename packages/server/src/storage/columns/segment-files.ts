import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeHeader, encodeHeader, headerBytes } from './segment.ts';

/** One file of a spool, oldest first in the list that holds them. */
export interface Segment {
  readonly path: string;
  readonly number: number;
  readonly id: string;
  /** Open for appending; `undefined` once nothing more is added. */
  handle: FileHandle | undefined;
  /** Bytes that are whole and on disk. */
  size: number;
  /** Rows that this process appended; the row number of the next one. */
  rows: number;
  /** Bytes that the engine has acknowledged, the header included. */
  acknowledged: number;
  /** Rows before `acknowledged`; the row number of the next row to send. */
  nextRow: number;
  /** Rows below this number may have been sent already. */
  attemptedRows: number;
  /** When rows came, wall clock in ms: those before `end`, and not before the end of the one before. */
  readonly arrivals: { end: number; readonly atMs: number }[];
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a new segment whose name and header are on disk when the promise resolves. */
export async function createSegment(directory: string, number: number): Promise<Segment> {
  const id = randomBytes(8).toString('hex');
  const path = join(directory, `${String(number).padStart(12, '0')}-${id}.spool`);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.write(encodeHeader(id), 0, headerBytes, 0);
    await handle.datasync();
    await syncDirectory(directory);
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  return {
    path,
    number,
    id,
    handle,
    size: headerBytes,
    rows: 0,
    acknowledged: headerBytes,
    nextRow: 0,
    attemptedRows: 0,
    arrivals: [],
  };
}

/**
 * Lists what an earlier process left, oldest first. Those segments are only read: any of their rows may
 * have been sent before the process ended.
 */
export async function leftSegments(directory: string): Promise<Segment[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const segments: Segment[] = [];
  for (const name of (await readdir(directory)).toSorted()) {
    const number = Number(/^(\d{12})-[0-9a-f]{16}\.spool$/.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(number)) continue;
    const path = join(directory, name);
    const id = decodeHeader(await readSegment(path, 0, headerBytes));
    if (id === undefined) {
      // Killed between the making of the file and its header: no row can be in it.
      await rm(path, { force: true });
      continue;
    }
    const { size, birthtimeMs, mtimeMs } = await stat(path);
    segments.push({
      path,
      number,
      id,
      handle: undefined,
      size,
      rows: 0,
      acknowledged: headerBytes,
      nextRow: 0,
      attemptedRows: Number.POSITIVE_INFINITY,
      // Some file systems do not know when a file was made.
      arrivals: [{ end: size, atMs: birthtimeMs > 0 ? birthtimeMs : mtimeMs }],
    });
  }
  return segments;
}

/** Reads up to `length` bytes from `offset`. */
export async function readSegment(path: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await handle.read(buffer, read, length - read, offset + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return buffer.subarray(0, read);
  } finally {
    await handle.close();
  }
}

/** Appends at the segment's end and returns when the bytes are on disk; a failure leaves no part of them. */
export async function appendToSegment(segment: Segment, bytes: Buffer): Promise<void> {
  const { handle } = segment;
  if (handle === undefined) throw new Error('The segment takes no more rows.');
  let written = 0;
  while (written < bytes.length) {
    const step = await handle.write(bytes, written, bytes.length - written, segment.size + written);
    written += step.bytesWritten;
  }
  await handle.datasync();
  segment.size += bytes.length;
}

/** Takes no more rows into the segment and cuts what a failed append left behind its last whole record. */
export async function sealSegment(segment: Segment): Promise<void> {
  const { handle } = segment;
  segment.handle = undefined;
  await handle?.close();
  await truncate(segment.path, segment.size);
}
