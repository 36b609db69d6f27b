import { hash } from 'node:crypto';
import { join } from 'node:path';
import { ledgerDamaged } from '../errors.ts';
import { replaceFileDurably, syncPath, type LedgerFiles } from '../files.ts';
import { parseCheckpoint } from '../formats/checkpoint.ts';
import { parseNote } from '../formats/signed-note.ts';
import type { WitnessedHead, WitnessStore } from './server.ts';

/**
 * Keeps a witness's heads as one file per log, for one process. A file that cannot be read is an error,
 * never "nothing was seen yet": a witness that forgets would cosign a fork.
 */
export async function openFileWitnessStore(files: LedgerFiles, directory: string): Promise<WitnessStore> {
  files.makeDirectory(directory);
  await syncPath(files, directory);
  let busy: Promise<unknown> = Promise.resolve();
  const pathOf = (origin: string): string => join(directory, hash('sha256', origin));

  const read = (origin: string): WitnessedHead | null => {
    const path = pathOf(origin);
    const note = files.read(path)?.toString('utf8');
    if (note === undefined) return null;
    try {
      const { origin: named, size, root } = parseCheckpoint(parseNote(note).text);
      if (named !== origin) throw new Error('another origin');
      return { size, root, note };
    } catch {
      throw ledgerDamaged(path, 'it is not the checkpoint that this witness stored');
    }
  };

  return {
    latest: async (origin) => read(origin),
    advance(origin, from, to) {
      const turn = busy.then(async () => {
        const stored = read(origin);
        const same =
          stored === null ? from === null : from?.size === stored.size && from.root.equals(stored.root);
        if (same) await replaceFileDurably(files, pathOf(origin), Buffer.from(to.note));
        return same;
      });
      busy = turn.catch(() => undefined);
      return turn;
    },
  };
}
