import { decodeBundle } from '../../../audit/log/formats/entry-bundle.ts';
import { tilePath, tileWidthAt } from '../../../audit/log/formats/tile-paths.ts';
import { createFrontier, tileWidth } from '../../../audit/log/merkle/frontier.ts';
import { hashBytes, leafHash } from '../../../audit/log/merkle/hashing.ts';
import { messageOf } from '../../../base/errors.ts';

/** Reads what a log serves below its prefix; `undefined` when there is none. */
type FetchResource = (path: string) => Promise<Uint8Array | undefined>;

/** A range of entries that are not what was signed, or what the tiles say. */
export interface ServedFinding {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly message: string;
}

export interface ServedVerification {
  readonly findings: readonly ServedFinding[];
  /** Entries that were read and hashed. */
  readonly entries: number;
  /** Entries of which the log keeps the hash only, as they are past their time. */
  readonly hashesOnly: number;
}

export interface ServedTree {
  readonly fetch: FetchResource;
  /** Of a checkpoint whose signature was checked. */
  readonly size: number;
  readonly root: Uint8Array;
  /** Told how many entries are done. */
  readonly onProgress?: (done: number) => void;
}

/** Bundles that are fetched at once. */
const fetchedAtOnce = 8;
const findingLimit = 100;

/**
 * Verifies every entry that a log serves over HTTP (C2SP tlog-tiles) against a signed root: each bundle
 * against its tile of leaf hashes, full tiles against those above, and all of it against the root.
 */
export async function verifyServedTree({
  fetch,
  size,
  root,
  onProgress,
}: ServedTree): Promise<ServedVerification> {
  const findings: ServedFinding[] = [];
  const upper: { level: number; index: number; bytes: Buffer }[] = [];
  let entries = 0;
  let hashesOnly = 0;
  const find = (from: number, to: number, message: string): void => {
    if (findings.length < findingLimit) findings.push({ from, to, message });
  };
  const frontier = createFrontier({ size: 0, partials: [] }, (level, index, bytes) => {
    if (level > 0) upper.push({ level, index, bytes: Buffer.from(bytes) });
  });

  async function wide(level: number | 'entries', index: number): Promise<Buffer | undefined> {
    const width = tileWidthAt(size, level, index);
    const partial = await fetch(tilePath({ level, index, width }));
    // Where a partial tile is gone the full one serves (C2SP tlog-tiles).
    const bytes = partial ?? (await fetch(tilePath({ level, index, width: tileWidth })));
    return bytes === undefined ? undefined : Buffer.from(bytes);
  }

  async function read(index: number) {
    const [tile, bundle] = await Promise.all([wide(0, index), wide('entries', index)]);
    return { index, tile, bundle };
  }

  function take({ index, tile, bundle }: Awaited<ReturnType<typeof read>>): boolean {
    const from = index * tileWidth;
    const width = tileWidthAt(size, 0, index);
    const stated = tile?.subarray(0, width * hashBytes);
    if (stated === undefined || stated.length < width * hashBytes) {
      find(from, size, 'The log serves no leaf hashes for these entries, so the tree cannot be made.');
      return false;
    }
    frontier.append(stated);
    if (bundle === undefined) {
      hashesOnly += width;
      return true;
    }
    let leaves: Buffer[] = [];
    try {
      leaves = decodeBundle(bundle).slice(0, width);
    } catch (error) {
      find(from, from + width, messageOf(error));
      return true;
    }
    if (leaves.length < width) find(from + leaves.length, from + width, 'The bundle ends before them.');
    for (const [place, leaf] of leaves.entries()) {
      const hash = stated.subarray(place * hashBytes, (place + 1) * hashBytes);
      if (leafHash(leaf).equals(hash)) entries += 1;
      else find(from + place, from + place + 1, 'The entry is not the one whose hash the log has.');
    }
    return true;
  }

  async function compareUpper(): Promise<void> {
    for (const { level, index, bytes } of upper.splice(0)) {
      const served = await wide(level, index);
      if (served?.equals(bytes) === true) continue;
      const span = tileWidth ** (level + 1);
      find(
        index * span,
        (index + 1) * span,
        `The tile ${level}/${index} above these entries is wrong or gone.`,
      );
    }
  }

  const bundles = Math.ceil(size / tileWidth);
  for (let first = 0; first < bundles; first += fetchedAtOnce) {
    const count = Math.min(fetchedAtOnce, bundles - first);
    const fetched = await Promise.all(Array.from({ length: count }, (_, place) => read(first + place)));
    for (const one of fetched) if (!take(one)) return { findings, entries, hashesOnly };
    await compareUpper();
    onProgress?.(Math.min(size, (first + count) * tileWidth));
  }
  if (!frontier.root().equals(root)) find(0, size, 'These entries are not those that the checkpoint states.');
  return { findings, entries, hashesOnly };
}
