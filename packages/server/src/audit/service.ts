import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { State } from '../storage/state/state.ts';
import { eventOf, rowOf } from './event-row.ts';
import { insertEvent, selectEvents } from './store.ts';
import type { AuditEvent, AuditFilter, AuditLog, AuditPage } from './types.ts';

export interface Audit extends AuditLog {
  /**
   * Reads the log, newest first, `limit` events from before the place `before` (null for the newest).
   * Events appended meanwhile neither repeat nor shift what later pages show.
   */
  list(
    filter: AuditFilter,
    page: { readonly before: number | null; readonly limit: number },
  ): Promise<AuditPage>;
}

/**
 * Creates the audit log. `append` resolves once the event is durable, or, with `tx`, once it is part of
 * that transaction: then it is kept if and only if the act is. It rejects with `invalid_input` for an
 * event that cannot be kept (details over 50 KB) and with the store's error when none can.
 */
export function createAudit({ state, clock }: { readonly state: State; readonly clock: Clock }): Audit {
  return {
    async append(event: AuditEvent, tx) {
      const now = clock.now();
      await insertEvent(tx ?? state.write, rowOf(event, newId('aud', now), now));
    },

    async list(filter, { before, limit }) {
      const rows = await selectEvents(state.read, filter, { before, limit: limit + 1 });
      const events = rows.slice(0, limit).map(eventOf);
      const last = events.at(-1);
      return { events, before: rows.length > limit && last !== undefined ? last.seq : null };
    },
  };
}
