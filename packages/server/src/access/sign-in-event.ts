import type { AuditEvent } from '../audit/types.ts';
import type { SignInMethod } from './session-store.ts';
import type { CallContext } from './types.ts';

export interface SignInFacts {
  readonly context: CallContext;
  /** Null when nobody is known by what was typed. */
  readonly userId: string | null;
  readonly outcome: AuditEvent['outcome'];
  readonly name?: string;
  /** By what it was tried. */
  readonly method: SignInMethod | 'second-factor' | 'recovery-code';
  /** Why it came to nothing. */
  readonly reason?: string;
  /** Whatever else matters, without secrets and personal data. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What the audit catalogue calls the ways in. */
const methods = {
  password: 'password',
  passkey: 'passkey',
  provider: 'single-sign-on',
  'second-factor': 'second-factor',
  'recovery-code': 'recovery',
} as const;

/** The record of an attempt to sign in. Only one that succeeded names its actor: nobody else is proven. */
export function signInEvent(facts: SignInFacts): AuditEvent {
  const { context, userId, outcome, name = '', method, reason, extra } = facts;
  const proven = outcome === 'succeeded' && userId !== null;
  return {
    type: 'authentication.login',
    actor: proven
      ? { type: 'user', id: userId, name }
      : { type: 'anonymous', id: 'anonymous', name: 'Not signed in' },
    action: 'session.create',
    target: userId === null ? null : { type: 'user', id: userId },
    outcome,
    address: context.address,
    requestId: context.requestId,
    details: {
      method: methods[method],
      ...(reason === undefined ? {} : { reason }),
      ...(extra === undefined ? {} : { extra }),
    },
  };
}
