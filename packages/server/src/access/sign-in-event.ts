import type { AuditEvent } from '../audit/types.ts';
import type { CallContext } from './types.ts';

export interface SignInFacts {
  readonly context: CallContext;
  /** Null when nobody is known by what was typed. */
  readonly userId: string | null;
  readonly outcome: AuditEvent['outcome'];
  readonly name?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The record of an attempt to sign in. Only one that succeeded names its actor: nobody else is proven. */
export function signInEvent({ context, userId, outcome, name, details = {} }: SignInFacts): AuditEvent {
  const proven = outcome === 'succeeded' && userId !== null;
  return {
    actor: proven
      ? { type: 'user', id: userId, name: name ?? '' }
      : { type: 'anonymous', id: 'anonymous', name: 'Not signed in' },
    action: 'session.create',
    target: userId === null ? null : { type: 'user', id: userId },
    outcome,
    address: context.address,
    requestId: context.requestId,
    details,
  };
}
