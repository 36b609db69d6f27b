import type { ExternalHead } from '../log/types.ts';
import type { PublishedCheckpoint } from '../log/ledger-types.ts';

/**
 * Anchors: copies of our checkpoints where we cannot change them any more.
 *
 * - anchor: a place outside that keeps a checkpoint, or signs that it existed
 * - receipt: what the anchor answered, kept in State as proof
 * - witness: somebody else's log server that cosigns a checkpoint when it continues the last (C2SP tlog-witness)
 * - confirmed: the newest size of a log that a witness or anchor has
 * - lag: how many entries, and how many milliseconds of them, are not confirmed yet
 */

export type AnchorKind = 's3-lock' | 'rfc3161' | 'webhook';

/** What an anchor answered for one checkpoint. */
export interface AnchorReceipt {
  readonly anchor: string;
  readonly kind: AnchorKind;
  readonly log: string;
  readonly origin: string;
  readonly size: number;
  /** Root hash of the log at that size. */
  readonly root: Buffer;
  /** When, by the anchor's clock where it states one, ms. */
  readonly at: number;
  /** The anchor's own form: a time stamp response, the facts of a version, an answer. */
  readonly receipt: Buffer;
}

export interface Anchor {
  readonly name: string;
  readonly kind: AnchorKind;
  /** Hands over a checkpoint; handing over one twice is no error. Rejects when it is not kept. */
  publish(checkpoint: PublishedCheckpoint, signal?: AbortSignal): Promise<AnchorReceipt>;
  /** The newest head that the anchor itself has of a log; null when it has none, or cannot be asked for any. */
  newest(origin: string): Promise<ExternalHead | null>;
  /** True when `newest` asks somebody outside, so that its answer counts when the ledger opens. */
  readonly remembers: boolean;
  /** Finds out whether the anchor can do what it promises; rejects when not. */
  check?(): Promise<void>;
}

/** One HTTP request to a peer outside; rejects when there is no answer. */
export type AnchorCall = (request: {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Who asks, for the record of a refusal. */
  readonly purpose: string;
  /** Answers above this are an error. */
  readonly maxResponseBytes: number;
  readonly signal?: AbortSignal;
}) => Promise<{ readonly status: number; readonly contentType: string; readonly body: Buffer }>;

/** How far one peer is with one log. */
export interface LogProgress {
  readonly log: string;
  readonly origin: string;
  /** Confirmed size; 0 when nothing is. */
  readonly size: number;
  readonly confirmedAt: number | null;
  readonly lagEntries: number;
  /** Time since the oldest checkpoint that is not confirmed became public, ms; 0 without a lag. */
  readonly lagMs: number;
  /** Attempts that failed since the last success. */
  readonly failures: number;
  readonly error: string | null;
  readonly errorAt: number | null;
}

export interface AnchorStatus {
  readonly name: string;
  readonly kind: AnchorKind;
  readonly intervalMs: number;
  readonly logs: readonly LogProgress[];
}

export interface WitnessStatus {
  readonly name: string;
  /** Names that the policy has for the keys of this witness. */
  readonly members: readonly string[];
  readonly url: string;
  readonly state: 'ok' | 'behind' | 'failing' | 'forked';
  readonly logs: readonly LogProgress[];
}

/** How far the quorum of the policy is with one log. */
export interface QuorumProgress {
  readonly log: string;
  readonly origin: string;
  /** Largest size that the quorum has cosigned. */
  readonly size: number;
  readonly lagEntries: number;
}
