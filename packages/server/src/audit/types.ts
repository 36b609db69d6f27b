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

/** The actor for what Custos does by itself. */
export const systemActor: AuditActor = { type: 'system', id: 'custos', name: 'Custos' };
