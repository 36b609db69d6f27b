import type { StateTx } from '../storage/state/state.ts';

/**
 * Words of this domain.
 *
 * - **event**: one act, with who did what to what, when, from where and how it ended.
 * - **outcome**: `attempted` is written before a privileged act, and one of the others after it, so an act
 *   whose process died half-way is on record too.
 */

export interface AuditActor {
  readonly type: 'user' | 'token' | 'system' | 'anonymous';
  readonly id: string;
  readonly name: string;
}

export interface AuditEvent {
  readonly actor: AuditActor;
  /** `noun.verb`, such as `probe.delete`. */
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly outcome: 'attempted' | 'succeeded' | 'failed' | 'denied';
  /** Source address of the request; null for acts of the system. */
  readonly address: string | null;
  readonly requestId: string | null;
  /** Facts without secrets or personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The port that everything audited writes to. A rejected promise means: no record, so do not act. */
export interface AuditLog {
  append(event: AuditEvent, tx?: StateTx): Promise<void>;
}

/** An event as it was kept. */
export interface StoredAuditEvent extends AuditEvent {
  /** Place in the log; later events have higher ones. */
  readonly seq: number;
  readonly id: string;
  /** When it was appended, ms. */
  readonly time: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Which events to read; what is left out does not filter. */
export interface AuditFilter {
  /** The id or the name of an actor. */
  readonly actor?: string | undefined;
  /** An action such as `probe.delete`, or a noun such as `probe` for all of its actions. */
  readonly action?: string | undefined;
  readonly outcome?: AuditEvent['outcome'] | undefined;
  /** First instant, ms. */
  readonly from?: number | undefined;
  /** First instant that is too late, ms. */
  readonly to?: number | undefined;
}

/** A part of the log, newest first. */
export interface AuditPage {
  readonly events: StoredAuditEvent[];
  /** Where the next page begins; null on the last one. */
  readonly before: number | null;
}

/** The actor for what Custos does by itself. */
export const systemActor: AuditActor = { type: 'system', id: 'custos', name: 'Custos' };
