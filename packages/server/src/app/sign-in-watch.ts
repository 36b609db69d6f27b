import type { SecurityEvent } from '../access/types.ts';
import { systemActor, type AuditEvent, type AuditLog } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { SelfCheck } from '../probes/types.ts';

/** How long a spray over many accounts keeps Custos's own probe degraded, and its alert open, ms. */
const sprayMs = 900_000;
const hourMs = 3_600_000;
const keptEvents = 10_000;

export interface SignInWatch {
  /** The log that counts what is refused on its way into it; nothing else is different. */
  watching(log: AuditLog): AuditLog;
  /** Takes what access tells; sprays go on record. */
  onSecurityEvent(event: SecurityEvent): void;
  /** The look at it that becomes an alert. */
  readonly selfCheck: SelfCheck;
}

/**
 * Watches sign-ins and refusals for attacks: a spray opens an alert, and locks, failed sign-ins and refused
 * calls of the last hour on this node are figures for rules.
 */
export function createSignInWatch(parts: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
}): SignInWatch {
  const { clock, log, audit } = parts;
  let recent: SecurityEvent[] = [];
  let refused: { readonly at: number; readonly what: 'sign-in' | 'call' }[] = [];

  function forgetOld(): void {
    const from = clock.now() - hourMs;
    recent = recent.filter(({ at }) => at >= from).slice(-keptEvents);
    refused = refused.filter(({ at }) => at >= from).slice(-keptEvents);
  }

  function count({ type, outcome }: AuditEvent): void {
    const isSignIn = type === 'authentication.login';
    if (outcome !== 'denied' && !(isSignIn && outcome === 'failed')) return;
    // Forgetting is for the looks; a flood between two of them must not grow without end.
    if (refused.length < 2 * keptEvents) {
      refused.push({ at: clock.now(), what: isSignIn ? 'sign-in' : 'call' });
    }
  }

  return {
    watching: (into) => ({
      async append(event, tx) {
        count(event);
        await into.append(event, tx);
      },
    }),

    onSecurityEvent(event) {
      recent.push(event);
      forgetOld();
      if (event.kind !== 'spray') return;
      const { network, accounts } = event;
      log.warn({ network, accounts }, 'one password was tried on many accounts');
      audit
        .append({
          type: 'access.violation',
          actor: systemActor,
          action: 'sign-in.spray',
          target: null,
          outcome: 'denied',
          address: null,
          requestId: null,
          details: { resource: 'sign-in', reason: `${accounts} accounts were tried from one network` },
        })
        .catch((error: unknown) => log.error({ error: messageOf(error) }, 'a spray could not be recorded'));
    },

    selfCheck: {
      name: 'sign-ins',
      title: 'Sign-ins',
      async check() {
        forgetOld();
        const of = (kind: SecurityEvent['kind']) => recent.filter((event) => event.kind === kind);
        const sprays = recent.filter((event) => event.kind === 'spray');
        const spray = sprays.findLast(({ at }) => at >= clock.now() - sprayMs);
        return {
          status: spray === undefined ? 'up' : 'degraded',
          latencyMs: null,
          message:
            spray === undefined
              ? 'no attack on sign-ins was seen'
              : `${spray.accounts} accounts were tried from ${spray.network}`,
          values: {
            sign_in_sprays: sprays.length,
            sign_in_locked_accounts: of('account-locked').length,
            sign_in_locked_addresses: of('address-locked').length,
            sign_in_failures: refused.filter(({ what }) => what === 'sign-in').length,
            access_refusals: refused.filter(({ what }) => what === 'call').length,
          },
        };
      },
    },
  };
}
