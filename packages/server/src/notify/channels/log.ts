import { z } from 'zod';
import { headline } from '../templates/facts.ts';
import type { ChannelKind } from '../types.ts';

const options = z.object({
  level: z
    .enum(['info', 'warn', 'error'])
    .default('warn')
    .meta({ title: 'Level', description: 'Level of the lines; messages that something is over are info.' }),
});

/** Writes a structured line to the log of Custos, for whatever collects that. */
export const log: ChannelKind<typeof options> = {
  kind: 'log',
  title: 'Log',
  description: 'Writes a structured line to the log of Custos.',
  options,
  secretFields: [],
  urlFields: [],
  concurrency: 64,
  open: ({ level }, { log: logger }) => ({
    async send(dispatch) {
      const { message, idempotencyKey, step, url } = dispatch;
      const fields = {
        event: message.event,
        alertId: message.alertId,
        step,
        severity: message.severity,
        summary: message.summary,
        labels: message.labels,
        value: message.value,
        threshold: message.threshold,
        idempotencyKey,
        url,
      };
      logger[message.event === 'firing' ? level : 'info'](fields, headline(dispatch));
      return {
        result: 'delivered',
        answer: 'logged',
        providerId: null,
        error: null,
        retryAfterSeconds: null,
      };
    },
    close: () => undefined,
  }),
};
