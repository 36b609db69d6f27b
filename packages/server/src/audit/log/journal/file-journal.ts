import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { ledgerClosed, ledgerDamaged, ledgerFailed, ledgerOverloaded } from '../errors.ts';
import { replaceFileDurably, syncPath, type LedgerFiles } from '../files.ts';
import type { Appended, Integrate, Journal, JournalPosition } from '../types.ts';
import { createFrameBuilder, type FrameBuilder } from './frame-builder.ts';
import { finishFrame, writeFrameHead } from './frame.ts';
import { recoverJournal } from './recover.ts';
import {
  encodeKey,
  encodeSecret,
  firstKey,
  newSealSecret,
  nextKey,
  sealOf,
  type SealingKey,
} from './seal.ts';
import { encodeSegmentHead, prepareSpare, segmentHeadBytes, segmentPath, spareName } from './segment.ts';

export interface FileJournalRequest {
  readonly directory: string;
  readonly files: LedgerFiles;
  readonly clock: Clock;
  /** Size of a segment, 256 KiB or more; default 32 MiB. */
  readonly segmentBytes?: number;
  /** A commit gathers at most about this much; default 4 MiB. */
  readonly frameBytes?: number;
  /** More than this waiting for the disk is refused; default 256 MiB. */
  readonly pendingLimitBytes?: number;
  /** The sealing key moves on this often; default 15 minutes, as in journald. */
  readonly epochMs?: number;
  /** The initial secret, when the operator brings one; used only when the journal is made. */
  readonly sealSecret?: Uint8Array;
  /** Where to begin reading, and the sizes of the logs there; everything when absent. */
  readonly from?: { readonly position: JournalPosition; readonly sizes: ReadonlyMap<number, number> };
  readonly integrate: Integrate;
}

/** A journal in files, with what only this kind has. */
export interface FileJournal extends Journal {
  /** Number of the segment being written; those below it are complete. */
  currentSegment(): number;
  /** The present sealing key, for frames that pruning rewrites. */
  sealingKey(): SealingKey;
  readonly journalId: Buffer;
}

