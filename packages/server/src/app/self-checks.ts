import type { AuditLog } from '../audit/types.ts';
import { systemActor } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Notify } from '../notify/service.ts';
import type { CheckOutcome, SelfCheck } from '../probes/types.ts';

export interface SelfCheckParts {
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly notify: Notify;
}

/** A notification that waits for longer than this is trouble, ms. */
const oldNotificationMs = 60_000;
/** The audit log is written once in this time to prove that it can be, ms. */
const proveAuditEveryMs = 3_600_000;

function outcome(
  good: boolean,
  words: { well: string; ill: string },
  values: CheckOutcome['values'],
): CheckOutcome {
  return {
    status: good ? 'up' : 'degraded',
    latencyMs: null,
    message: good ? words.well : words.ill,
    values,
  };
}

/**
 * The looks at Custos itself that stand beside those of `probes/` (row T12): core function, which is that
 * people are told, and the security system. Database, checks and host are looked at there.
 */
export function createSelfChecks({ clock, audit, notify }: SelfCheckParts): SelfCheck[] {
  let auditProvenAt = -Infinity;
  return [
    {
      name: 'outbox',
      title: 'Delivery',
      async check() {
        const { pending, oldestAgeMs } = await notify.deliveries.backlog();
        const waitedMs = oldestAgeMs ?? 0;
        const words = {
          well: 'nothing waits to be sent',
          ill: `a notification has waited for ${Math.round(waitedMs / 1000)} s`,
        };
        return outcome(waitedMs <= oldNotificationMs, words, {
          outbox_pending: pending,
          outbox_oldest_ms: waitedMs,
        });
      },
    },
    {
      name: 'security',
      title: 'Security system',
      async check() {
        const now = clock.monotonic();
        if (now - auditProvenAt >= proveAuditEveryMs) {
          await audit.append({
            actor: systemActor,
            action: 'audit.prove',
            target: null,
            outcome: 'succeeded',
            address: null,
            requestId: null,
          });
          auditProvenAt = now;
        }
        return outcome(true, { well: 'the audit log takes records', ill: '' }, {});
      },
    },
  ];
}
