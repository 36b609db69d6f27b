/**
 * Words of this folder.
 *
 * - **destination**: where events go as they come: a SIEM's web address, a syslog receiver, a store of objects.
 * - **cursor**: how far a log was sent to a destination: everything below its index was acknowledged.
 * - **batch**: consecutive entries of one log, `from` up to, not including, `to`. Once chosen it stays the
 *   same batch through every repeat, so that its name can be used to tell copies.
 * - **acknowledgement**: the destination's word that it has the batch; only then the cursor moves.
 * - **behind**: durable entries that a destination has not acknowledged.
 * - **disclosure**: sealed fields put back for a destination that may see them; an act on record.
 */
import type { ExportedEvent } from '../events/export/format.ts';
import type { EventInput } from '../events/envelope.ts';
import type { StateTx } from '../../storage/state/state.ts';

/** What egress needs of a log. `LogReader` is one. */
export interface EgressReader {
  /** Size of everything durable. */
  head(): { readonly size: number };
  minimumIndex(): number;
  entry(index: number): Promise<Uint8Array>;
  /** An entry bundle by its path (C2SP tlog-tiles); `undefined` when it is not there. */
  resource(path: string): Promise<Uint8Array | undefined>;
}

/** What egress needs of the ledger. `Ledger` is one. */
export interface EgressSource {
  names(): readonly string[];
  reader(log: string): EgressReader;
}

/** A batch on its way. */
export interface EgressBatch {
  /** Name of the destination. */
  readonly destination: string;
  readonly log: string;
  readonly from: number;
  readonly to: number;
  /** The events in order. May be called again; gives the same. */
  events(): AsyncIterable<ExportedEvent>;
}

/** Where batches go; one file for each kind. */
export interface Destination {
  readonly kind: string;
  /** What one batch may hold; bytes are those of the events as NDJSON. */
  readonly batch: { readonly maxEvents: number; readonly maxBytes: number };
  /** Once everything was sent, the next batch is begun after this time. */
  readonly pauseMs: number;
  /** A batch that takes longer is given up and repeated. */
  readonly timeoutMs: number;
  /**
   * Resolves when the destination has acknowledged the whole batch. Raises `audit_egress_failed`, or
   * `audit_egress_too_large` when a smaller batch would do.
   */
  send(batch: EgressBatch, signal: AbortSignal): Promise<void>;
  /** Called about once an hour; removes what is kept no longer. */
  maintain?(): Promise<void>;
}

/** A destination under its name, with what goes there. */
export interface EgressDefinition {
  /** Small letters, digits and dashes; cursors are kept under it. */
  readonly name: string;
  /** Logs by name; every log when absent. */
  readonly logs?: readonly string[];
  /** Where a log begins that was never sent: its first entry that is kept (default), or the next one. */
  readonly from?: 'beginning' | 'now';
  /** Sealed fields that go out in clear, by path; none when absent. */
  readonly disclose?: 'all' | readonly string[];
  readonly destination: Destination;
}

/** The right to be the one that sends. `Lease` of jobs is one. */
interface EgressLease {
  readonly signal: AbortSignal;
  fenced(tx: StateTx): Promise<void>;
}

/** Gives the work to one node at a time. `Leases` of jobs is one. */
export interface EgressLeases {
  hold(
    name: string,
    work: { onGained(lease: EgressLease): void | Promise<void>; onLost(): void | Promise<void> },
  ): { stop(): Promise<void> };
}

/** Puts a disclosure on record, durable when it resolves; called before anything leaves. */
export type RecordDisclosure = (event: EventInput) => Promise<void>;

/** How one log stands at one destination. */
export interface EgressLogStatus {
  readonly log: string;
  readonly next: number;
  readonly size: number;
  /** Entries that are durable here and not acknowledged there. */
  readonly behind: number;
  /** Age of the oldest of those, ms; 0 when there is none. */
  readonly lagMs: number;
  /** Entries that retention took before they were sent. */
  readonly skipped: number;
  /** Attempts that failed since the last that did not. */
  readonly failures: number;
  readonly lastSentAt: number | null;
  /** Of the last failure; null once a batch was acknowledged after it. */
  readonly lastError: { readonly at: number; readonly message: string } | null;
}

export interface EgressStatus {
  readonly destination: string;
  readonly kind: string;
  /** True when this node is the one that sends. */
  readonly sending: boolean;
  readonly logs: readonly EgressLogStatus[];
}
