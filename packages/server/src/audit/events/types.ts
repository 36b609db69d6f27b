/**
 * Words of this folder.
 *
 * - **event**: one act as a service tells of it, checked and completed: the envelope.
 * - **type**: what kind of act it is, such as `authentication.login`; the catalogue has a schema for each.
 * - **retention class**: which log keeps the event: `general`, `security` (7 years), `financial` (for ever).
 * - **protected**: of the classes `security` and `financial`, which are slowed down and never dropped.
 * - **source**: the service that tells, such as `shop-api`; limits count per source.
 * - **party**: who acted (`actor`) or what was acted on (`target`). The id stays readable for ever, so it has
 *   to be a pseudonym such as `usr_17`; the name is personal data and is sealed.
 * - **leaf**: the canonical JSON of an event, with a commitment in place of every sensitive field. These
 *   exact bytes are stored and hashed.
 * - **sealed field**: a sensitive field, in the leaf by its commitment only, in the vault with its value.
 */

/** Who acted, or what was acted on. */
export interface Party {
  /** Such as `user`, `service`, `order`. */
  readonly type: string;
  readonly id: string;
  /** A name that people know; sealed. */
  readonly name?: string | undefined;
}

export const outcomes = ['attempted', 'succeeded', 'failed', 'denied'] as const;
export type Outcome = (typeof outcomes)[number];

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** A value of JSON (RFC 8259). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** An event, complete. */
export interface AuditEnvelope {
  readonly id: string;
  /** When it happened, as its source says; RFC 3339 in UTC with milliseconds. */
  readonly time: string;
  /** When Custos received it, by its own clock; the same form. */
  readonly receivedTime: string;
  readonly type: string;
  /** `noun.verb`, such as `order.refund`. */
  readonly action: string;
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly source: string;
  readonly actor: Party;
  readonly target?: Party | undefined;
  readonly tenant?: string | undefined;
  readonly traceId?: string | undefined;
  readonly requestId?: string | undefined;
  /** Network address that the act came from; sealed. */
  readonly address?: string | undefined;
  readonly details: JsonObject;
}

/** An event as it is read back from a leaf: sealed fields are absent, their commitments are in `sealed`. */
export interface LeafEvent extends Omit<AuditEnvelope, 'actor' | 'target'> {
  /** Version of the leaf's form. */
  readonly v: 1;
  readonly actor: Partial<Party> & { readonly type: string };
  readonly target?: (Partial<Party> & { readonly type: string }) | undefined;
  readonly sealed?: SealedList | undefined;
}

/** The commitments of a leaf, sorted, so that their order says nothing about the fields. */
export interface SealedList {
  readonly alg: 'sha-256';
  readonly digests: readonly string[];
}

/** A name of a log: `general`, `security`, `financial`, or one that the configuration adds. */
export type RetentionClass = string;
