import { foldRange, hashBytes, perfectRoot } from './hashing.ts';
import type { Subtrees, TreeNode } from './merkle-ranges.ts';
import { LedgerProblem } from './problem.ts';

/** Hashes in a full tile (C2SP tlog-tiles). */
export const tileWidth = 256;
const treeLevelsPerTile = 8;

/** The bytes of a resource below the log's prefix, such as `tile/0/000`; `undefined` when there is none. */
export type FetchResource = (path: string) => Promise<Uint8Array | undefined>;

/** Tiles of one tree, each fetched once. */
export interface Tiles {
  /** The hashes of a tile, exactly as many as the tree has there; empty when it has none. */
  tile(level: number, index: number): Promise<Uint8Array>;
  /** The hash of a range of leaves, out of tiles that nothing vouches for yet. */
  hashOf(range: Subtrees): Promise<Uint8Array>;
}

/** `x001/x234/067` for 1234067 (C2SP tlog-tiles). */
function indexPath(index: number): string {
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return path;
}

/** How wide a tile is in a tree of `size` leaves: 0 (there is none) to 256. */
export function tileWidthAt(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / tileWidth ** level);
  return Math.max(0, Math.min(tileWidth, hashes - index * tileWidth));
}

export function openTiles(fetchResource: FetchResource, size: number): Tiles {
  const fetched = new Map<string, Promise<Uint8Array>>();

  const load = async (level: number, index: number): Promise<Uint8Array> => {
    const width = tileWidthAt(size, level, index);
    if (width === 0) return new Uint8Array(0);
    const full = `tile/${level}/${indexPath(index)}`;
    const partial = width === tileWidth ? undefined : await fetchResource(`${full}.p/${width}`);
    // A partial tile may be gone once the full one is there (C2SP tlog-tiles).
    const bytes = partial ?? (await fetchResource(full));
    if (bytes === undefined) throw new LedgerProblem('missing', `The log does not serve ${full}.`);
    const wanted = partial === undefined ? tileWidth : width;
    if (bytes.length !== wanted * hashBytes) {
      throw new LedgerProblem(
        'unreadable',
        `${full} has ${bytes.length} bytes and not ${wanted * hashBytes}.`,
      );
    }
    return bytes.subarray(0, width * hashBytes);
  };

  const tile: Tiles['tile'] = (level, index) => {
    const key = `${level}/${index}`;
    const found = fetched.get(key) ?? load(level, index);
    fetched.set(key, found);
    return found;
  };

  const hashOfNode = async ({ level, index }: TreeNode): Promise<Uint8Array> => {
    const count = 2 ** (level % treeLevelsPerTile);
    const first = index * count;
    const bytes = await tile(Math.floor(level / treeLevelsPerTile), Math.floor(first / tileWidth));
    const start = (first % tileWidth) * hashBytes;
    return perfectRoot(bytes.subarray(start, start + count * hashBytes));
  };

  return { tile, hashOf: async (range) => foldRange(await Promise.all(range.map(hashOfNode))) };
}
