import type { AuditLog } from '../audit/types.ts';
import { systemActor } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Notify } from '../notify/service.ts';
import type { CheckOutcome, SelfCheck } from '../probes/types.ts';
import type { State } from '../storage/state/state.ts';

export interface SelfCheckParts {
  readonly state: State;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly notify: Notify;
  readonly scheduler: () => { readonly lagP99Ms: number };
}

/** Where slow begins: a State round trip, and a notification that waits, in ms. */
const slowStateMs = 500;
const oldNotificationMs = 60_000;
const lateChecksMs = 5000;
/** The audit log is written once in this time to prove that it can be, ms. */
const proveAuditEveryMs = 3_600_000;

function outcome(good: boolean, words: { well: string; ill: string }, values: CheckOutcome['values']): CheckOutcome {
  return { status: good ? 'up' : 'degraded', latencyMs: null, message: good ? words.well : words.ill, values };
}

/**
 * The looks at Custos itself that stand beside the host's (row T12): database connection, core function,
 * and security system. Disk space and system resources are the host probe's.
 */
export function createSelfChecks({ state, clock, audit, notify, scheduler }: SelfCheckParts): SelfCheck[] {
  let auditProvenAt = -Infinity;
  return [
    {
      name: 'state',
      title: 'Database connection',
      async check() {
        const before = clock.monotonic();
        await state.ping();
        const tookMs = clock.monotonic() - before;
        const words = { well: 'answers', ill: `took ${Math.round(tookMs)} ms to answer` };
        return outcome(tookMs < slowStateMs, words, { state_ms: tookMs });
      },
    },
    {
      name: 'core',
      title: 'Core function',
      async check() {
        const { lagP99Ms } = scheduler();
        const { pending, oldestAgeMs } = await notify.deliveries.backlog();
        const waitedMs = oldestAgeMs ?? 0;
        const ill =
          waitedMs > oldNotificationMs
            ? `a notification has waited for ${Math.round(waitedMs / 1000)} s`
            : `checks start ${Math.round(lagP99Ms)} ms late`;
        return outcome(
          lagP99Ms < lateChecksMs && waitedMs <= oldNotificationMs,
          { well: 'checks start on time and nothing waits to be sent', ill },
          { scheduler_lag_p99_ms: lagP99Ms, outbox_pending: pending, outbox_oldest_ms: waitedMs },
        );
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
