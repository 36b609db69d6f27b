/**
 * The ledger in a PostgreSQL database that several nodes share.
 *
 * - intake: rows of entries that any node committed and that have no index yet
 * - sequencer: the one node, under a lease, that moves the intake into frames and so gives indexes
 * - ticket: the name under which a node waits for the index of a row that it wrote
 * - follower: what reads frames in their order into this node's own tiles; every node has one
 * - head: the newest checkpoint of an origin in the database, the high-water mark
 */
import type { Logger } from '../../../base/logger.ts';
import type { State, StateTx } from '../../../storage/state/state.ts';
import type { Ledger, LedgerOptions } from '../ledger-types.ts';

/** The right to be the sequencer. */
export interface SequencerLease {
  /** Raises unless this lease is still the valid one, and keeps it so until `tx` ends. */
  fenced(tx: StateTx): Promise<void>;
}

/** Where leases come from. */
export interface SequencerLeases {
  hold(
    name: string,
    options: {
      readonly ttlMs?: number;
      onGained(lease: SequencerLease): void | Promise<void>;
      onLost(): void | Promise<void>;
    },
  ): { stop(): Promise<void> };
}

export interface DatabaseLedgerOptions extends Pick<
  LedgerOptions,
  'clock' | 'logs' | 'keysOf' | 'files' | 'checkpointMs' | 'syncMs' | 'outside' | 'outsideRequired' | 'resume'
> {
  /** In PostgreSQL. */
  readonly state: State;
  /** Of this node alone: tiles, bundles and its own high-water marks. May be deleted while it is closed. */
  readonly directory: string;
  readonly log: Logger;
  readonly leases: SequencerLeases;
  /** After this long without a sign of life another node sequences; default 5 s. */
  readonly leaseTtlMs?: number;
  /** How often a node looks for what it was not told of; default 200 ms. */
  readonly pollMs?: number;
  /** How long an append waits for its index; default 30 s. */
  readonly appendTimeoutMs?: number;
  /** A frame gathers about this much; default 4 MiB. */
  readonly frameBytes?: number;
  /** More than this waiting for the database is refused; default 64 MiB. */
  readonly pendingLimitBytes?: number;
  /** The sealing key moves on this often; default 15 minutes. */
  readonly epochMs?: number;
  /** The seal's initial secret: the first node stores what follows from it, others check every frame. */
  readonly sealSecret?: Uint8Array;
}

export interface DatabaseLedger extends Ledger {
  /** True while this node is the sequencer. */
  leading(): boolean;
  /** Resolves when everything that was committed before this call has an index and is in this node's tiles. */
  settle(): Promise<void>;
}

/** Topics by which nodes tell each other: rows in the intake; frames or heads to follow; a wish to sign. */
export const pendingTopic = 'audit-pending';
export const framesTopic = 'audit-frames';
export const publishTopic = 'audit-publish';
