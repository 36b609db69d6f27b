/**
 * The query index: which events are in the logs, found fast.
 *
 * - **index**: one row in columns for every entry of every log; derived, and made again at any time.
 * - **indexed position**: everything in a log below it has its row; learnt from the rows themselves.
 * - **tail**: what is in a log at or above its indexed position; searched by reading the log.
 * - **place**: where an event stands among all others, newest first; cursors are places.
 * - **filter**: what somebody asks for; **condition**: the same, resolved so that both the engine and this
 *   program can judge an event by it, and agree.
 */
import type { TreeHead } from '../log/types.ts';
import type { LeafEvent, Outcome, Severity } from '../events/types.ts';

/** What is asked for; everything that is given has to be true of an event. */
export interface AuditFilter {
  /** When Custos received it, ms; `to` is exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Id of who acted; of several ids, any. */
  readonly actor?: string | readonly string[] | undefined;
  /** Id of what was acted on. */
  readonly target?: string | undefined;
  /** Id of either; of several ids, any. */
  readonly party?: string | readonly string[] | undefined;
  /** `noun.verb`, or the beginning of it up to a dot: `order` is every action on orders. */
  readonly action?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly type?: string | undefined;
  /** A category of the catalogue: every type that the catalogue has in it. */
  readonly category?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly source?: string | undefined;
  readonly tenant?: string | undefined;
  readonly log?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  /** Part of the leaf's canonical text, as it is or as it stands within a JSON string; case does not matter. */
  readonly text?: string | undefined;
  /**
   * Values within the details: `path` joined by dots, list elements under the path of their list; `value` as
   * text, so that `12` finds both 12 and "12".
   */
  readonly details?: readonly { readonly path: string; readonly value: string }[] | undefined;
}

/** Where an event stands: by the time of its receipt, then by id, then by log and index. */
export interface EventPlace {
  /** Ms. */
  readonly receivedTime: number;
  readonly id: string;
  readonly log: string;
  readonly index: number;
}

export interface FoundEvent {
  readonly log: string;
  readonly index: number;
  readonly event: LeafEvent;
}

export interface SearchPage {
  readonly events: readonly FoundEvent[];
  /** Where the next page goes on; null at the end. */
  readonly next: EventPlace | null;
}

export interface TimeSpan {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Security events of one source. */
export interface SecurityGroup {
  readonly source: string;
  readonly count: number;
  /** What the events stand for: a flood of bad calls is one event with a count. */
  readonly occurrences: number;
  /** Most frequent first. */
  readonly kinds: readonly { readonly type: string; readonly outcome: Outcome; readonly count: number }[];
  /** Received, ms. */
  readonly first: number;
  readonly last: number;
}

export const topFields = ['actor', 'action', 'type', 'source', 'target', 'outcome'] as const;
export type TopField = (typeof topFields)[number];

/** A range of a log in which index and log differ. */
export interface DifferingRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Entries that the log has there, and different ones that the index has. */
  readonly expected: number;
  readonly found: number;
  /** The first indexes that are missing or of which the index has something else; at most 20. */
  readonly indexes: readonly number[];
}

export interface LogCompleteness {
  readonly log: string;
  /** What was compared. */
  readonly from: number;
  readonly to: number;
  /** Entries above `to`, which wait to be indexed; searches read them from the log. */
  readonly behind: number;
  /** SHA-256 over the digests of all ranges, hex: of the leaf hashes of the log, and of the rows. */
  readonly expectedDigest: string;
  readonly foundDigest: string;
  readonly differing: readonly DifferingRange[];
}

export interface CompletenessReport {
  readonly ok: boolean;
  /** Wall clock, ms. */
  readonly checkedAt: number;
  readonly durationMs: number;
  readonly logs: readonly LogCompleteness[];
}

export interface IndexStatus {
  /** `away`: columns are off or down, and searches read the logs. */
  readonly state: 'indexing' | 'away';
  readonly logs: readonly {
    readonly log: string;
    readonly indexed: number;
    readonly size: number;
    readonly behind: number;
  }[];
  /** Searches of the last five minutes. */
  readonly queries: {
    readonly count: number;
    readonly p50Ms: number | null;
    readonly p95Ms: number | null;
  };
  readonly rebuild: { readonly startedAt: number; readonly done: number; readonly total: number } | null;
  /** Why indexing last failed; null once it went on. */
  readonly lastError: string | null;
  readonly lastCheck: CompletenessReport | null;
}

/** What the index needs of a log. */
export interface IndexedLog {
  minimumIndex(): number;
  head(): TreeHead;
  entries(from: number, to: number): Promise<Buffer[]>;
  /** 32 bytes each. */
  leafHashes(from: number, to: number): Promise<Buffer>;
}

/** What the index needs of the ledger. */
export interface IndexedLedger {
  names(): string[];
  reader(log: string): IndexedLog;
}
