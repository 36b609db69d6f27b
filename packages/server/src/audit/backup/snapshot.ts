import { join } from 'node:path';
import { decodeControl } from '../log/control-record.ts';
import { ledgerDamaged } from '../log/errors.ts';
import type { LedgerFiles } from '../log/files.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import { keyName, secretName } from '../log/journal/file-journal.ts';
import type { Frame } from '../log/journal/frame.ts';
import { scanSegment } from '../log/journal/scan.ts';
import { listSegments, segmentPath } from '../log/journal/segment.ts';
import { isLogName } from '../log/logs.ts';
import { backupOvertaken, journalInDatabase } from './errors.ts';
import type { BackedUpLog } from './types.ts';

/** A file of the ledger as the backup has it. */
export interface SnapshotFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** A walk over the files of a ledger that may be in use. */
export interface Snapshot {
  /** Call it once. */
  files(): AsyncGenerator<SnapshotFile>;
  /** How far the logs go; complete when the walk is. */
  logs(): BackedUpLog[];
}

/** Segments that may be added while those that were there are copied. */
const mostAdded = 1000;

/**
 * Takes the ledger's files in an order in which they fit together although it goes on: the seal's key and
 * the heads first, so that the journal is at least as far; then its segments, the last one last. Pruning
 * says in the journal what it takes away before it takes it from older segments, so the record of that is
 * in what is read after them. The last segment is cut behind its last whole frame.
 */
export function snapshotOf(directory: string, files: LedgerFiles): Snapshot {
  const journal = join(directory, 'journal');
  const sizes = new Map<number, number>();
  const byId = new Map<number, { readonly name: string; origin: string }>();
  const heads = new Map<string, BackedUpLog['checkpoint']>();

  const follow = (frame: Frame): void => {
    for (const record of frame.records) {
      if (record.kind !== 'control') {
        sizes.set(record.logId, record.firstIndex + record.count);
        continue;
      }
      const control = decodeControl(record.body);
      if (control.record === 'log') byId.set(control.id, { name: control.name, origin: control.origin });
      const log = byId.get(control.id);
      if (control.record === 'resume' && log !== undefined) log.origin = control.origin;
    }
  };

  /** The frames of a segment, and nothing after them. */
  const framesOf = (number: number, bytes: Buffer, isLast: boolean): Buffer => {
    const path = segmentPath(journal, number);
    const frames: Frame[] = [];
    const { end, rest, head } = scanSegment(bytes, 0, (frame) => void frames.push(frame));
    // What is torn at the very end is being written at this moment.
    if (head === undefined || rest === 'damaged' || (rest === 'torn' && !isLast)) {
      throw ledgerDamaged(
        `${path} at byte ${end}`,
        'it is not what was written, and no backup is made of it',
      );
    }
    for (const frame of frames) follow(frame);
    return bytes.subarray(0, end);
  };

  const loaded = async (path: string): Promise<Buffer> => {
    const bytes = await files.load(path);
    if (bytes === undefined) throw ledgerDamaged(path, 'it is gone');
    return bytes;
  };

  async function* segments(): AsyncGenerator<SnapshotFile> {
    const present = listSegments(files, journal);
    const first = present[0] as number;
    const most = first + present.length + mostAdded;
    for (let number = first; number < most; number += 1) {
      const path = segmentPath(journal, number);
      let bytes = await loaded(path);
      // Read while it was the last one, or after it was completed: never in between.
      const isLast = listSegments(files, journal).at(-1) === number;
      if (!isLast) bytes = await loaded(path);
      const kept = framesOf(number, bytes, isLast);
      yield { path: join('journal', segmentPath('', number)), bytes: kept };
      if (isLast) return;
    }
    throw backupOvertaken();
  }

  return {
    async *files() {
      if (listSegments(files, journal).length === 0) throw journalInDatabase(directory);
      for (const name of [keyName, secretName]) {
        const bytes = await files.load(join(journal, name));
        if (bytes !== undefined) yield { path: join('journal', name), bytes };
      }
      for (const name of files.list(join(directory, 'heads')).filter(isLogName)) {
        // The public one first: the high-water mark is then at least as far, as it always is.
        const shown = await files.load(join(directory, 'logs', name, 'checkpoint'));
        const mark = await loaded(join(directory, 'heads', name));
        const { size, root } = parseCheckpoint(parseNote(mark).text);
        heads.set(name, { size, root: root.toString('base64') });
        if (shown !== undefined) yield { path: join('logs', name, 'checkpoint'), bytes: shown };
        yield { path: join('heads', name), bytes: mark };
      }
      yield* segments();
    },
    logs: () =>
      [...byId].map(([id, { name, origin }]) => ({
        name,
        origin,
        size: sizes.get(id) ?? 0,
        checkpoint: heads.get(name) ?? null,
      })),
  };
}
