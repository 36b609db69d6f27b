/**
 * Words of this folder.
 *
 * - **retention**: how many days a log keeps its entries; null is for ever.
 * - **expired**: received longer ago than that.
 * - **legal hold**: an order to keep what was received in some time, in some logs, until it is released.
 * - **prune**: to move a log's minimum index, which frees the entries below it. Leaf hashes and proofs stay.
 * - **archive**: a copy of what is about to be pruned, with all that is needed to verify it by itself.
 * - **checked copy**: an archive that was read back and compared with the log's own root.
 */
import type { EventInput } from '../events/envelope.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { PruneResult } from '../log/prune.ts';
import type { StateTx } from '../../storage/state/state.ts';

/** What retention needs of the ledger. `Ledger` is one. */
export interface KeptLedger {
  names(): readonly string[];
  reader(log: string): LogReader;
  publish(): Promise<void>;
  prune(log: string, minimumIndex: number): Promise<PruneResult>;
}

/** How long a log keeps its entries. */
export interface KeepingRule {
  readonly log: string;
  /** 1 or more; null keeps for ever. */
  readonly days: number | null;
  /** True: nothing is pruned before a checked copy of it is in the archive. */
  readonly archive: boolean;
}

/** Says what must be kept whatever its age. */
export interface LegalHolds {
  /** For a log, a rule that names the hold which blocks what was received at a time (ms), or null. */
  blocks(log: string, tx?: StateTx): Promise<(time: number) => string | null>;
}

export interface LegalHold {
  readonly id: string;
  /** Null: every log. */
  readonly logs: readonly string[] | null;
  /** Received at or after this, ms; null: from the beginning. */
  readonly from: number | null;
  /** Received before this, ms; null: without end. */
  readonly to: number | null;
  readonly reason: string;
  readonly placedBy: string;
  readonly placedAt: number;
  readonly releasedBy: string | null;
  readonly releasedAt: number | null;
}

/** Something that still needs entries of a log, such as egress or the index: from which index on. */
export interface Follower {
  readonly name: string;
  /** Null: none. */
  needs(log: string): Promise<number | null>;
}

/** Puts an act on record in the caller's transaction, so that it is in the log if and only if it was done. */
export type RecordAct = (event: EventInput, tx: StateTx) => Promise<void>;

export type PruneOutcome =
  | 'pruned'
  /** The log keeps everything. */
  | 'for ever'
  /** Nothing has expired, or less than a bundle of 256. */
  | 'nothing expired'
  /** A legal hold keeps what has expired. */
  | 'held'
  /** A follower has not taken what has expired. */
  | 'waiting'
  | 'failed';

/** What a run did to one log. */
export interface PruneReport {
  readonly log: string;
  readonly outcome: PruneOutcome;
  /** Entries that are gone: `from` up to, not including, `to`. Equal when none is. */
  readonly from: number;
  readonly to: number;
  /** The hold or follower that stopped it before everything that has expired; null when none did. */
  readonly stoppedBy: string | null;
  readonly archive: { readonly prefix: string; readonly bytes: number } | null;
  readonly freed: {
    /** In the journal and in bundles. */
    readonly logBytes: number;
    /** Rows of sealed fields. */
    readonly vaultFields: number;
    readonly indexBytes: number;
  };
  /** Why it failed; null when it did not. */
  readonly error: string | null;
}
