import { join } from 'node:path';
import { outOfLog } from '../errors.ts';
import type { LedgerFiles } from '../files.ts';
import { bundlePrefixBytes, decodeBundle } from '../formats/entry-bundle.ts';
import { tilePath, type TileName } from '../formats/tile-paths.ts';
import { partialWidth, tileWidth } from '../merkle/frontier.ts';
import { hashBytes, perfectRoot } from '../merkle/hashing.ts';
import { foldRange, type Subtrees, type TreeNode } from '../merkle/ranges.ts';
import type { WriterStart } from './tile-writer.ts';

/** The rightmost tiles and bundle, which are in memory. */
interface RightEdge {
  size(): number;
  partial(level: number): Buffer;
  bundle(): Buffer;
}

/** Reads tiles, bundles and hashes of one log. */
export interface TileReader {
  /** The first hashes of a tile; `undefined` when the log has no such tile as wide as that. */
  tile(level: number, index: number, width: number): Promise<Buffer | undefined>;
  /** The first entries of a bundle, as stored; `undefined` when they are not there. */
  bundle(index: number, width: number): Promise<Buffer | undefined>;
  /** The hash of each range. */
  hashes(ranges: readonly Subtrees[]): Promise<Buffer[]>;
  entry(index: number): Promise<Buffer>;
}

const treeLevelsPerTile = 8;

/** Which hashes of which tile a subtree's hash is made of. */
function placeOf({ level, index }: TreeNode): {
  tileLevel: number;
  tile: number;
  first: number;
  count: number;
} {
  const tileLevel = Math.floor(level / treeLevelsPerTile);
  const count = 2 ** (level % treeLevelsPerTile);
  const first = index * count;
  return { tileLevel, tile: Math.floor(first / tileWidth), first: first % tileWidth, count };
}

export function createTileReader(
  place: { readonly files: LedgerFiles; readonly directory: string },
  edge: RightEdge,
): TileReader {
  const { files, directory } = place;
  const load = (name: TileName): Promise<Buffer | undefined> => files.load(join(directory, tilePath(name)));

  const tile: TileReader['tile'] = async (level, index, width) => {
    const last = Math.floor(edge.size() / tileWidth ** (level + 1));
    const bytes =
      index === last
        ? Buffer.from(edge.partial(level))
        : index < last
          ? await load({ level, index, width: tileWidth })
          : undefined;
    return bytes !== undefined && bytes.length >= width * hashBytes
      ? bytes.subarray(0, width * hashBytes)
      : undefined;
  };

  const bundle: TileReader['bundle'] = async (index, width) => {
    const last = Math.floor(edge.size() / tileWidth);
    const bytes =
      index === last
        ? edge.bundle()
        : index < last
          ? await load({ level: 'entries', index, width: tileWidth })
          : undefined;
    const length = bytes === undefined ? undefined : bundlePrefixBytes(bytes, width);
    return length === undefined ? undefined : (bytes as Buffer).subarray(0, length);
  };

  return {
    tile,
    bundle,
    async hashes(ranges) {
      const tiles = new Map<string, Promise<Buffer | undefined>>();
      const widest = (level: number, index: number): number =>
        index === Math.floor(edge.size() / tileWidth ** (level + 1))
          ? partialWidth(edge.size(), level)
          : tileWidth;
      const need = (node: TreeNode): Promise<Buffer | undefined> => {
        const { tileLevel, tile: index } = placeOf(node);
        const key = `${tileLevel}/${index}`;
        const known = tiles.get(key) ?? tile(tileLevel, index, widest(tileLevel, index));
        tiles.set(key, known);
        return known;
      };
      return Promise.all(
        ranges.map(async (range) => {
          const parts = await Promise.all(
            range.map(async (node) => {
              const { first, count } = placeOf(node);
              const bytes = await need(node);
              if (bytes === undefined || bytes.length < (first + count) * hashBytes)
                throw outOfLog('such tile');
              return perfectRoot(bytes.subarray(first * hashBytes), count);
            }),
          );
          return foldRange(parts);
        }),
      );
    },
    async entry(index) {
      const within = index % tileWidth;
      const bytes = await bundle(Math.floor(index / tileWidth), within + 1);
      if (bytes === undefined) throw outOfLog(`entry ${index}`);
      return Buffer.from(decodeBundle(bytes)[within] as Buffer);
    },
  };
}

/**
 * Loads what the writer needs to go on at `size`, from the files; `undefined` when something is missing.
 * Partial tiles and bundles are beginnings of wider ones, so a wider file serves as well.
 */
export function loadStart(
  place: { readonly files: LedgerFiles; readonly directory: string },
  size: number,
): WriterStart | undefined {
  const { files, directory } = place;
  const readFirst = (level: number | 'entries', width: number): Buffer | undefined => {
    const index = Math.floor(size / tileWidth ** (level === 'entries' ? 1 : level + 1));
    const full = join(directory, tilePath({ level, index, width: tileWidth }));
    const whole = files.read(full);
    if (whole !== undefined) return whole;
    const wide = files
      .list(`${full}.p`)
      .map(Number)
      .filter((other) => other >= width)
      .toSorted((left, right) => left - right)[0];
    return wide === undefined ? undefined : files.read(`${full}.p/${wide}`);
  };
  const partials: Buffer[] = [];
  for (let level = 0; tileWidth ** level <= size; level += 1) {
    const width = partialWidth(size, level);
    const bytes = width === 0 ? Buffer.alloc(0) : readFirst(level, width);
    if (bytes === undefined || bytes.length < width * hashBytes) return undefined;
    partials.push(bytes.subarray(0, width * hashBytes));
  }
  const entries = size % tileWidth;
  const bytes = entries === 0 ? Buffer.alloc(0) : readFirst('entries', entries);
  const length = bytes === undefined ? undefined : bundlePrefixBytes(bytes, entries);
  if (bytes === undefined || length === undefined) return undefined;
  return { size, partials, bundle: Buffer.from(bytes.subarray(0, length)) };
}
