import { z } from 'zod';
import { severityName } from './alerting.ts';
import { id, name, origin, time } from './common.ts';
import { personalByShape } from './personal-data.ts';

export const channelKindName = z.enum([
  'email',
  'webhook',
  'slack',
  'telegram',
  'console',
  'log',
  'dashboard',
]);
export type ChannelKindName = z.infer<typeof channelKindName>;

const channelFields = {
  name,
  kind: channelKindName,
  /** Options of the kind; secrets are write-only and come back as `{ "secret": true }`. */
  options: z.record(z.string(), z.unknown()).default({}),
  enabled: z.boolean().default(true),
  /** Used by every rule and probe that names no channel. */
  isDefault: z.boolean().default(true),
  /** Takes only alerts at least this severe. */
  minimumSeverity: severityName.default('info'),
  sendResolved: z.boolean().default(true),
  /** Takes over when this one gives up. */
  fallbackChannelId: id.nullable().default(null),
};
export const channelInput = z.object(channelFields);
export type ChannelInput = z.output<typeof channelInput>;
export const channelPatch = z
  .object({
    name,
    options: z.record(z.string(), z.unknown()),
    enabled: z.boolean(),
    isDefault: z.boolean(),
    minimumSeverity: severityName,
    sendResolved: z.boolean(),
    fallbackChannelId: id.nullable(),
  })
  .partial();
export type ChannelPatch = z.output<typeof channelPatch>;
export const channel = z.object({
  id,
  name: z.string(),
  kind: channelKindName,
  options: z.record(z.string(), z.unknown()),
  enabled: z.boolean(),
  isDefault: z.boolean(),
  minimumSeverity: severityName,
  sendResolved: z.boolean(),
  fallbackChannelId: id.nullable(),
  origin,
  createdAt: time,
  updatedAt: time,
  lastDeliveredAt: time.nullable(),
  lastError: z.string().nullable(),
});
export type ChannelView = z.infer<typeof channel>;

/** Tries a channel that is not saved; secrets left out are taken from `channelId`. */
export const channelTryRequest = z.object({
  kind: channelKindName,
  options: z.record(z.string(), z.unknown()).default({}),
  channelId: id.optional(),
});

/** `failed-over`: gave up, and the fallback channel took it. */
export const deliveryState = z.enum(['pending', 'delivered', 'failed', 'failed-over', 'cancelled']);
export type DeliveryState = z.infer<typeof deliveryState>;

/** The words of providers, who name recipients; whoever sets channels up has to know which. */
const answered = personalByShape({ alsoFor: 'channel.edit' });
const told = personalByShape({ alsoFor: 'alert.acknowledge' });

export const deliveryAttempt = z.object({
  number: z.number().int(),
  at: time,
  outcome: z.enum(['delivered', 'retry', 'failed', 'unknown']),
  latencyMs: z.number(),
  /** What the provider answered: `250 2.0.0 Ok: queued as 4F1`, `200`, `429 Retry-After: 30`. */
  answer: answered(z.string()),
  /** The provider's own id of the message, if it gave one. */
  providerId: z.string().nullable(),
  error: answered(z.string().nullable()),
});
export type DeliveryAttemptView = z.infer<typeof deliveryAttempt>;

export const delivery = z.object({
  id,
  alertId: id.nullable(),
  /** `firing`, `resolved` or `test`. */
  event: z.enum(['firing', 'resolved', 'test']),
  /** Unique per (alert, step, channel); sent to receivers as the idempotency key. */
  idempotencyKey: z.string(),
  step: z.string(),
  channelId: id.nullable(),
  channelName: z.string(),
  channelKind: channelKindName,
  title: told(z.string()),
  severity: severityName.nullable(),
  state: deliveryState,
  attempts: z.number().int(),
  createdAt: time,
  settledAt: time.nullable(),
  nextAttemptAt: time.nullable(),
  lastError: answered(z.string().nullable()),
  /** From the alert's state change to the provider's yes. */
  latencyMs: z.number().nullable(),
});
export type DeliveryView = z.infer<typeof delivery>;
export const deliveryDetail = delivery.extend({ history: z.array(deliveryAttempt) });
export const deliveryListQuery = z.object({
  state: deliveryState.optional(),
  channelId: id.optional(),
  alertId: id.optional(),
});
/** Counts over the last 24 hours. */
export const deliveryCounts = z.object({
  delivered: z.number(),
  failed: z.number(),
  pending: z.number(),
  p50LatencyMs: z.number().nullable(),
});

/** The outcome of a "Send test". */
export const channelTestResult = z.object({
  delivered: z.boolean(),
  answer: z.string(),
  error: z.string().nullable(),
  latencyMs: z.number(),
});
