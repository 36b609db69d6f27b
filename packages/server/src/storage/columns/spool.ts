import { rm } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { spoolFailed, spoolFull } from './errors.ts';
import type { SpoolPlace } from './columns.ts';
import { decodeRecords, encodeRecord, recordLimitBytes, type RowBytes } from './segment.ts';
import {
  appendToSegment,
  createSegment,
  leftSegments,
  readSegment,
  sealSegment,
  type Segment,
} from './segment-files.ts';

/** Bytes that wait over all spools of a process, against their common bound. */
export interface SpoolBudget {
  used: number;
  readonly limitBytes: number;
}

/** Rows of one insert, in the order in which they were handed over. */
export interface Block {
  readonly segment: Segment;
  readonly firstRow: number;
  readonly count: number;
  readonly rows: RowBytes;
  /** Where the block ends in its segment. */
  readonly end: number;
  /** True when these rows may have reached the engine before: look before sending. */
  readonly attempted: boolean;
}

/** A place in the spool that grows with every append. */
interface SpoolPosition {
  readonly number: number;
  readonly offset: number;
}

export interface SpoolOptions {
  readonly directory: string;
  readonly budget: SpoolBudget;
  readonly syncDelayMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after rows have become durable. */
  readonly appended: () => void;
}

export interface Spool {
  /**
   * Resolves with the place of the first line when all are on disk; the others follow it. Raises `spool_full`
   * or `spool_failed`, and then keeps none.
   */
  append(lines: readonly string[]): Promise<SpoolPlace>;
  /** The oldest rows that are not acknowledged; the same ones until they are. */
  read(limit: { readonly rows: number; readonly bytes: number }): Promise<Block | undefined>;
  /** To be called before a block is sent. */
  attempt(block: Block): void;
  /** The engine has the block on disk: forgets it. */
  acknowledge(block: Block): Promise<void>;
  /** Rows of this process that are durable and not acknowledged. */
  waitingRows(): number;
  /** Bytes of all rows that are durable and not acknowledged. */
  waitingBytes(): number;
  /** When the oldest row that is durable and not acknowledged came, wall clock in ms, to a second. */
  oldestAt(): number | undefined;
  /** The end of everything that is durable. */
  end(): SpoolPosition;
  /** True when everything before the position is acknowledged. */
  passed(position: SpoolPosition): boolean;
  /** Writes what was handed over and closes the files. */
  close(): Promise<void>;
}

/**
 * A segment takes no more rows above this size, so that disk space comes back as rows are delivered. A new one
 * costs several waits for the disk, and no block crosses the end of one.
 */
const segmentBytes = 32 * 1024 * 1024;
/** A segment that is wholly delivered is replaced above this size. */
const drainedSegmentBytes = 256 * 1024;
const rowLimitBytes = recordLimitBytes / 4;
/**
 * With this much to write, such as a batch of 2,000 samples, a `fdatasync` is worth its while: nobody waits for
 * others to share it.
 */
const promptBytes = 32 * 1024;
/** Arrivals are told apart by this much, so that few of them are remembered. */
const arrivalMs = 1_000;

interface Waiting {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly resolve: (place: SpoolPlace) => void;
  readonly reject: (error: unknown) => void;
}

/** To be called when rows were appended. */
function noteArrival({ arrivals, size }: Segment, atMs: number): void {
  const last = arrivals.at(-1);
  if (last !== undefined && Math.abs(atMs - last.atMs) < arrivalMs) last.end = size;
  else arrivals.push({ end: size, atMs });
}

/** Splits lines into records that stay below the format's limit. */
function encode(lines: readonly string[]): Buffer {
  const records: Buffer[] = [];
  let part: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line);
    if (size > rowLimitBytes) {
      throw new CustosError('row_too_large', `A row may have ${rowLimitBytes} bytes; this one has ${size}.`, {
        status: 413,
      });
    }
    if (bytes + size > recordLimitBytes / 2) {
      records.push(encodeRecord(part));
      part = [];
      bytes = 0;
    }
    part.push(line);
    bytes += size + 1;
  }
  records.push(encodeRecord(part));
  return Buffer.concat(records);
}

