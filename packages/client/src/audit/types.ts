/**
 * Words of this folder.
 *
 * - **event**: one act, with who did what to what and how it ended.
 * - **recorder**: collects events of one program and sends them to Custos in batches.
 * - **taken**: in the recorder's hands: on disk with a spool, in memory without one.
 * - **recorded**: durable in the log of the server, which said so.
 * - **queue**: where taken events wait; **spool**: a queue in files, which outlives the program.
 * - **batch**: events that are sent in one request, always under the same idempotency key, so that the server
 *   keeps them once however often the request is repeated.
 */

/** A value of JSON (RFC 8259). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Who acted, or what was acted on. */
export interface AuditParty {
  /** Such as `user`, `service`, `order`: small letters, digits and -. */
  readonly type: string;
  /** A pseudonym such as `usr_17`: it stays readable for ever. An e-mail address is sealed like a name. */
  readonly id: string;
  /** A name that people know. The log has a commitment to it only, so that it can be erased. */
  readonly name?: string | undefined;
}

/** An event as a program tells of it. */
export interface AuditEventDraft {
  /** Made when left out. At most 64 letters, digits and `._:-`. */
  readonly id?: string | undefined;
  /** When it happened, ms since the epoch; now when left out. */
  readonly time?: number | undefined;
  /** A type of the server's catalogue, such as `authentication.login`. */
  readonly type: string;
  /** `noun.verb`, such as `order.refund`; the type when left out. */
  readonly action?: string | undefined;
  readonly outcome: 'attempted' | 'succeeded' | 'failed' | 'denied';
  readonly severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | undefined;
  /** The token's own source, or that and a part after a slash, such as `shop/checkout`. */
  readonly source?: string | undefined;
  readonly actor: AuditParty;
  readonly target?: AuditParty | undefined;
  readonly tenant?: string | undefined;
  readonly traceId?: string | undefined;
  readonly requestId?: string | undefined;
  /** Network address that the act came from; sealed. */
  readonly address?: string | undefined;
  /** What the type's schema asks for; at most 51,200 bytes of JSON in UTF-8. */
  readonly details?: { readonly [key: string]: Json | undefined } | undefined;
}

/** Where an event stands in the log. */
export interface Recorded {
  readonly id: string;
  readonly log: string;
  /** Null when the server has made it durable and has not numbered it yet. */
  readonly index: number | null;
  /** SHA-256 of the leaf (RFC 6962) as the server writes it; null together with `index`. */
  readonly leafHash: string | null;
}
