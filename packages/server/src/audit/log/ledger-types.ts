import type { Clock } from '../../base/clock.ts';
import type { LedgerFiles } from './files.ts';
import type { NoteSignature } from './formats/signed-note.ts';
import type { LogKeys } from './log-keys.ts';
import type { LogReader } from './log-reader.ts';
import type { ResumeOrder } from './open-logs.ts';
import type { PruneResult } from './prune.ts';
import type { Acknowledgement, ExternalHeads, JournalStatus, LogDefinition } from './types.ts';

export interface LedgerOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly logs: readonly LogDefinition[];
  /** The keys that sign checkpoints of an origin; always the same ones, and no two origins share one. */
  keysOf(origin: string): LogKeys;
  readonly files?: LedgerFiles;
  /** How often checkpoints are signed; default 1,000 ms. Zero: only when asked. */
  readonly checkpointMs?: number;
  /** How often tiles are put on disk in the background; default 60 s. */
  readonly syncMs?: number;
  readonly outside?: ExternalHeads;
  /** True: refuse to open while nobody outside can be asked for the newest head. Default false. */
  readonly outsideRequired?: boolean;
  /** Orders to go on under a new origin, by the name of the log; used only where a log must not sign. */
  readonly resume?: Readonly<Record<string, ResumeOrder>>;
  readonly journal?: {
    readonly segmentBytes?: number;
    readonly frameBytes?: number;
    readonly pendingLimitBytes?: number;
    readonly epochMs?: number;
    readonly sealSecret?: Uint8Array;
  };
}

export interface LedgerHealth {
  /** Critical: nothing is accepted or signed any more. Degraded: it works, and somebody should look. */
  readonly status: 'ok' | 'degraded' | 'critical';
  readonly reasons: readonly string[];
  readonly journal: JournalStatus;
  readonly logs: readonly {
    readonly name: string;
    readonly origin: string;
    readonly size: number;
    readonly publishedSize: number;
    readonly minimumIndex: number;
  }[];
}

/** What a log and the journal take and take in; for health, pages and alerts. */
export interface LedgerFigures {
  /** Bytes of the journal that all logs share, its reserve included. */
  readonly journalBytes: number;
  readonly logs: readonly {
    readonly name: string;
    readonly size: number;
    /** Bytes that tiles and entry bundles take. */
    readonly bytes: number;
    /** Entries appended per second, over the last minute or as long as the ledger is open. */
    readonly perSecond: number;
    /** When the public checkpoint was signed, in ms since the epoch; null before the first. */
    readonly lastCheckpointAt: number | null;
  }[];
}

/** A checkpoint that became public; for witnesses and anchors. */
export interface PublishedCheckpoint {
  readonly log: string;
  readonly origin: string;
  readonly size: number;
  readonly text: string;
  readonly note: string;
}

export interface Ledger {
  /** Appends one entry, 1 to 65,535 bytes; resolves when it is durable. */
  append(log: string, entry: Uint8Array): Promise<Acknowledgement>;
  /** Appends entries with consecutive indexes; resolves when all are durable. */
  appendMany(log: string, entries: readonly Uint8Array[]): Promise<Acknowledgement[]>;
  reader(log: string): LogReader;
  names(): string[];
  /** Signs and publishes checkpoints of every log that grew, now. */
  publish(): Promise<void>;
  /** Called with every checkpoint that becomes public. Returns what stops it. */
  onCheckpoint(listener: (checkpoint: PublishedCheckpoint) => void): () => void;
  /** Called when cosignatures were added to a checkpoint. Returns what stops it. */
  onCosigned(listener: (checkpoint: PublishedCheckpoint) => void): () => void;
  /**
   * Adds cosignatures, verified by the caller, to the checkpoint of this text. False when it is not the
   * public one nor one of the few before it; those still serve receipts and who waits for witnesses.
   */
  cosign(log: string, text: string, signatures: readonly NoteSignature[]): boolean;
  /** Stops signing and accepting because somebody outside proved that the log forked. */
  stop(reason: Error): void;
  /** Makes everything below `minimumIndex` unavailable and frees what that frees. */
  prune(log: string, minimumIndex: number): Promise<PruneResult>;
  /** The secret from which every key of the journal's seal follows; null when it was removed. */
  exportSealSecret(options?: { readonly remove: boolean }): Promise<Buffer | null>;
  /** Puts tiles and bundles on disk now. */
  syncDerived(): Promise<void>;
  health(): LedgerHealth;
  figures(): Promise<LedgerFigures>;
  close(): Promise<void>;
}