/** Opens the spool of one table. Rows that an earlier process left come first. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory, budget, syncDelayMs, clock, log, appended } = options;
  const segments = await leftSegments(directory);
  for (const segment of segments) budget.used += segment.size - segment.acknowledged;
  let nextNumber = (segments.at(-1)?.number ?? 0) + 1;
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let closing = false;
  let rows = 0;

  const active = (): Segment | undefined => {
    const last = segments.at(-1);
    return last?.handle === undefined ? undefined : last;
  };

  const remove = async (segment: Segment): Promise<void> => {
    segments.splice(segments.indexOf(segment), 1);
    await segment.handle?.close();
    segment.handle = undefined;
    await rm(segment.path, { force: true });
  };

  const writable = async (): Promise<Segment> => {
    const current = active();
    if (current !== undefined) {
      const drained = current.acknowledged === current.size && current.size > drainedSegmentBytes;
      if (!drained && current.size < segmentBytes) return current;
      await sealSegment(current);
      if (drained) await remove(current);
    }
    const fresh = await createSegment(directory, nextNumber);
    nextNumber += 1;
    segments.push(fresh);
    return fresh;
  };

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const bytes = waiting.reduce((total, item) => total + item.bytes.length, 0);
      if (syncDelayMs > 0 && bytes < promptBytes && !closing) await clock.sleep(syncDelayMs);
      const batch = waiting;
      waiting = [];
      try {
        const segment = await writable();
        await appendToSegment(segment, Buffer.concat(batch.map((item) => item.bytes)));
        noteArrival(segment, clock.now());
        for (const item of batch) {
          rows += item.rows;
          item.resolve({ spoolId: segment.id, firstRow: segment.rows });
          segment.rows += item.rows;
        }
        appended();
      } catch (error) {
        for (const item of batch) {
          budget.used -= item.bytes.length;
          item.reject(spoolFailed(error));
        }
        const current = active();
        // A segment with a doubtful end takes no more rows; what fails here is cut by the next reader.
        if (current !== undefined) await sealSegment(current).catch(() => undefined);
      }
    }
    flushing = undefined;
  };

  /** What lies behind the last whole record of a segment was never acknowledged to anyone: cut it. */
  const cut = async (segment: Segment): Promise<void> => {
    const lost = segment.size - segment.acknowledged;
    log.warn({ segment: segment.path, bytes: lost }, 'the end of a spool segment was torn and is cut');
    budget.used -= lost;
    segment.size = segment.acknowledged;
    await sealSegment(segment);
  };

  return {
    append(lines) {
      if (lines.length === 0) return Promise.resolve({ spoolId: '', firstRow: 0 });
      return new Promise((resolve, reject) => {
        const bytes = encode(lines);
        if (budget.used + bytes.length > budget.limitBytes) throw spoolFull(budget.limitBytes);
        budget.used += bytes.length;
        waiting.push({ bytes, rows: lines.length, resolve, reject });
        flushing ??= flush();
      });
    },

    async read(limit) {
      for (;;) {
        const segment = segments[0];
        if (segment === undefined) return undefined;
        const available = segment.size - segment.acknowledged;
        if (available === 0) {
          if (segment.handle !== undefined) return undefined;
          await remove(segment);
          continue;
        }
        const length = Math.min(available, Math.max(limit.bytes, recordLimitBytes + 8));
        const buffer = await readSegment(segment.path, segment.acknowledged, length);
        const { rows: found, bytes } = decodeRecords(buffer, limit.rows);
        if (bytes === 0) {
          await cut(segment);
          continue;
        }
        return {
          segment,
          firstRow: segment.nextRow,
          count: found.starts.length,
          rows: found,
          end: segment.acknowledged + bytes,
          attempted: segment.nextRow < segment.attemptedRows,
        };
      }
    },

    attempt({ segment, firstRow, count }) {
      segment.attemptedRows = Math.max(segment.attemptedRows, firstRow + count);
    },

    async acknowledge({ segment, firstRow, count, end }) {
      budget.used -= end - segment.acknowledged;
      segment.acknowledged = end;
      const next = segment.arrivals.findIndex((arrival) => arrival.end > end);
      segment.arrivals.splice(0, next < 0 ? segment.arrivals.length : next);
      segment.nextRow = firstRow + count;
      if (segment.attemptedRows !== Number.POSITIVE_INFINITY) rows -= count;
      if (segment.handle === undefined && segment.acknowledged === segment.size) await remove(segment);
    },

    waitingRows: () => rows,

    waitingBytes: () => segments.reduce((total, { size, acknowledged }) => total + size - acknowledged, 0),

    oldestAt: () => segments.find(({ size, acknowledged }) => size > acknowledged)?.arrivals[0]?.atMs,

    end() {
      const last = segments.at(-1);
      return { number: last?.number ?? nextNumber - 1, offset: last?.size ?? 0 };
    },

    passed({ number, offset }) {
      const first = segments[0];
      if (first === undefined || first.number > number) return true;
      return first.number === number && first.acknowledged >= offset;
    },

    async close() {
      closing = true;
      await flushing;
      const current = active();
      if (current === undefined) return;
      if (current.acknowledged === current.size) await remove(current);
      else await sealSegment(current);
    },
  };
}
