/**
 * Words of this folder.
 *
 * - **subject**: the person (or thing) that a sensitive field is about; the unit of erasure.
 * - **commitment**: a disclosure and its digest. The digest stands in the leaf for ever.
 * - **disclosure**: salt, name and value of one field in one text (RFC 9901 section 4.2.1). Who has it can
 *   show that the leaf says so; without it the digest says nothing.
 * - **vault**: where disclosures are kept, each under the key of its subject.
 * - **erasure**: the destruction of a subject's key, salts and values. Leaves, and so proofs, stay as they are.
 */

/** Whose data a field is. One id in two tenants is two subjects. */
export interface Subject {
  readonly tenant: string | null;
  /** Such as `user`. */
  readonly type: string;
  readonly id: string;
}

/** Names one sealed field. */
export interface FieldPlace {
  readonly eventId: string;
  /** Dotted path in the event, such as `details.email`. */
  readonly field: string;
}

/** What an erasure destroyed. */
export interface ErasureReport {
  /** The vault's pseudonym of the subject, for the event about the erasure; null when it had no key. */
  readonly subjectRef: string | null;
  readonly keyDestroyed: boolean;
  /** Salts and values that were destroyed. */
  readonly fields: number;
  /** Events that they were of. */
  readonly events: number;
  /** How many of each field, such as `{ "details.email": 12 }`. */
  readonly byField: Readonly<Record<string, number>>;
  /**
   * `none`: the store's files hold no trace. `sealed`: the old key may remain in parts of the store that
   * are not used any more, sealed under the installation key; see the README.
   */
  readonly traces: 'none' | 'sealed';
}
