import { decodeUtf8, sameBytes } from './bytes.ts';
import { requireSignature } from './checkpoint-trust.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { hashBytes, leafHash, perfectRoot } from './hashing.ts';
import { verifyConsistency, verifyInclusion } from './merkle-proofs.ts';
import { consistencyRanges, inclusionRanges } from './merkle-ranges.ts';
import { parseNote } from './note.ts';
import { LedgerProblem, notVerified, problemOf, unreadable, type Problem } from './problem.ts';
import { fetchEntry, openTiles, tileWidth, tileWidthAt, type FetchResource, type Tiles } from './tiles.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** A checkpoint whose signature by the log's key was found right. */
export interface SignedCheckpoint extends Checkpoint {
  /** The whole note, to be kept and compared with later ones. */
  readonly note: string;
}

/** Remembers the newest checkpoint that was verified, such as in the browser's own storage. */
export interface CheckpointStore {
  load(origin: string): Promise<string | null> | string | null;
  save(origin: string, note: string): Promise<void> | void;
}

export interface TileVerifierOptions {
  /** Reads what the log serves below its prefix, such as `/ledger/example.com/security/`. */
  readonly fetch: FetchResource;
  /** The log's key, `name+id+base64`, best from elsewhere than the log itself. */
  readonly vkey: string;
  readonly store?: CheckpointStore;
}

type Verdict<Facts> = ({ readonly verified: true } & Facts) | ({ readonly verified: false } & Problem);

export type CheckpointVerdict = Verdict<{
  readonly checkpoint: SignedCheckpoint;
  /** Size of the remembered checkpoint that this one was proven to continue; null when none was. */
  readonly continues: number | null;
}>;
export type EntryVerdict = Verdict<{ readonly index: number; readonly checkpoint: SignedCheckpoint }>;
export type ReadVerdict = Verdict<{
  readonly index: number;
  /** The exact bytes that the log keeps at the index. */
  readonly leaf: Uint8Array;
  readonly checkpoint: SignedCheckpoint;
}>;
export type ConsistencyVerdict = Verdict<{ readonly oldSize: number; readonly checkpoint: SignedCheckpoint }>;

/** Verifies a live log from its checkpoint and its tiles. Answers why not; only `fetch` and `store` may reject. */
export interface TileVerifier {
  /**
   * Fetches the newest checkpoint, checks its signature, and that it continues the remembered one; then
   * remembers it. `behind` and `forked` say that the log was rolled back or rewritten, or that another
   * node answered that has not caught up (`behind` only).
   */
  checkpoint(): Promise<CheckpointVerdict>;
  /** Whether these exact bytes are the entry at the index of the tree that the log signed. */
  verifyEntry(index: number, leaf: Uint8Array): Promise<EntryVerdict>;
  /** Reads an entry from the log itself and verifies it; `missing` when the log no longer keeps it. */
  readEntry(index: number): Promise<ReadVerdict>;
  /** Whether the tree of an earlier checkpoint, a signed note, is the beginning of the newest one. */
  verifyConsistency(oldCheckpoint: string): Promise<ConsistencyVerdict>;
}

/**
 * Compares the hash that each tile on the way up states for the leaf with the one below it, so that every
 * hash of every tile on the way is checked and not only those that the proof is made of.
 */
async function requireWayUp(index: number, leaf: Uint8Array, at: { size: number; tiles: Tiles }) {
  let hash = await leafHash(leaf);
  for (let level = 0; ; level += 1) {
    const node = Math.floor(index / tileWidth ** level);
    const tile = Math.floor(node / tileWidth);
    const place = node % tileWidth;
    const width = tileWidthAt(at.size, level, tile);
    if (place >= width) return;
    const bytes = await at.tiles.tile(level, tile);
    if (!sameBytes(bytes.subarray(place * hashBytes, (place + 1) * hashBytes), hash)) {
      throw notVerified(
        level === 0
          ? `These are not the bytes of entry ${index}: the log has another hash there.`
          : `The tiles of the log contradict each other above entry ${index}.`,
      );
    }
    if (width < tileWidth) return;
    hash = await perfectRoot(bytes);
  }
}

