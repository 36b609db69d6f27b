import { severities, type Severity } from '@custos/contract';
import { newId } from '../../base/ids.ts';
import { idempotencyKey } from '../idempotency.ts';
import type { ChannelTable, NotificationTable } from '../tables.ts';
import type { NotificationRequest } from '../types.ts';

/** True when `severity` is at least as severe as `minimum`. */
function reaches(severity: Severity, minimum: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(minimum);
}

/**
 * Chooses the channels for a request: those that it names, or the default ones, less those that are
 * disabled or do not take such a message. When every channel that it names has been deleted, the default
 * ones stand in, because a page to nobody is a lost page.
 */
export function channelsFor(
  { channelIds, message }: NotificationRequest,
  channels: ReadonlyMap<string, ChannelTable>,
): ChannelTable[] {
  const named = [...new Set(channelIds)].flatMap((id) => channels.get(id) ?? []);
  const wanted =
    named.length > 0 ? named : [...channels.values()].filter((channel) => channel.is_default === 1);
  return wanted.filter(
    (channel) =>
      channel.enabled === 1 &&
      reaches(message.severity, channel.minimum_severity) &&
      (message.event !== 'resolved' || channel.send_resolved === 1),
  );
}

/** A new notification, due at once. Its place among those of its alert is given by the store. */
export function notificationRow(
  { alertId, step, message }: Pick<NotificationRequest, 'alertId' | 'step' | 'message'>,
  { channel, now }: { readonly channel: ChannelTable; readonly now: number },
): NotificationTable {
  return {
    id: newId('ntf', now),
    idempotency_key: idempotencyKey({ alertId, step, channelId: channel.id }),
    alert_id: alertId,
    step,
    channel_id: channel.id,
    channel_name: channel.name,
    channel_kind: channel.kind,
    event: message.event,
    severity: message.severity,
    title: message.title,
    message: JSON.stringify(message),
    position: 0,
    state: 'pending',
    attempts: 0,
    first_attempt_at: null,
    next_attempt_at: now,
    lease_owner: null,
    lease_until: 0,
    fence: 0,
    progress: null,
    fallback_of: null,
    failed_over_to: null,
    created_at: now,
    settled_at: null,
    latency_ms: null,
    last_error: null,
  };
}
