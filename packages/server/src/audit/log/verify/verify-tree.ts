import { join } from 'node:path';
import type { LedgerFiles } from '../files.ts';
import { decodeBundle } from '../formats/entry-bundle.ts';
import { tilePath } from '../formats/tile-paths.ts';
import { createFrontier, partialWidth, tileBytes, tileWidth } from '../merkle/frontier.ts';
import { hashBytes } from '../merkle/hashing.ts';
import type { JournalRecord } from '../journal/frame.ts';
import type { Finding } from './findings.ts';

/** Makes a log's tree anew from the journal and compares it with tiles and bundles on the way. */
export interface TreeVerifier {
  size(): number;
  /** Takes in entries or leaf hashes; files are compared up to the size of the checkpoint. */
  take(record: JournalRecord, hashes: Buffer): void;
  /** Goes on over entries that the journal lost, by the leaf hashes in the tiles. False when they are gone. */
  bridge(to: number): boolean;
  /** Root at the size of the checkpoint; null when the tree has not come to it. */
  rootAtLimit(): Buffer | null;
  /** Compares the partial tiles and the partial bundle of the checkpoint. */
  finish(minimumIndex: number): void;
}

interface TreeVerifierRequest {
  readonly files: LedgerFiles;
  /** Of the ledger. */
  readonly root: string;
  readonly log: string;
  /** Size of the checkpoint. */
  readonly limit: number;
  report(finding: Finding): void;
}

/** First and last position at which two lists of hashes differ; `undefined` when they do not. */
function difference(left: Buffer, right: Buffer): { first: number; last: number } | undefined {
  const count = Math.ceil(Math.max(left.length, right.length) / hashBytes);
  const differs = (place: number): boolean =>
    !left
      .subarray(place * hashBytes, (place + 1) * hashBytes)
      .equals(right.subarray(place * hashBytes, (place + 1) * hashBytes));
  let first = 0;
  while (first < count && !differs(first)) first += 1;
  let last = count - 1;
  while (last > first && !differs(last)) last -= 1;
  return first === count ? undefined : { first, last };
}

/** The entries of a bundle that may not be one: as far as they can be read. */
function readable(bundle: Buffer): Buffer[] {
  for (let end = bundle.length; ; end -= 1) {
    try {
      return decodeBundle(bundle.subarray(0, end));
    } catch {
      if (end === 0) return [];
    }
  }
}

