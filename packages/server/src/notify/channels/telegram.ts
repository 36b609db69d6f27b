import { z } from 'zod';
import { escapeHtml } from '../templates/escape.ts';
import { factsOf, headline, shorten, writeLabels } from '../templates/facts.ts';
import type { ChannelKind, Dispatch, SendOutcome } from '../types.ts';
import { answeredOutcome, unansweredOutcome } from './http-outcome.ts';

const options = z.object({
  botToken: z
    .string()
    .trim()
    .regex(/^\d{3,20}:[A-Za-z0-9_-]{10,100}$/, 'must look like 123456789:AA…')
    .meta({
      title: 'Bot token',
      description: 'From @BotFather.',
      placeholder: '123456789:AA…',
      secret: true,
    }),
  chatId: z
    .string()
    .trim()
    .regex(/^(-?\d{1,20}|@[A-Za-z0-9_]{4,64})$/, 'must be a number or a public name such as @oncall')
    .meta({
      title: 'Chat',
      description: 'Number of the chat, or the public name of a channel.',
      placeholder: '-1001234567890',
    }),
  threadId: z
    .number()
    .int()
    .positive()
    .optional()
    .meta({ title: 'Topic', description: 'Number of the topic in a group that has topics.' }),
  apiUrl: z
    .string()
    .trim()
    .max(500)
    .default('https://api.telegram.org')
    .meta({ title: 'API address', description: 'Only for a Bot API server of your own.' }),
});

/** The reply of every Bot API method. */
const reply = z.object({
  ok: z.boolean(),
  description: z.string().optional(),
  result: z.object({ message_id: z.number() }).optional(),
  parameters: z.object({ retry_after: z.number().optional() }).optional(),
});

/**
 * The message in Telegram's HTML subset. A message holds 4,096 characters after entities are parsed, so
 * every part is cut before it is escaped.
 */
export function telegramText(dispatch: Dispatch): string {
  const { message, url, acknowledgeUrl } = dispatch;
  const part = (text: string, length: number) => escapeHtml(shorten(text, length));
  const lines = [`<b>${part(headline(dispatch), 300)}</b>`];
  if (message.summary !== '' && message.summary !== message.title) lines.push(part(message.summary, 600));
  if (message.description !== '') lines.push(part(message.description, 1500));
  lines.push(
    factsOf(dispatch)
      .map(({ name, value }) => `${name}: ${part(value, 120)}`)
      .join('\n'),
  );
  const labels = writeLabels(message.labels);
  if (labels !== '') lines.push(`<code>${part(labels, 600)}</code>`);
  const links = [`<a href="${escapeHtml(url)}">Open</a>`];
  if (acknowledgeUrl !== null) links.push(`<a href="${escapeHtml(acknowledgeUrl)}">Acknowledge</a>`);
  lines.push(links.join(' · '));
  return lines.join('\n\n');
}

function readReply(outcome: SendOutcome, body: Buffer): SendOutcome {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return outcome;
  }
  const parsed = reply.safeParse(json);
  if (!parsed.success) return outcome;
  const { result, parameters, description } = parsed.data;
  return {
    ...outcome,
    providerId: result === undefined ? null : String(result.message_id),
    error: outcome.error === null ? null : (description ?? outcome.error),
    retryAfterSeconds: outcome.retryAfterSeconds ?? parameters?.retry_after ?? null,
  };
}

/** Sends through a Telegram bot. */
export const telegram: ChannelKind<typeof options> = {
  kind: 'telegram',
  title: 'Telegram',
  description: 'Sends to a chat through a bot of yours.',
  options,
  secretFields: ['botToken'],
  urlFields: ['apiUrl'],
  // The Bot API takes about one message a second in a chat.
  concurrency: 2,
  open: ({ botToken, chatId, threadId, apiUrl }, { outbound }) => ({
    async send(dispatch) {
      try {
        const response = await outbound.request({
          url: `${apiUrl.replace(/\/+$/, '')}/bot${botToken}/sendMessage`,
          method: 'POST',
          body: JSON.stringify({
            chat_id: chatId,
            ...(threadId === undefined ? {} : { message_thread_id: threadId }),
            text: telegramText(dispatch),
            parse_mode: 'HTML',
            link_preview_options: { is_disabled: true },
          }),
          headers: { 'content-type': 'application/json', 'user-agent': 'Custos' },
          signal: dispatch.signal,
          purpose: 'notification by Telegram',
        });
        return readReply(answeredOutcome(response, dispatch.now), response.body);
      } catch (error) {
        return unansweredOutcome(error);
      }
    },
    close: () => undefined,
  }),
};
