import type { ChannelKindName, DeliveryState, Origin, Severity } from '@custos/contract';

/** Options hold marks in the place of secrets; the secrets are in the sealed store, under `channel/<id>`. */
export type ChannelTable = {
  id: string;
  name: string;
  kind: ChannelKindName;
  options: string;
  enabled: number;
  is_default: number;
  minimum_severity: Severity;
  send_resolved: number;
  fallback_channel_id: string | null;
  origin: Origin;
  /** Raised by every change, so that nodes notice that what they hold open is old. */
  version: number;
  created_at: number;
  updated_at: number;
  last_delivered_at: number | null;
  last_error: string | null;
};

export type NotificationTable = {
  id: string;
  idempotency_key: string;
  alert_id: string | null;
  step: string;
  channel_id: string;
  /** Name and kind as they were, so that the record outlives the channel. */
  channel_name: string;
  channel_kind: ChannelKindName;
  event: 'firing' | 'resolved' | 'test';
  severity: Severity;
  title: string;
  message: string;
  /** Order among the notifications of one alert on one channel. */
  position: number;
  state: DeliveryState;
  attempts: number;
  first_attempt_at: number | null;
  next_attempt_at: number | null;
  lease_owner: string | null;
  lease_until: number;
  fence: number;
  progress: string | null;
  fallback_of: string | null;
  failed_over_to: string | null;
  created_at: number;
  settled_at: number | null;
  latency_ms: number | null;
  last_error: string | null;
};

export type AttemptTable = {
  notification_id: string;
  number: number;
  node: string;
  at: number;
  /** `started` until the answer is on record; found later, it means that the sender died in between. */
  outcome: 'started' | 'delivered' | 'retry' | 'failed' | 'unknown';
  latency_ms: number;
  answer: string;
  provider_id: string | null;
  error: string | null;
};

export type NotifyTables = {
  channel: ChannelTable;
  notification: NotificationTable;
  notification_attempt: AttemptTable;
};