export function createTreeVerifier(request: TreeVerifierRequest): TreeVerifier {
  const { files, root, log, limit, report } = request;
  const directory = join('logs', log);
  let parts: Buffer[] = [];
  let hasBodies = true;
  let bundled = 0;
  let size = 0;
  const absentBundles: number[] = [];

  const compareTile = (name: { level: number; index: number; width: number }, made: Buffer): void => {
    const file = join(directory, tilePath(name));
    const stored = files.read(join(root, file));
    if (stored?.equals(made)) return;
    const span = tileWidth ** name.level;
    const start = name.index * span * tileWidth;
    const found = stored === undefined ? { first: 0, last: name.width - 1 } : difference(stored, made);
    const first = found?.first ?? 0;
    const last = Math.min(found?.last ?? 0, name.width - 1);
    report({
      file,
      log,
      from: start + Math.min(first, last) * span,
      to: start + (last + 1) * span,
      message:
        stored === undefined ? 'The tile is gone.' : 'The tile is not that of the entries in the journal.',
      rebuildable: true,
    });
  };

  const compareBundle = (index: number, width: number): void => {
    const file = join(directory, tilePath({ level: 'entries', index, width }));
    const stored = files.read(join(root, file));
    if (stored === undefined && width === tileWidth) {
      absentBundles.push(index); // Fine when it lies below the minimum index, which is known at the end.
      return;
    }
    let from = 0;
    let to = width;
    if (stored !== undefined) {
      let offset = 0;
      const same = parts.every((part) => {
        const equal = stored.subarray(offset, offset + part.length).equals(part);
        offset += part.length;
        return equal;
      });
      if (same && offset === stored.length) return;
      const [left, right] = [readable(stored), decodeBundle(Buffer.concat(parts))];
      const differs = (place: number): boolean => !(left[place]?.equals(right[place] as Buffer) ?? false);
      while (from < width && !differs(from)) from += 1;
      while (to > from + 1 && !differs(to - 1)) to -= 1;
      from = Math.min(from, width - 1);
    }
    const start = index * tileWidth;
    const message =
      stored === undefined ? 'The entry bundle is gone.' : 'The entry bundle is not what the journal holds.';
    report({ file, log, from: start + from, to: start + to, message, rebuildable: true });
  };

  const frontier = createFrontier({ size: 0, partials: [] }, (level, index, bytes) =>
    compareTile({ level, index, width: tileWidth }, bytes),
  );

  const takeSome = (count: number, hashes: Buffer, body: Buffer | null): void => {
    if (body === null) hasBodies = false;
    else parts.push(body);
    bundled += count;
    if (bundled % tileWidth === 0) {
      if (hasBodies) compareBundle(bundled / tileWidth - 1, tileWidth);
      parts = [];
      hasBodies = true;
    }
    frontier.append(hashes);
  };

  const takeAll = (count: number, hashes: Buffer, body: Buffer | null): void => {
    // Beyond the checkpoint nothing is published, and what is derived of it may be on its way.
    const within = Math.max(0, Math.min(count, limit - size));
    let done = 0;
    let offset = 0;
    while (done < within) {
      const some = Math.min(within - done, tileWidth - (bundled % tileWidth));
      const start = offset;
      if (body !== null)
        for (let entry = 0; entry < some; entry += 1) offset += 2 + body.readUInt16BE(offset);
      takeSome(
        some,
        hashes.subarray(done * hashBytes, (done + some) * hashBytes),
        body?.subarray(start, offset) ?? null,
      );
      done += some;
    }
    size += count;
  };

  return {
    size: () => size,
    take: (record, hashes) => takeAll(record.count, hashes, record.kind === 'entries' ? record.body : null),
    bridge(to) {
      while (size < to) {
        const index = Math.floor(size / tileWidth);
        const path = join(root, directory, tilePath({ level: 0, index, width: tileWidth }));
        const width = partialWidth(limit, 0);
        const stored = files.read(path) ?? (width === 0 ? undefined : files.read(`${path}.p/${width}`));
        const first = size % tileWidth;
        const end = Math.min(tileWidth, first + to - size);
        if (stored === undefined || stored.length > tileBytes || stored.length < end * hashBytes)
          return false;
        takeAll(end - first, stored.subarray(first * hashBytes, end * hashBytes), null);
      }
      return true;
    },
    rootAtLimit: () => (size < limit ? null : frontier.root()),
    finish(minimumIndex) {
      for (const index of absentBundles) {
        if ((index + 1) * tileWidth <= minimumIndex) continue;
        report({
          file: join(directory, tilePath({ level: 'entries', index, width: tileWidth })),
          log,
          from: index * tileWidth,
          to: (index + 1) * tileWidth,
          message: 'The entry bundle is gone.',
          rebuildable: true,
        });
      }
      if (size < limit) return;
      for (let level = 0; tileWidth ** level <= limit; level += 1) {
        const width = partialWidth(limit, level);
        if (width === 0) continue;
        const index = Math.floor(limit / tileWidth ** (level + 1));
        const full = tilePath({ level, index, width: tileWidth });
        // A full tile has taken its place when entries beyond the checkpoint filled it.
        if (files.read(join(root, directory, full)) === undefined) {
          compareTile({ level, index, width }, frontier.partial(level));
        }
        if (level > 0 || !hasBodies) continue;
        if (
          files.read(join(root, directory, tilePath({ level: 'entries', index, width: tileWidth }))) ===
          undefined
        ) {
          compareBundle(index, width);
        }
      }
    },
  };
}
