import type { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { FieldFault } from '../../base/errors.ts';
import type { eventInput } from '../events/envelope.ts';
import type { EventType } from '../events/event-type.ts';
import type { OwnTypeDescription } from '../events/own-type.ts';
import type { Party } from '../events/types.ts';
import type { AuditFilter, FoundEvent } from '../index/types.ts';
import type { LedgerHealth } from '../log/ledger-types.ts';
import type { Verification } from '../log/verify/findings.ts';
import type { ErasureReport, Subject } from '../vault/types.ts';

/**
 * The audit log as a library: one process, one directory, no server.
 *
 * - **audit log**: the catalogue, the intake, the vault and the ledger in one directory.
 * - **secret**: 32 random bytes from which the signing keys and, unless others are given, the vault's key
 *   follow. It never changes: another one would be another log.
 * - **origin**: the name under which the logs sign; a log's own is that and its name, such as
 *   `example.com/shop/security`.
 * - **place**: a log and an index in it.
 */

/** An event as a program tells of it: what `POST /api/v1/audit/events` takes. */
export type EventDraft = z.input<typeof eventInput>;

export interface AuditLogOptions {
  /** Name of this program in every event that names no other, such as `shop`. */
  readonly source: string;
  /** Default `localhost/SOURCE`. Choose one that nobody else uses before anybody is to trust it. */
  readonly origin?: string | undefined;
  /**
   * 64 hexadecimal digits or base 64 of 32 bytes. When left out, `secret.key` in the directory, made with
   * mode 0600: then whoever can read the directory can sign.
   */
  readonly secret?: string | undefined;
  /** Keys of the vault alone, newest first, separated by commas; they may be rotated, the secret not. */
  readonly vaultKeys?: string | undefined;
  /** Logs beside `general`, `security` and `financial`. */
  readonly logs?: readonly string[] | undefined;
  /** Types of events beside those of the catalogue. */
  readonly types?: readonly (EventType | OwnTypeDescription)[] | undefined;
  /** The rate limit of a server (100 a second, 200 at once there); without it there is none. */
  readonly limits?: { readonly perSecond: number; readonly burst: number } | undefined;
  /** How often checkpoints are signed; default 1,000 ms. */
  readonly checkpointMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Where an event is on record. */
export interface RecordedEvent {
  readonly id: string;
  readonly log: string;
  readonly index: number;
  /** SHA-256 of the leaf (RFC 6962). */
  readonly leafHash: Buffer;
}

/** What became of one event of several. */
export type RecordResult =
  | ({ readonly status: 'accepted' } & RecordedEvent)
  | { readonly status: 'rejected'; readonly code: string; readonly errors: readonly FieldFault[] }
  | { readonly status: 'dropped'; readonly code: 'rate_limited' };

export interface LogPlace {
  readonly log: string;
  readonly index: number;
}

/** Who asks for something that is itself put on record. */
export interface Asker {
  readonly actor: Party;
  readonly reason?: string | undefined;
}

export interface AuditLog {
  /**
   * Records an event; it is on disk when this resolves. Raises `invalid_input` that names the fields,
   * `conflict` for an id that is used, and `rate_limited` where `limits` were given.
   */
  record(event: EventDraft): Promise<RecordedEvent>;
  /** Records many, with a result for each, in order. */
  recordMany(events: readonly EventDraft[]): Promise<readonly RecordResult[]>;
  /** Events, newest first, by reading the logs: for thousands, not for millions. */
  query(filter?: AuditFilter): AsyncGenerator<FoundEvent>;
  /** The event of an id; undefined when no log has it. */
  find(id: string): Promise<FoundEvent | undefined>;
  /** Proof that the entry at a place, or the event of an id, is in a signed log (C2SP tlog-proof). */
  receipt(of: LogPlace | string): Promise<Buffer>;
  /** The exact bytes of an entry, which receipts are about. */
  entry(place: LogPlace): Promise<Buffer>;
  /** The sealed fields of an event that are not erased, by path; reading them is put on record before. */
  disclose(id: string, asker: Asker): Promise<ReadonlyMap<string, unknown>>;
  /** Destroys a subject's key, salts and values; put on record before and after. */
  erase(subject: Subject, asker: Asker): Promise<ErasureReport>;
  /** Verifies every byte of the ledger against its signed checkpoints. */
  verify(): Promise<Verification>;
  /** Who has to be trusted to verify receipts and this directory elsewhere (C2SP tlog-policy). */
  policy(): string;
  health(): LedgerHealth;
  /** Waits for what is under way, signs a last checkpoint and closes. */
  close(): Promise<void>;
}
