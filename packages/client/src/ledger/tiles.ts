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

/** The resource of a tile or bundle; where a partial one is gone the full one serves (C2SP tlog-tiles). */
async function fetchWide(
  fetchResource: FetchResource,
  name: string,
  width: number,
): Promise<{ readonly bytes: Uint8Array; readonly full: boolean }> {
  const partial = width === tileWidth ? undefined : await fetchResource(`${name}.p/${width}`);
  const bytes = partial ?? (await fetchResource(name));
  if (bytes === undefined) throw new LedgerProblem('missing', `The log does not serve ${name}.`);
  return { bytes, full: partial === undefined };
}

/** The exact bytes of an entry, out of its entry bundle, which nothing vouches for yet. */
export async function fetchEntry(
  fetchResource: FetchResource,
  index: number,
  size: number,
): Promise<Uint8Array> {
  const bundle = Math.floor(index / tileWidth);
  const name = `tile/entries/${indexPath(bundle)}`;
  const { bytes } = await fetchWide(fetchResource, name, tileWidthAt(size, 0, bundle));
  let at = 0;
  for (let entry = 0; at + 2 <= bytes.length; entry += 1) {
    const end = at + 2 + (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    if (entry === index % tileWidth && end <= bytes.length) return bytes.slice(at + 2, end);
    at = end;
  }
  throw new LedgerProblem('unreadable', `${name} ends before entry ${index}.`);
}

export function openTiles(fetchResource: FetchResource, size: number): Tiles {
  const fetched = new Map<string, Promise<Uint8Array>>();

  const load = async (level: number, index: number): Promise<Uint8Array> => {
    const width = tileWidthAt(size, level, index);
    if (width === 0) return new Uint8Array(0);
    const name = `tile/${level}/${indexPath(index)}`;
    const { bytes, full } = await fetchWide(fetchResource, name, width);
    const wanted = (full ? tileWidth : width) * hashBytes;
    if (bytes.length !== wanted) {
      throw new LedgerProblem('unreadable', `${name} has ${bytes.length} bytes and not ${wanted}.`);
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
