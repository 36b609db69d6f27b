import type { DeliveryView, deliveryCounts, deliveryDetail } from '@custos/contract';
import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { conflict, notFound } from '../base/errors.ts';
import type { State } from '../storage/state/state.ts';
import { hasten, reopen } from './outbox/store.ts';
import {
  backlogOf,
  countByState,
  findNotification,
  latencyAt,
  listAttempts,
  listNotifications,
  loadChannels,
  statesByAlert,
  type DeliveryFilter,
} from './store.ts';
import type { NotificationTable } from './tables.ts';
import { attemptView, deliveryView } from './views.ts';

const dayMs = 86_400_000;

export interface DeliveryService {
  /** Newest first. `before` is the id of the last one of the page before. */
  list(
    filter: DeliveryFilter,
    page: { readonly limit: number; readonly before?: string | undefined },
  ): Promise<DeliveryView[]>;
  get(id: string): Promise<z.output<typeof deliveryDetail>>;
  /** Of the last 24 hours, tests left out. `failed` are those that nobody took over, or that were cancelled. */
  counts(): Promise<z.output<typeof deliveryCounts>>;
  /** What waits to be delivered, and for how long the oldest has waited, ms; null when nothing waits. */
  backlog(): Promise<{ readonly pending: number; readonly oldestAgeMs: number | null }>;
  /**
   * Sends again what was given up, or sends at once what waits for its next attempt. The idempotency key
   * stays. Raises `conflict` for one that was delivered.
   */
  retry(id: string): Promise<DeliveryView>;
  /** Where the notifications of each alert stand; alerts without any are left out. */
  deliveryByAlert(
    alertIds: readonly string[],
  ): Promise<ReadonlyMap<string, 'pending' | 'delivered' | 'failed'>>;
}

/** What was sent and how it went, for people and for `alerting/`. */
export function createDeliveryService({
  state,
  clock,
  onChanged,
}: {
  readonly state: State;
  readonly clock: Clock;
  readonly onChanged: (row: NotificationTable) => void;
}): DeliveryService {
  const view = async (rows: readonly NotificationTable[]): Promise<DeliveryView[]> => {
    const channels = await loadChannels(state.read);
    return rows.map((row) => deliveryView(row, channels.has(row.channel_id)));
  };

  const find = async (id: string): Promise<NotificationTable> => {
    const row = await findNotification(state.read, id);
    if (row === undefined) throw notFound('delivery', id);
    return row;
  };

  return {
    list: async (filter, page) => view(await listNotifications(state.read, filter, page)),

    async get(id) {
      const row = await find(id);
      const [shown] = await view([row]);
      const attempts = await listAttempts(state.read, id);
      return { ...(shown ?? deliveryView(row)), history: attempts.map(attemptView) };
    },

    async counts() {
      const since = clock.now() - dayMs;
      const counts = await countByState(state.read, since);
      const delivered = counts.get('delivered') ?? 0;
      const middle =
        delivered === 0 ? null : await latencyAt(state.read, since, Math.floor((delivered - 1) / 2));
      return {
        delivered,
        failed: (counts.get('failed') ?? 0) + (counts.get('cancelled') ?? 0),
        pending: counts.get('pending') ?? 0,
        p50LatencyMs: middle,
      };
    },

    async backlog() {
      const { pending, oldestAt } = await backlogOf(state.read);
      return { pending, oldestAgeMs: oldestAt === null ? null : clock.now() - oldestAt };
    },

    async retry(id) {
      const row = await state.transaction(async (tx) => {
        const present = await findNotification(tx, id);
        if (present === undefined) throw notFound('delivery', id);
        if (present.state === 'delivered') {
          throw conflict('This was delivered; sending it again would tell people twice.');
        }
        if (!(await loadChannels(tx)).has(present.channel_id)) {
          throw conflict(
            `The channel "${present.channel_name}" has been deleted, so nothing can be sent by it.`,
          );
        }
        const now = clock.now();
        await (present.state === 'pending' ? hasten(tx, id, now) : reopen(tx, id, now));
        return findNotification(tx, id);
      });
      if (row === undefined) throw notFound('delivery', id);
      onChanged(row);
      return deliveryView(row);
    },

    async deliveryByAlert(alertIds) {
      const states = new Map<string, Set<string>>();
      for (const { alertId, state: each } of await statesByAlert(state.read, alertIds)) {
        states.set(alertId, (states.get(alertId) ?? new Set()).add(each));
      }
      const result = new Map<string, 'pending' | 'delivered' | 'failed'>();
      for (const [alertId, found] of states) result.set(alertId, summary(found));
      return result;
    },
  };
}

/** One word for all notifications of an alert: a failure that nobody took over is never hidden. */
function summary(found: ReadonlySet<string>): 'pending' | 'delivered' | 'failed' {
  if (found.has('pending')) return 'pending';
  if (found.has('failed') || !found.has('delivered')) return 'failed';
  return 'delivered';
}
