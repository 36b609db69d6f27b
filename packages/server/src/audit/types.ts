import type { StateTx } from '../storage/state/state.ts';
import type { EventInput } from './events/envelope.ts';

/**
 * Words of this domain; each folder has more of its own.
 *
 * - **event**: one act, with who did what to what, when, from where and how it ended.
 * - **outcome**: `attempted` is written before a privileged act, and one of the others after it, so an act
 *   whose process died half-way is on record too.
 * - **record**: to put an event on record; when that fails, the act must not be done.
 * - **log, ledger**: where events are kept so that nobody can change them unseen; see `log/`.
 */

export interface AuditActor {
  readonly type: 'user' | 'token' | 'system' | 'anonymous';
  readonly id: string;
  readonly name: string;
}

/** An act of Custos or of somebody who uses it. */
export interface AuditEvent {
  /** Of the catalogue in `events/`; `administration.act` when absent. Its schema is then that of the details. */
  readonly type?: string;
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
  /** Durable when it resolves or, with `tx`, part of that transaction: kept if and only if the act is. */
  append(event: AuditEvent, tx?: StateTx): Promise<void>;
}

/** Records events in the form of the catalogue beside those of the port; for the parts of this domain. */
export interface Recorder extends AuditLog {
  record(event: EventInput, tx?: StateTx): Promise<void>;
}

/** The actor for what Custos does by itself. */
export const systemActor: AuditActor = { type: 'system', id: 'custos', name: 'Custos' };
