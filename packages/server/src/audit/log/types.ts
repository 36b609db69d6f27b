/**
 * The log: entries in Merkle trees that anyone can verify.
 *
 * - entry: opaque bytes, 1 to 65,535, that a log keeps for good at an index
 * - leaf hash: SHA-256 of 0x00 and the entry (RFC 6962)
 * - log: entries under one origin and one tree; one for each retention class, because pruning is by prefix
 * - origin: the name under which a log signs, such as `example.com/audit/security`
 * - journal: the one file-like sequence in which all logs are written first; the only truth
 * - frame: what one commit writes to the journal; segment: one file of frames
 * - tile, entry bundle: files of 256 hashes or entries in the format of C2SP tlog-tiles; derived
 * - head: size and root of a tree; checkpoint: a head that the log signed
 * - high-water mark: the newest checkpoint that was signed, on disk before anyone sees it
 * - receipt: proof that an entry is in a signed tree, checkable offline (C2SP tlog-proof)
 * - witness: somebody else who signs that a checkpoint continues those seen before
 * - minimum index: what is below it may be gone; leaf hashes stay
 */
import type { BuiltRecord } from './journal/frame-builder.ts';

export interface TreeHead {
  readonly size: number;
  /** SHA-256 root, RFC 6962. */
  readonly root: Buffer;
}

/** What the caller gets when an entry is durable. */
export interface Acknowledgement {
  readonly log: string;
  readonly index: number;
  readonly leafHash: Buffer;
}

/** A place in the journal: the end of a frame. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
  /** Sequence number of the next frame. */
  readonly sequence: number;
  /** Where the last frame begins; null when the segment has none yet. */
  readonly lastFrame: number | null;
}

export interface JournalStatus {
  readonly state: 'open' | 'failed' | 'closed';
  /** Why it failed, in words; null when it did not. */
  readonly fault: string | null;
  /** Bytes of entries that wait for the disk. */
  readonly pendingBytes: number;
  readonly segments: number;
  /** Bytes of a torn last frame that was dropped when the journal was opened. */
  readonly recoveredBytes: number;
  readonly epoch: number;
}

/** Where the entries of a batch went. */
export interface Appended {
  readonly firstIndex: number;
  /** One for each entry, as `latin1` text of 32 bytes. */
  readonly leafHashes: readonly string[];
}

/**
 * What is written first: it puts records in order, gives entries their indexes and makes them durable.
 * The journal in files is one; rows in a database under a sequencer with a lease can be another.
 */
export interface Journal {
  /** Resolves when the entries are durable. Entries of one call have consecutive indexes. */
  append(logId: number, entries: readonly Uint8Array[]): Promise<Appended>;
  /** Resolves when the control record, JSON that the ledger understands, is durable. */
  control(body: Uint8Array): Promise<void>;
  /** End of the last frame that was made durable and integrated. */
  position(): JournalPosition;
  status(): JournalStatus;
  /** Waits for what is in flight and closes. */
  close(): Promise<void>;
}

/** Takes in records in their order once they are durable; throwing stops the journal for good. */
export type Integrate = (records: readonly BuiltRecord[]) => void;

/** A head that somebody outside knows of a log. */
export interface ExternalHead {
  /** Who says so, for people. */
  readonly source: string;
  readonly size: number;
  /** Null when only the size is known. */
  readonly root: Buffer | null;
}

/**
 * Those who may know of a newer head than our own files do: witnesses, anchors. Asked when the ledger
 * opens, before anything is signed. Rejects when nobody can be asked.
 */
export interface ExternalHeads {
  heads(log: {
    readonly origin: string;
    /** The newest checkpoint in our own files, signed; null when there is none. */
    readonly published: string | null;
    readonly head: TreeHead;
    consistencyProof(oldSize: number, newSize: number): Promise<readonly Buffer[]>;
  }): Promise<readonly ExternalHead[]>;
}

/** A log to keep. */
export interface LogDefinition {
  /** Small letters, digits and dashes; the name of its directory. */
  readonly name: string;
  readonly origin: string;
}
