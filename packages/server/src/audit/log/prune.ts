import { encodeControl } from './control-record.ts';
import { unfitEntry } from './errors.ts';
import { replaceFileDurably } from './files.ts';
import type { FileJournal } from './journal/file-journal.ts';
import { prunedFrame } from './journal/prune-frame.ts';
import { scanSegment } from './journal/scan.ts';
import { listSegments, segmentHeadBytes, segmentPath } from './journal/segment.ts';
import { dropBundles, type LogState } from './logs.ts';
import { tileWidth } from './merkle/frontier.ts';
import type { WriteBehind } from './write-behind.ts';

export interface PruneResult {
  readonly minimumIndex: number;
  /** Bytes that the files take less. Entries in the segment being written are freed by a later call. */
  readonly bytesFreed: number;
}

interface PruneRequest {
  /** Of the journal. */
  readonly directory: string;
  readonly files: WriteBehind;
  readonly journal: FileJournal;
  readonly log: LogState;
  readonly minimumIndex: number;
}

/** Rewrites the complete segments that hold entries of the log below `end`. Returns the bytes freed. */
async function compactJournal(request: PruneRequest, end: number): Promise<number> {
  const { directory, files, journal, log } = request;
  let freed = 0;
  const seal = { key: journal.sealingKey(), journalId: journal.journalId };
  const complete = listSegments(files, directory).filter((number) => number < journal.currentSegment());
  for (const number of complete) {
    const path = segmentPath(directory, number);
    const bytes = files.read(path) as Buffer;
    const kept: Buffer[] = [bytes.subarray(0, segmentHeadBytes)];
    let changed = false;
    const scan = scanSegment(bytes, 0, (frame) => {
      const pruned = prunedFrame(frame, { logId: log.id, end }, seal);
      if (pruned !== undefined) changed = true;
      kept.push(pruned ?? frame.bytes);
    });
    // What is damaged stays as it is for those who must find out why.
    if (!changed || scan.rest !== 'nothing') continue;
    const compact = Buffer.concat(kept);
    await replaceFileDurably(files, path, compact);
    freed += bytes.length - compact.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return freed;
}

/**
 * Moves a log's minimum index and frees what lies wholly below it: bundles, and entries in the journal's
 * complete segments, by whole bundles of 256. Leaf hashes and tiles stay, so that every receipt and every
 * proof stays verifiable. Interrupted, it is finished by calling it again.
 */
export async function pruneLog(request: PruneRequest): Promise<PruneResult> {
  const { files, journal, log, minimumIndex } = request;
  const published = log.published?.size ?? 0;
  if (!Number.isSafeInteger(minimumIndex) || minimumIndex < log.minimumIndex || minimumIndex > published) {
    throw unfitEntry(
      'minimumIndex',
      `must be from ${log.minimumIndex} to ${published}, the size that was published`,
    );
  }
  if (minimumIndex > log.minimumIndex) {
    await journal.control(encodeControl({ record: 'minimum', id: log.id, index: minimumIndex }));
  }
  const bundles = await dropBundles(files, log);
  const end = Math.floor(minimumIndex / tileWidth) * tileWidth;
  return { minimumIndex, bytesFreed: bundles + (await compactJournal(request, end)) };
}
