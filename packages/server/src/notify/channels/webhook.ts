import { z } from 'zod';
import type { ChannelKind, Dispatch } from '../types.ts';
import { signatureHeader } from '../signature.ts';
import { answeredOutcome, unansweredOutcome } from './http-outcome.ts';

const options = z.object({
  url: z.string().trim().min(1).max(2000).meta({
    title: 'URL',
    description: 'Where each message is posted as JSON.',
    placeholder: 'https://example.com/hooks/custos',
  }),
  secret: z.string().min(16, 'must have at least 16 characters').max(200).optional().meta({
    title: 'Signing secret',
    description: 'Signs every message, so that the receiver can tell it is from Custos.',
    secret: true,
  }),
  previousSecret: z.string().max(200).optional().meta({
    title: 'Previous signing secret',
    description: 'Signs too while receivers move to the new secret; remove it afterwards.',
    secret: true,
  }),
  authorization: z
    .string()
    .max(2000)
    .regex(/^[\x20-\x7e]*$/, 'must be plain ASCII text')
    .optional()
    .meta({
      title: 'Authorization header',
      description: 'Sent as it is.',
      placeholder: 'Bearer …',
      secret: true,
    }),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be a header name'),
      z
        .string()
        .max(1000)
        .regex(/^[\x20-\x7e]*$/, 'must be plain ASCII text'),
    )
    .refine((all) => Object.keys(all).length <= 20, 'must have at most 20 headers')
    .refine(
      (all) =>
        !Object.keys(all).some((name) =>
          /^(authorization|content-|host$|idempotency-key$|custos-)/i.test(name),
        ),
      'must not name Authorization, Host, Idempotency-Key, Content-… or Custos-…',
    )
    .default({})
    .meta({ title: 'Further headers', description: 'Shown to everyone who may see the channel.' }),
});

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** The body that receivers get; documented in docs/webhooks.md. The same at every attempt. */
function webhookBody({ message, ...dispatch }: Dispatch): string {
  const { startedAt, resolvedAt } = message;
  return JSON.stringify({
    version: 1,
    event: message.event,
    deliveryId: dispatch.notificationId,
    idempotencyKey: dispatch.idempotencyKey,
    step: dispatch.step,
    createdAt: iso(dispatch.createdAt),
    alert: {
      id: message.alertId,
      title: message.title,
      summary: message.summary,
      description: message.description,
      severity: message.severity,
      labels: message.labels,
      value: message.value,
      threshold: message.threshold,
      startedAt: iso(startedAt),
      resolvedAt: iso(resolvedAt),
      durationSeconds: resolvedAt === null ? null : Math.round((resolvedAt - startedAt) / 1000),
      probeId: message.probeId,
      service: message.serviceName,
      url: dispatch.url,
      acknowledgeUrl: dispatch.acknowledgeUrl,
    },
  });
}

/** Posts JSON to an address of the operator's choice. */
export const webhook: ChannelKind<typeof options> = {
  kind: 'webhook',
  title: 'Webhook',
  description: 'Posts each message as signed JSON to a URL.',
  options,
  secretFields: ['secret', 'previousSecret', 'authorization'],
  urlFields: ['url'],
  concurrency: 32,
  open: ({ url, headers, authorization, secret, previousSecret }, { outbound }) => ({
    async send(dispatch) {
      const body = webhookBody(dispatch);
      const secrets = [secret, previousSecret].filter(
        (each) => each !== undefined && each !== '',
      ) as string[];
      try {
        const response = await outbound.request({
          url,
          method: 'POST',
          body,
          headers: {
            ...headers,
            'content-type': 'application/json',
            'user-agent': 'Custos',
            'idempotency-key': dispatch.idempotencyKey,
            'custos-event': dispatch.message.event,
            ...(authorization === undefined ? {} : { authorization }),
            ...(secrets.length === 0
              ? {}
              : { 'custos-signature': signatureHeader(body, { secrets, now: dispatch.now }) }),
          },
          signal: dispatch.signal,
          purpose: 'notification by webhook',
        });
        const outcome = answeredOutcome(response, dispatch.now);
        return { ...outcome, providerId: response.headers['x-request-id'] ?? null };
      } catch (error) {
        return unansweredOutcome(error);
      }
    },
    close: () => undefined,
  }),
};
