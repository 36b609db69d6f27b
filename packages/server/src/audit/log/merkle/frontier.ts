import { emptyRoot, hashBytes, nodeHash, perfectRoot } from './hashing.ts';

/** Hashes in a full tile (C2SP tlog-tiles). */
export const tileWidth = 256;
export const tileBytes = tileWidth * hashBytes;

/** Called with each tile that became full; `bytes` is reused afterwards, so keep a copy. */
type FullTile = (level: number, index: number, bytes: Buffer) => void;

/** The right edge of a tree: what is needed to add leaves and to know the root, and nothing more. */
export interface Frontier {
  size(): number;
  /** Adds leaves whose hashes lie one after the other. */
  append(leafHashes: Uint8Array): void;
  /** Root of the whole tree (RFC 6962). */
  root(): Buffer;
  /** Hashes of the rightmost tile of a level, not full; empty when the tile does not exist. */
  partial(level: number): Buffer;
  /** Number of levels that have any hash. */
  levels(): number;
}

/** Width of the partial tile at `level` in a tree of `size` leaves; 0 when there is none. */
export function partialWidth(size: number, level: number): number {
  return Math.floor(size / tileWidth ** level) % tileWidth;
}

/** Root of a tree from the partial tiles of its levels, lowest first. */
function rootOf(partials: readonly Buffer[]): Buffer {
  let root: Buffer | undefined;
  for (const partial of partials) {
    // Perfect subtrees of a partial tile grow to the left; the rest of the tree hangs on its right.
    let end = partial.length / hashBytes;
    for (let width = 1; end > 0; width *= 2) {
      if (end % (width * 2) === 0) continue;
      const subtree = perfectRoot(partial.subarray((end - width) * hashBytes), width);
      root = root === undefined ? subtree : nodeHash(subtree, root);
      end -= width;
    }
  }
  return root ?? Buffer.from(emptyRoot);
}

/**
 * Makes the frontier of a tree of `size` leaves. `partials` has the hashes of the rightmost tiles, lowest
 * level first, with exactly the widths that `partialWidth` gives.
 */
export function createFrontier(
  start: { readonly size: number; readonly partials: readonly Uint8Array[] },
  onFull: FullTile,
): Frontier {
  let size = start.size;
  const tiles: { readonly bytes: Buffer; width: number }[] = [];
  for (const partial of start.partials) {
    const tile = { bytes: Buffer.alloc(tileBytes), width: partial.length / hashBytes };
    tile.bytes.set(partial);
    tiles.push(tile);
  }

  const settle = (level: number): void => {
    const tile = tiles[level];
    if (tile === undefined || tile.width < tileWidth) return;
    // `size` already counts the leaf that filled the tile.
    onFull(level, size / tileWidth ** (level + 1) - 1, tile.bytes);
    const above = (tiles[level + 1] ??= { bytes: Buffer.alloc(tileBytes), width: 0 });
    above.bytes.set(perfectRoot(tile.bytes, tileWidth), above.width * hashBytes);
    above.width += 1;
    tile.width = 0;
    settle(level + 1);
  };

  const partial = (level: number): Buffer => {
    const tile = tiles[level];
    return tile === undefined ? Buffer.alloc(0) : tile.bytes.subarray(0, tile.width * hashBytes);
  };

  return {
    size: () => size,
    append(leafHashes) {
      let offset = 0;
      while (offset < leafHashes.length) {
        const leaves = (tiles[0] ??= { bytes: Buffer.alloc(tileBytes), width: 0 });
        const end = Math.min(leafHashes.length, offset + tileBytes - leaves.width * hashBytes);
        leaves.bytes.set(leafHashes.subarray(offset, end), leaves.width * hashBytes);
        const added = (end - offset) / hashBytes;
        leaves.width += added;
        size += added;
        offset = end;
        settle(0);
      }
    },
    root: () => rootOf(tiles.map((_, level) => partial(level))),
    partial,
    levels: () => tiles.length,
  };
}
