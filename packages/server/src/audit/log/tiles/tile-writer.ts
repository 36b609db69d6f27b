import { dirname, join } from 'node:path';
import { replaceFile } from '../files.ts';
import { bundlePrefixBytes } from '../formats/entry-bundle.ts';
import { tilePath } from '../formats/tile-paths.ts';
import type { BuiltRecord } from '../journal/frame-builder.ts';
import { createFrontier, partialWidth, tileWidth } from '../merkle/frontier.ts';
import { hashBytes } from '../merkle/hashing.ts';
import type { TreeHead } from '../types.ts';
import type { WriteBehind } from '../write-behind.ts';

/** Where the writer begins: a tree and the entries of its last bundle. */
export interface WriterStart {
  readonly size: number;
  /** Hashes of the partial tiles, lowest level first. */
  readonly partials: readonly Uint8Array[];
  /** The last bundle, not full. */
  readonly bundle: Buffer;
}

export const emptyStart: WriterStart = { size: 0, partials: [], bundle: Buffer.alloc(0) };

/**
 * Writes the tiles and entry bundles of one log as entries come in. Full ones are written behind, partial
 * ones at once when a checkpoint is made; all are whole files put in place by renaming. None is forced to
 * disk: the journal has it all, and what a power cut takes is made again from there.
 */
export interface TileWriter {
  head(): TreeHead;
  size(): number;
  /** Takes in the entries, or the leaf hashes of pruned entries, of a record. */
  take(record: BuiltRecord): void;
  /** Hashes of the rightmost tile of a level, not full. */
  partial(level: number): Buffer;
  /** The last bundle, not full. */
  bundle(): Buffer;
  /**
   * Writes the partial tiles and the partial bundle of the tree of `size` entries, the present size unless
   * given; those that are full by now stand already, or are on their way.
   */
  writePartials(size?: number): void;
  /** Removes partial tiles and bundles of other sizes than `size`, the one that is now published. */
  dropPartialsExcept(size: number): void;
  /** Files and directories that changed since the last call; full ones may be on their way. */
  takeChanged(): Set<string>;
}

/** Bytes that the first entries of a bundle take. */
function prefix(body: Buffer, entries: number): number {
  let offset = 0;
  for (let entry = 0; entry < entries; entry += 1) offset += 2 + body.readUInt16BE(offset);
  return offset;
}

export function createTileWriter(
  place: { readonly files: WriteBehind; readonly directory: string },
  start: WriterStart,
): TileWriter {
  const { files, directory } = place;
  const draft = join(directory, 'draft');
  let changed = new Set<string>();
  const made = new Set<string>();
  let parts: Buffer[] = start.bundle.length === 0 ? [] : [start.bundle];
  let bundled = start.size;
  let pruned = false;

  /** Makes the file's folder, and notes that both change. */
  const prepare = (path: string): void => {
    const folder = dirname(path);
    if (!made.has(folder)) {
      files.makeDirectory(folder);
      made.add(folder);
      for (let above = folder; above.length >= directory.length; above = dirname(above)) changed.add(above);
    }
    changed.add(path);
    changed.add(folder);
  };

  const dropPartials = (level: number | 'entries', index: number): void => {
    const folder = `${join(directory, tilePath({ level, index, width: tileWidth }))}.p`;
    files.remove(folder);
    made.delete(folder);
  };

  /** Partials that may be on disk, by level and index; those of the start may be there from before. */
  const withPartials = new Set<string>();
  const partialKey = (level: number | 'entries', index: number): string => `${level}/${index}`;
  for (let level = 0; level <= start.partials.length; level += 1) {
    withPartials.add(partialKey(level, Math.floor(start.size / tileWidth ** (level + 1))));
  }
  withPartials.add(partialKey('entries', Math.floor(start.size / tileWidth)));

  const writeFull = (level: number | 'entries', index: number, bytes: Uint8Array): void => {
    const path = join(directory, tilePath({ level, index, width: tileWidth }));
    const hasPartials = withPartials.delete(partialKey(level, index));
    prepare(path);
    // The public checkpoint needs the partial one until the full one is in place.
    files.put({ path, draft }, bytes, hasPartials ? () => dropPartials(level, index) : undefined);
  };

  // The frontier goes on in the tile's memory; a bundle's bytes stay what they are.
  const frontier = createFrontier(start, (level, index, bytes) =>
    writeFull(level, index, Buffer.from(bytes)),
  );

  const bundle = (): Buffer => {
    if (parts.length !== 1) parts = [Buffer.concat(parts)];
    return parts[0] as Buffer;
  };

  const closeBundle = (): void => {
    if (!pruned) writeFull('entries', bundled / tileWidth - 1, bundle());
    parts = [];
    pruned = false;
  };

  const takeBodies = (record: BuiltRecord): void => {
    let { body } = record;
    let left = record.count;
    while (left > 0) {
      const count = Math.min(left, tileWidth - (bundled % tileWidth));
      if (record.kind === 'hashes') {
        pruned = true;
      } else {
        const bytes = count === left ? body.length : prefix(body, count);
        parts.push(body.subarray(0, bytes));
        body = body.subarray(bytes);
      }
      bundled += count;
      left -= count;
      if (bundled % tileWidth === 0) closeBundle();
    }
  };

  /** Every partial tile and bundle of a tree of `size` leaves. */
  const partialsOf = (size: number): { level: number | 'entries'; index: number; width: number }[] => {
    const names: { level: number | 'entries'; index: number; width: number }[] = [];
    for (let level = 0; level < Math.max(1, frontier.levels()); level += 1) {
      const width = partialWidth(size, level);
      const index = Math.floor(size / tileWidth ** (level + 1));
      if (width > 0) names.push({ level, index, width });
      if (width > 0 && level === 0) names.push({ level: 'entries', index, width });
    }
    return names;
  };

  return {
    head: () => ({ size: frontier.size(), root: frontier.root() }),
    size: () => frontier.size(),
    take(record) {
      takeBodies(record);
      frontier.append(record.hashes);
    },
    partial: (level) => frontier.partial(level),
    bundle,
    writePartials(size = frontier.size()) {
      for (const name of partialsOf(size)) {
        const { level, index, width } = name;
        const span = tileWidth ** (level === 'entries' ? 1 : level + 1);
        if (index !== Math.floor(frontier.size() / span)) continue;
        withPartials.add(partialKey(level, index));
        const bytes =
          level === 'entries'
            ? bundle().subarray(0, bundlePrefixBytes(bundle(), width))
            : frontier.partial(level).subarray(0, width * hashBytes);
        const path = join(directory, tilePath(name));
        prepare(path);
        replaceFile(files, { path, draft }, bytes);
      }
    },
    dropPartialsExcept(size) {
      const kept = new Map(partialsOf(size).map((name) => [partialKey(name.level, name.index), name]));
      for (const key of withPartials) {
        const [level = '', index] = key.split('/');
        const name = { level: level === 'entries' ? level : Number(level), index: Number(index) } as const;
        const keep = kept.get(key);
        if (keep === undefined) {
          // A partial of a larger size is being written for the next checkpoint: leave that one alone.
          if (Number(index) * tileWidth ** (level === 'entries' ? 1 : Number(level) + 1) >= size) continue;
          dropPartials(name.level, name.index);
          withPartials.delete(key);
          continue;
        }
        const folder = `${join(directory, tilePath({ ...name, width: tileWidth }))}.p`;
        for (const width of files.list(folder)) {
          if (width !== String(keep.width)) files.remove(join(folder, width));
        }
      }
    },
    takeChanged() {
      const taken = changed;
      changed = new Set();
      return taken;
    },
  };
}
