import { join } from 'node:path';
import { decodeControl } from './control-record.ts';
import { ledgerDamaged } from './errors.ts';
import { sizeOf } from './files.ts';
import { tilePath } from './formats/tile-paths.ts';
import { tileWidth } from './merkle/frontier.ts';
import type { LogSnapshot } from './mark.ts';
import { createTileReader, loadStart, type TileReader } from './tiles/tile-reader.ts';
import { createTileWriter, emptyStart, type TileWriter } from './tiles/tile-writer.ts';
import type { Integrate, TreeHead } from './types.ts';
import type { WriteBehind } from './write-behind.ts';

/** A checkpoint that was signed and made public. */
export interface Published extends TreeHead {
  /** The text that was signed. */
  readonly text: string;
  /** The signed note, with the cosignatures that came since. */
  note: string;
}

/** One log as the ledger keeps it in memory. */
export interface LogState {
  readonly id: number;
  readonly name: string;
  readonly directory: string;
  origin: string;
  formerOrigins: readonly string[];
  minimumIndex: number;
  readonly writer: TileWriter;
  readonly reader: TileReader;
  published: Published | null;
  /** The newest checkpoints of this process, the public one last; witnesses answer later than it is made. */
  recent: readonly Published[];
  /** Bytes that the entry bundles take. */
  entryBytes: number;
  /** When the public checkpoint was signed, in ms since the epoch; null when that is not known. */
  publishedAt: number | null;
}

/** The logs of a ledger, made by reading its journal. */
export interface Logs {
  all(): readonly LogState[];
  byName(name: string): LogState | undefined;
  readonly integrate: Integrate;
  snapshot(): LogSnapshot[];
}

/** As many checkpoints as may wait for witnesses; at one each second these are some seconds. */
const recentCheckpoints = 8;

/** Makes a checkpoint the public one. */
export function setPublished(log: LogState, published: Published): void {
  const isNew = log.published?.text !== published.text;
  if (isNew) log.recent = [...log.recent.slice(1 - recentCheckpoints), published];
  log.published = published;
}

const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** True for a name that a log may have: it is also that of a directory. */
export function isLogName(name: string): boolean {
  return namePattern.test(name);
}

/** Removes bundles that lie wholly below the minimum index. Returns the bytes that were freed. */
export async function dropBundles(files: WriteBehind, log: LogState): Promise<number> {
  await files.drain();
  let freed = 0;
  const end = Math.floor(log.minimumIndex / tileWidth);
  for (let index = 0; index < end; index += 1) {
    const path = join(log.directory, tilePath({ level: 'entries', index, width: tileWidth }));
    const bytes = sizeOf(files, path);
    if (bytes !== undefined) {
      files.remove(path);
      freed += bytes;
    }
    // A log of years has many bundles; others want to be served meanwhile.
    if (index % 256 === 255) await new Promise((resolve) => setImmediate(resolve));
  }
  log.entryBytes -= freed;
  return freed;
}

/** Counts anew what the bundles take, when a crash may have cut a removal short. */
export async function measureBundles(files: WriteBehind, log: LogState): Promise<void> {
  await files.drain();
  let bytes = log.writer.bundle().length;
  for (let index = 0; (index + 1) * tileWidth <= log.writer.size(); index += 1) {
    bytes += sizeOf(files, join(log.directory, tilePath({ level: 'entries', index, width: tileWidth }))) ?? 0;
    if (index % 256 === 255) await new Promise((resolve) => setImmediate(resolve));
  }
  log.entryBytes = bytes;
}

/**
 * Makes the logs, as of a snapshot or empty. `undefined` when the files do not hold what the snapshot
 * says, so that everything must be made from the journal.
 */
export function createLogs(
  place: { readonly files: WriteBehind; readonly directory: string },
  snapshot: readonly LogSnapshot[],
): Logs | undefined {
  const { files } = place;
  const byId = new Map<number, LogState>();

  const add = (log: LogSnapshot): boolean => {
    const directory = join(place.directory, 'logs', log.name);
    files.makeDirectory(directory);
    const start = log.size === 0 ? emptyStart : loadStart({ files, directory }, log.size);
    if (start === undefined) return false;
    const writer = createTileWriter({ files, directory }, start);
    if (writer.head().root.toString('base64') !== log.root && log.size > 0) return false;
    const edge = { size: () => writer.size(), partial: writer.partial, bundle: writer.bundle };
    const { id, name, origin, formerOrigins, minimumIndex } = log;
    const reader = createTileReader({ files, directory }, edge);
    byId.set(id, {
      id,
      name,
      directory,
      origin,
      formerOrigins,
      minimumIndex,
      writer,
      reader,
      published: null,
      recent: [],
      entryBytes: log.entryBytes,
      publishedAt: log.publishedAt,
    });
    return true;
  };

  for (const log of snapshot) if (!add(log)) return undefined;

  const known = (id: number): LogState => {
    const log = byId.get(id);
    if (log === undefined)
      throw ledgerDamaged('journal', `a record belongs to log ${id}, which there is none of`);
    return log;
  };

  return {
    all: () => [...byId.values()],
    byName: (name) => [...byId.values()].find((log) => log.name === name),
    integrate(records) {
      for (const record of records) {
        if (record.kind !== 'control') {
          const log = known(record.logId);
          log.writer.take(record);
          if (record.kind === 'entries') log.entryBytes += record.body.length;
          continue;
        }
        const control = decodeControl(record.body);
        if (control.record === 'log') {
          const { id, name, origin } = control;
          const none = {
            formerOrigins: [],
            size: 0,
            root: '',
            minimumIndex: 0,
            entryBytes: 0,
            publishedAt: null,
          };
          add({ id, name, origin, ...none });
        } else if (control.record === 'minimum') {
          known(control.id).minimumIndex = control.index;
        } else {
          const log = known(control.id);
          log.formerOrigins = [...log.formerOrigins, control.oldOrigin];
          log.origin = control.origin;
          log.published = null;
          log.recent = [];
        }
      }
    },
    snapshot: () =>
      [...byId.values()].map((log) => {
        const { id, name, origin, formerOrigins, minimumIndex, entryBytes, publishedAt } = log;
        const { size, root } = log.writer.head();
        const head = { size, root: root.toString('base64') };
        return { id, name, origin, formerOrigins, minimumIndex, entryBytes, publishedAt, ...head };
      }),
  };
}