async function signedCheckpoint(source: string, key: VerifierKey): Promise<SignedCheckpoint> {
  const note = parseNote(source);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== key.name) {
    throw notVerified(`The checkpoint is of ${checkpoint.origin} and not of ${key.name}.`);
  }
  await requireSignature(note, checkpoint, [key]);
  return { ...checkpoint, note: source };
}

export function createTileVerifier({ fetch, vkey, store }: TileVerifierOptions): TileVerifier {
  let newest: SignedCheckpoint | undefined;

  const latest = async (key: VerifierKey): Promise<SignedCheckpoint> => {
    const bytes = await fetch('checkpoint');
    if (bytes === undefined) throw new LedgerProblem('missing', 'The log has signed no checkpoint yet.');
    const text = decodeUtf8(bytes);
    if (text === undefined) throw unreadable('The checkpoint is not text.');
    newest = await signedCheckpoint(text, key);
    return newest;
  };

  const requireConsistency = async (old: SignedCheckpoint, next: SignedCheckpoint): Promise<void> => {
    const { origin, size } = next;
    if (old.size > size) {
      throw new LedgerProblem(
        'behind',
        `${origin} now shows ${size} entries, and ${old.size} were signed before. Either the node that answered has not caught up, or entries were taken away.`,
      );
    }
    const tiles = openTiles(fetch, size);
    const proof = await Promise.all(consistencyRanges(old.size, size).map(tiles.hashOf));
    const claim = { oldSize: old.size, oldRoot: old.root, newSize: size, newRoot: next.root, proof };
    if (!(await verifyConsistency(claim))) {
      throw new LedgerProblem(
        'forked',
        `The ${old.size} entries of ${origin} that were signed before are not the beginning of the ${size} that it shows now, or its tiles are damaged.`,
      );
    }
  };

  /** A signed checkpoint that has the index in it; the last one when it does. */
  const checkpointWith = async (index: number, key: VerifierKey): Promise<SignedCheckpoint> => {
    const known = newest !== undefined && index < newest.size ? newest : await latest(key);
    if (!Number.isSafeInteger(index) || index < 0 || index >= known.size) {
      throw notVerified(
        `${known.origin} has signed ${known.size} entries; there is no entry ${index} among them.`,
      );
    }
    return known;
  };

  const requireEntry = async (index: number, leaf: Uint8Array, { size, root }: SignedCheckpoint) => {
    const tiles = openTiles(fetch, size);
    await requireWayUp(index, leaf, { size, tiles });
    const proof = await Promise.all(inclusionRanges(index, size).map(tiles.hashOf));
    const claim = { index, size, root, proof, leafHash: await leafHash(leaf) };
    if (!(await verifyInclusion(claim))) {
      throw notVerified(`The tiles of the log do not lead from entry ${index} to the root that it signed.`);
    }
  };

  const answered = async <Facts extends object>(work: (key: VerifierKey) => Promise<Facts>) => {
    try {
      return { verified: true as const, ...(await work(await parseVerifierKey(vkey))) };
    } catch (error) {
      return { verified: false as const, ...problemOf(error) };
    }
  };

  return {
    checkpoint: () =>
      answered(async (key) => {
        const checkpoint = await latest(key);
        const note = (await store?.load(key.name)) ?? null;
        const remembered = note === null ? null : await signedCheckpoint(note, key);
        if (remembered !== null) await requireConsistency(remembered, checkpoint);
        await store?.save(key.name, checkpoint.note);
        return { checkpoint, continues: remembered?.size ?? null };
      }),

    verifyEntry: (index, leaf) =>
      answered(async (key) => {
        const checkpoint = await checkpointWith(index, key);
        await requireEntry(index, leaf, checkpoint);
        return { index, checkpoint };
      }),

    readEntry: (index) =>
      answered(async (key) => {
        const checkpoint = await checkpointWith(index, key);
        const leaf = await fetchEntry(fetch, index, checkpoint.size);
        await requireEntry(index, leaf, checkpoint);
        return { index, leaf, checkpoint };
      }),

    verifyConsistency: (oldCheckpoint) =>
      answered(async (key) => {
        const old = await signedCheckpoint(oldCheckpoint, key);
        const checkpoint = await latest(key);
        await requireConsistency(old, checkpoint);
        return { oldSize: old.size, checkpoint };
      }),
  };
}
