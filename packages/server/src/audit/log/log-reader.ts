import { outOfLog, unfitEntry } from './errors.ts';
import { decodeBundle } from './formats/entry-bundle.ts';
import { parseTilePath, tileWidthAt } from './formats/tile-paths.ts';
import { parseNote } from './formats/signed-note.ts';
import { formatProof } from './formats/tlog-proof.ts';
import { consistencyProof, rootAt } from './head-guard.ts';
import type { LogState, Published } from './logs.ts';
import { tileWidth } from './merkle/frontier.ts';
import { hashBytes } from './merkle/hashing.ts';
import { inclusionRanges } from './merkle/ranges.ts';
import type { TreeHead } from './types.ts';

/** Reads one log. Indexes and sizes are those of durable entries; asking beyond them is `not_found`. */
export interface LogReader {
  readonly name: string;
  origin(): string;
  /** Entries below this may be gone; their leaf hashes and proofs are not. */
  minimumIndex(): number;
  /** Size and root of everything durable, which may be ahead of the last checkpoint. */
  head(): TreeHead;
  rootAt(size: number): Promise<Buffer>;
  entry(index: number): Promise<Buffer>;
  /** The entries from `from` up to, not with, `to`. */
  entries(from: number, to: number): Promise<Buffer[]>;
  leafHash(index: number): Promise<Buffer>;
  /** Leaf hashes of the entries from `from` up to, not with, `to`: 32 bytes each, one after the other. */
  leafHashes(from: number, to: number): Promise<Buffer>;
  /** RFC 6962, 2.1.1. */
  inclusionProof(index: number, size: number): Promise<Buffer[]>;
  /** RFC 6962, 2.1.2. */
  consistencyProof(oldSize: number, newSize: number): Promise<Buffer[]>;
  /** The signed checkpoint that is public, with its cosignatures; null before the first. */
  checkpoint(): string | null;
  /**
   * Proof of an entry as C2SP tlog-proof, with the checkpoint that most witnesses signed among the recent
   * ones; signs a new checkpoint first when the last has it not yet.
   */
  receipt(index: number): Promise<Buffer>;
  /**
   * A static resource by its path below the log's prefix: `checkpoint`, `tile/...` (C2SP tlog-tiles).
   * `undefined` when there is none, which is 404. Tiles are those of the public checkpoint, and partial
   * ones of any smaller size.
   */
  resource(path: string): Promise<Buffer | undefined>;
}

/** The checkpoint with the most signatures, the newest of those. */
function mostCosigned(checkpoints: readonly Published[]): Published | undefined {
  const lines = ({ note }: Published): number => note.split('\n').length;
  return checkpoints.reduce<Published | undefined>(
    (best, next) => (best === undefined || lines(next) >= lines(best) ? next : best),
    undefined,
  );
}

const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

export function createLogReader(log: LogState, publish: () => Promise<void>): LogReader {
  const within = (index: number, size: number): void => {
    if (!isIndex(index) || !isIndex(size)) throw unfitEntry('index', 'must be a whole number from 0');
    if (size > log.writer.size()) throw outOfLog(`tree of ${size} entries`);
    if (index >= size) throw outOfLog(`entry ${index}`);
  };

  const inclusionProof = async (index: number, size: number): Promise<Buffer[]> => {
    within(index, size);
    return log.reader.hashes(inclusionRanges(index, size));
  };

  return {
    name: log.name,
    origin: () => log.origin,
    minimumIndex: () => log.minimumIndex,
    head: () => log.writer.head(),
    async rootAt(size) {
      if (!isIndex(size) || size > log.writer.size()) throw outOfLog(`tree of ${size} entries`);
      return rootAt(log, size);
    },
    async entry(index) {
      within(index, log.writer.size());
      if (index < log.minimumIndex) throw outOfLog(`entry ${index} any more; its leaf hash is kept`);
      return log.reader.entry(index);
    },
    async entries(from, to) {
      if (from === to) return [];
      within(from, to);
      within(to - 1, log.writer.size());
      if (from < log.minimumIndex) throw outOfLog(`entry ${from} any more; its leaf hash is kept`);
      const found: Buffer[] = [];
      for (let index = Math.floor(from / tileWidth); index * tileWidth < to; index += 1) {
        const first = index * tileWidth;
        const bundle = await log.reader.bundle(index, Math.min(tileWidth, to - first));
        if (bundle === undefined) throw outOfLog(`entry ${Math.max(from, first)}`);
        // A copy, because the last bundle is memory that the writer goes on with.
        found.push(...decodeBundle(Buffer.from(bundle)).slice(Math.max(0, from - first)));
      }
      return found;
    },
    async leafHash(index) {
      within(index, log.writer.size());
      const [hash] = await log.reader.hashes([[{ level: 0, index }]]);
      return hash as Buffer;
    },
    async leafHashes(from, to) {
      if (from === to) return Buffer.alloc(0);
      within(from, to);
      const tiles: Buffer[] = [];
      for (let index = Math.floor(from / tileWidth); index * tileWidth < to; index += 1) {
        const tile = await log.reader.tile(0, index, Math.min(tileWidth, to - index * tileWidth));
        if (tile === undefined) throw outOfLog('such tile');
        tiles.push(tile);
      }
      return Buffer.concat(tiles).subarray((from % tileWidth) * hashBytes);
    },
    inclusionProof,
    async consistencyProof(oldSize, newSize) {
      if (oldSize === newSize && oldSize === 0) return [];
      within(Math.max(0, oldSize - 1), newSize);
      if (!isIndex(oldSize)) throw unfitEntry('size', 'must be a whole number from 0');
      return consistencyProof(log, oldSize, newSize);
    },
    checkpoint: () => log.published?.note ?? null,
    async receipt(index) {
      within(index, log.writer.size());
      if (log.published === null || index >= log.published.size) await publish();
      const chosen = mostCosigned(log.recent.filter(({ size }) => index < size));
      if (chosen === undefined) throw outOfLog(`checkpoint of entry ${index} yet`);
      const checkpoint = parseNote(chosen.note);
      const proof = await inclusionProof(index, chosen.size);
      return Buffer.from(formatProof({ index, proof, checkpoint }));
    },
    async resource(path) {
      if (path === 'checkpoint') return log.published === null ? undefined : Buffer.from(log.published.note);
      const name = parseTilePath(path);
      if (name === undefined || log.published === null) return undefined;
      const { level, index, width } = name;
      if (width > tileWidthAt(log.published.size, level, index)) return undefined;
      if (level !== 'entries') return log.reader.tile(level, index, width);
      return (index + 1) * tileWidth <= log.minimumIndex ? undefined : log.reader.bundle(index, width);
    },
  };
}
