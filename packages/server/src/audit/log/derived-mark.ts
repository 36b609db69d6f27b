import { join } from 'node:path';
import { replaceFile, replaceFileDurably, syncPath } from './files.ts';
import type { Logs } from './logs.ts';
import { encodeMark, markName, type Snapshot } from './mark.ts';
import type { WriteBehind } from './write-behind.ts';

/** Keeps the mark of what is derived; see `Mark`. Its calls must not overlap. */
export interface MarkKeeper {
  /** The newest snapshot of this process; null before the first. */
  latest(): Snapshot | null;
  /** Notes that tiles, bundles and partial ones are written up to here, when those on their way are. */
  put(snapshot: Snapshot): Promise<void>;
  /**
   * Puts tiles and bundles on disk, so that opening after a power cut begins there. Does nothing when
   * more than `atMost` files wait, which would take long.
   */
  sync(atMost: number): Promise<void>;
}

export function createMarkKeeper(place: {
  readonly directory: string;
  readonly files: WriteBehind;
  readonly bootId: string;
  readonly logs: Logs;
}): MarkKeeper {
  const { files, bootId, logs } = place;
  const path = join(place.directory, markName);
  let latest: Snapshot | null = null;
  let synced: Snapshot | null = null;
  const unsynced = new Set<string>();

  return {
    latest: () => latest,
    async put(snapshot) {
      await files.drain();
      latest = snapshot;
      replaceFile(files, { path, draft: `${path}.new` }, encodeMark({ bootId, latest, synced }));
    },
    async sync(atMost) {
      const upTo = latest;
      if (upTo === null || upTo === synced) return;
      for (const log of logs.all()) for (const changed of log.writer.takeChanged()) unsynced.add(changed);
      if (unsynced.size > atMost) return;
      // After they were taken: one that is not in place yet would pass for one that is gone.
      await files.drain();
      for (const changed of unsynced) {
        await syncPath(files, changed);
        unsynced.delete(changed);
      }
      synced = upTo;
      await replaceFileDurably(files, path, encodeMark({ bootId, latest: upTo, synced }));
    },
  };
}