interface PendingFrame {
  readonly builder: FrameBuilder;
  readonly done: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

function createPendingFrame(): PendingFrame {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever appended hears of a failure through their own promise; this one must not be "unhandled".
  promise.catch(() => undefined);
  return { builder: createFrameBuilder(), done: promise, resolve, reject };
}

export const keyName = 'seal.key';
/** Holds the initial secret until it is exported and removed. */
export const secretName = 'seal.secret';

/** Makes the first segment and the keys of a new journal. */
async function createJournal(request: FileJournalRequest, segmentBytes: number): Promise<void> {
  const { directory, files } = request;
  const secret = request.sealSecret === undefined ? newSealSecret() : Buffer.from(request.sealSecret);
  await replaceFileDurably(files, join(directory, secretName), encodeSecret(secret));
  await replaceFileDurably(files, join(directory, keyName), encodeKey(firstKey(secret)));
  await prepareSpare(files, directory, segmentBytes);
  await promoteSpare(files, directory, { journalId: randomBytes(16), number: 1, firstSequence: 0 });
}

/** Makes the spare the segment of that number. */
async function promoteSpare(
  files: LedgerFiles,
  directory: string,
  head: { readonly journalId: Buffer; readonly number: number; readonly firstSequence: number },
): Promise<void> {
  const spare = join(directory, spareName);
  const file = files.open(spare, 'change');
  try {
    files.write(file, encodeSegmentHead(head), 0);
    await files.dataSync(file);
  } finally {
    files.close(file);
  }
  files.rename(spare, segmentPath(directory, head.number));
  await syncPath(files, directory);
}

/** Cuts a segment that is complete to what it holds, which frees the zeros behind it. */
async function sealSegment(files: LedgerFiles, file: number, length: number): Promise<void> {
  try {
    files.truncate(file, length);
    await files.sync(file);
  } finally {
    files.close(file);
  }
}

/**
 * Opens the journal in a directory, making it when there is none: reads what is there, drops a torn last
 * frame, and hands every record to `integrate`. Raises `ledger_damaged` when stored bytes were changed.
 *
 * Many concurrent appends become one write and one `fdatasync`. After an error of either, nothing is
 * written or acknowledged any more: what the page cache holds after a failed sync is not what the disk
 * holds, so trying again on the same descriptor would acknowledge what may be lost.
 */
export async function openFileJournal(request: FileJournalRequest): Promise<FileJournal> {
  const { directory, files, clock, integrate } = request;
  const segmentBytes = Math.max(request.segmentBytes ?? 32 * 1024 * 1024, 256 * 1024);
  const frameBytes = Math.min(request.frameBytes ?? 4 * 1024 * 1024, segmentBytes - 128 * 1024);
  const pendingLimit = request.pendingLimitBytes ?? 256 * 1024 * 1024;
  const epochMs = request.epochMs ?? 15 * 60_000;
  files.makeDirectory(directory);
  files.remove(join(directory, spareName));

  if (files.list(directory).every((name) => !name.endsWith('.segment'))) {
    if (request.from !== undefined) throw ledgerDamaged(directory, 'every segment of the journal is gone');
    await createJournal(request, segmentBytes);
  }
  const recovered = await recoverJournal({ ...request, keyPath: join(directory, keyName) });
  const { journalId, sizes } = recovered;
  let { position, key } = recovered;
  let keyBorn = clock.monotonic();
  let file = files.open(segmentPath(directory, position.segment), 'change');
  let fault: string | null = null;
  let closing = false;
  let running = false;
  let pendingBytes = 0;
  let spare: Promise<void> | undefined;
  let sealing: Promise<void> = Promise.resolve();
  const queue: PendingFrame[] = [];

  const fail = (error: unknown, frames: readonly PendingFrame[]): void => {
    fault ??= messageOf(error);
    for (const frame of [...frames, ...queue.splice(0)]) frame.reject(ledgerFailed(error));
  };

  const moveKeyOn = async (): Promise<void> => {
    const next = nextKey(key);
    // On disk before the first frame under it, or that frame could not be checked after a crash.
    await replaceFileDurably(files, join(directory, keyName), encodeKey(next));
    key = next;
    keyBorn = clock.monotonic();
  };

  const rotate = async (): Promise<void> => {
    await sealing;
    await (spare ?? prepareSpare(files, directory, segmentBytes));
    spare = undefined;
    const number = position.segment + 1;
    await promoteSpare(files, directory, { journalId, number, firstSequence: position.sequence });
    sealing = sealSegment(files, file, position.offset);
    // It holds nothing that is not on disk already; a fault here must stop the journal all the same.
    sealing.catch((error: unknown) => fail(error, []));
    file = files.open(segmentPath(directory, number), 'change');
    position = { segment: number, offset: segmentHeadBytes, sequence: position.sequence, lastFrame: null };
  };

  /** The spare is made while there is time; when that fails, making it anew at rotation decides. */
  const prepareAhead = (): void => {
    if (spare !== undefined || position.offset < segmentBytes / 4) return;
    const made = prepareSpare(files, directory, segmentBytes);
    spare = made;
    made.catch(() => {
      if (spare === made) spare = undefined;
    });
  };

  const commit = async (frame: PendingFrame): Promise<void> => {
    const { buffer, payloadBytes, records } = frame.builder.finish();
    const bytes = frame.builder.bytes();
    if (position.offset + bytes > segmentBytes) await rotate();
    else if (clock.monotonic() - keyBorn >= epochMs) await moveKeyOn();
    writeFrameHead(buffer, payloadBytes, { sequence: position.sequence, epoch: key.epoch, rewritten: false });
    const whole = finishFrame(buffer, payloadBytes, {
      journalId,
      mac: (covered) => sealOf(key, journalId, covered),
    });
    files.write(file, whole, position.offset);
    await files.dataSync(file);
    const { segment, offset, sequence } = position;
    position = { segment, offset: offset + whole.length, sequence: sequence + 1, lastFrame: offset };
    integrate(records);
    prepareAhead();
  };

  const run = async (): Promise<void> => {
    for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
      const bytes = frame.builder.bytes();
      try {
        await commit(frame);
      } catch (error) {
        fail(error, [frame]);
        break;
      }
      pendingBytes -= bytes;
      frame.resolve();
      // Let those who were answered append again, so that their next entries share the next commit.
      await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  };

  const schedule = (): void => {
    if (running) return;
    running = true;
    // After all callers that are ready in this turn have appended.
    process.nextTick(() => void run());
  };

  const openFrame = (more: number): PendingFrame => {
    const last = queue.at(-1);
    if (last !== undefined && (last.builder.isEmpty() || last.builder.bytes() + more <= frameBytes))
      return last;
    const frame = createPendingFrame();
    pendingBytes += frame.builder.bytes();
    queue.push(frame);
    return frame;
  };

  const ready = (): void => {
    if (closing) throw ledgerClosed();
    if (fault !== null) throw ledgerFailed(new Error(fault));
  };

  return {
    journalId,
    async append(logId, entries): Promise<Appended> {
      ready();
      const total = entries.reduce((sum, entry) => sum + entry.length, 0);
      if (pendingBytes + total > pendingLimit) throw ledgerOverloaded();
      const firstIndex = sizes.get(logId) ?? 0;
      const leafHashes: string[] = [];
      let frame: PendingFrame | undefined;
      for (const entry of entries) {
        frame = openFrame(entry.length + 64);
        const before = frame.builder.bytes();
        leafHashes.push(frame.builder.addEntry(logId, firstIndex + leafHashes.length, entry));
        pendingBytes += frame.builder.bytes() - before;
      }
      sizes.set(logId, firstIndex + entries.length);
      schedule();
      await frame?.done;
      return { firstIndex, leafHashes };
    },
    async control(body) {
      ready();
      const frame = openFrame(body.length + 64);
      const before = frame.builder.bytes();
      frame.builder.addControl(body);
      pendingBytes += frame.builder.bytes() - before;
      schedule();
      await frame.done;
    },
    position: () => position,
    currentSegment: () => position.segment,
    sealingKey: () => key,
    status: () => ({
      state: fault !== null ? 'failed' : closing ? 'closed' : 'open',
      fault,
      pendingBytes,
      segments: position.segment,
      recoveredBytes: recovered.tornBytes,
      epoch: key.epoch,
    }),
    async close() {
      if (closing) return;
      closing = true;
      while (running) await new Promise((resolve) => setImmediate(resolve));
      await spare?.catch(() => undefined);
      await sealing.catch(() => undefined);
      files.close(file);
    },
  };
}
