import type { ChannelView, DeliveryAttemptView, DeliveryView } from '@custos/contract';
import { showOptions, type Values } from './options.ts';
import type { AttemptTable, ChannelTable, NotificationTable } from './tables.ts';

/** A delivery as the API and the live stream show it. `channelId` is null once the channel is deleted. */
export function deliveryView(row: NotificationTable, channelExists = true): DeliveryView {
  return {
    id: row.id,
    alertId: row.alert_id,
    event: row.event,
    idempotencyKey: row.idempotency_key,
    step: row.step,
    channelId: channelExists ? row.channel_id : null,
    channelName: row.channel_name,
    channelKind: row.channel_kind,
    title: row.title,
    severity: row.severity,
    state: row.state,
    attempts: row.attempts,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    nextAttemptAt: row.state === 'pending' ? row.next_attempt_at : null,
    lastError: row.last_error,
    latencyMs: row.latency_ms,
  };
}

/** An attempt without an answer on record is shown as unknown, whether it is under way or its sender died. */
export function attemptView(row: AttemptTable): DeliveryAttemptView {
  return {
    number: row.number,
    at: row.at,
    outcome: row.outcome === 'started' ? 'unknown' : row.outcome,
    latencyMs: row.latency_ms,
    answer: row.answer,
    providerId: row.provider_id,
    error: row.outcome === 'started' ? 'No answer is on record yet.' : row.error,
  };
}

export function storedOptions(row: ChannelTable): Values {
  return JSON.parse(row.options) as Values;
}

/** A channel as the API shows it, without secrets. */
export function channelView(row: ChannelTable): ChannelView {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    options: showOptions(storedOptions(row)),
    enabled: row.enabled === 1,
    isDefault: row.is_default === 1,
    minimumSeverity: row.minimum_severity,
    sendResolved: row.send_resolved === 1,
    fallbackChannelId: row.fallback_channel_id,
    origin: row.origin,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastDeliveredAt: row.last_delivered_at,
    lastError: row.last_error,
  };
}
