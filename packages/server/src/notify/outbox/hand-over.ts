import type { StateTx } from '../../storage/state/state.ts';
import { fallbacksOf } from '../fallback.ts';
import type { ChannelTable, NotificationTable } from '../tables.ts';
import type { Message } from '../types.ts';
import { notificationRow } from './rows.ts';
import { findByKey, insertNotifications, pendingOf, withdraw } from './store.ts';

/** Channels in the shape that fallbacks are followed in. */
export function linksOf(channels: ReadonlyMap<string, ChannelTable>) {
  return new Map(
    [...channels].map(([id, row]) => [
      id,
      { id, enabled: row.enabled === 1, fallbackChannelId: row.fallback_channel_id, row },
    ]),
  );
}

/** Who took a notification over, and the new notification if one had to be made. */
export interface HandOver {
  readonly takenBy: string;
  readonly added: NotificationTable | undefined;
}

/**
 * Gives a notification to the nearest fallback of its channel that can still tell it. The copy is about
 * the same alert and step, so a fallback that was told in its own right is not told again: its own
 * notification counts. Undefined when nobody is left.
 */
export async function handOver(
  tx: StateTx,
  row: NotificationTable,
  { channels, now }: { readonly channels: ReadonlyMap<string, ChannelTable>; readonly now: number },
): Promise<HandOver | undefined> {
  if (row.event === 'test') return undefined;
  const message = JSON.parse(row.message) as Message;
  for (const { row: channel } of fallbacksOf(row.channel_id, linksOf(channels))) {
    const copy = {
      ...notificationRow({ alertId: row.alert_id, step: row.step, message }, { channel, now }),
      fallback_of: row.id,
      // Latency counts from the change of the alert, not from the hand-over.
      created_at: row.created_at,
    };
    const [added] = await insertNotifications(tx, [copy]);
    if (added !== undefined) return { takenBy: added.id, added };
    const present = await findByKey(tx, copy.idempotency_key);
    if (present?.state === 'pending' || present?.state === 'delivered') {
      return { takenBy: present.id, added: undefined };
    }
  }
  return undefined;
}

/**
 * Ends what a channel still had to send, because it is disabled or deleted: a fallback takes each over,
 * or it is cancelled with the reason on record. Returns every notification that changed or was made.
 */
export async function withdrawPending(
  tx: StateTx,
  channelId: string,
  world: {
    readonly channels: ReadonlyMap<string, ChannelTable>;
    readonly now: number;
    readonly reason: string;
  },
): Promise<NotificationTable[]> {
  const changed: NotificationTable[] = [];
  for (const row of await pendingOf(tx, channelId)) {
    const taken = await handOver(tx, row, world);
    const ending = {
      state: taken === undefined ? ('cancelled' as const) : ('failed-over' as const),
      next_attempt_at: null,
      settled_at: world.now,
      last_error: world.reason,
      failed_over_to: taken?.takenBy ?? null,
    };
    await withdraw(tx, row.id, ending);
    changed.push({ ...row, ...ending });
    if (taken?.added !== undefined) changed.push(taken.added);
  }
  return changed;
}
