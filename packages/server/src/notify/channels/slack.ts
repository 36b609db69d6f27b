import { z } from 'zod';
import { factsOf, headline, shorten, writeLabels } from '../templates/facts.ts';
import type { ChannelKind, Dispatch } from '../types.ts';
import { answeredOutcome, unansweredOutcome } from './http-outcome.ts';

const options = z.object({
  webhookUrl: z.string().trim().min(1).max(2000).meta({
    title: 'Incoming webhook URL',
    description: 'From the Slack app’s page “Incoming Webhooks”. Whoever has it can post.',
    placeholder: 'https://hooks.slack.com/services/…',
    secret: true,
  }),
});

/** Slack's own escaping of control characters in text objects: these three and no others. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const marks = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵', info: '⚪' } as const;

/**
 * Block Kit of one message. The limits are Slack's: 150 characters in a header, 3,000 in a section text,
 * ten fields of 2,000. Texts are cut before they are escaped, so an escape is never torn.
 */
export function slackBody(dispatch: Dispatch): string {
  const { message, url, acknowledgeUrl } = dispatch;
  const mark = message.event === 'resolved' ? '🟢' : marks[message.severity];
  const words = [message.summary === message.title ? '' : message.summary, message.description]
    .filter((text) => text !== '')
    .join('\n');
  const labels = writeLabels(message.labels);
  const blocks: object[] = [
    {
      type: 'header',
      text: { type: 'plain_text', text: shorten(`${mark} ${headline(dispatch)}`, 150), emoji: true },
    },
  ];
  const text = (value: string, length: number) => escapeSlack(shorten(value, length));
  if (words !== '') blocks.push({ type: 'section', text: { type: 'mrkdwn', text: text(words, 2000) } });
  blocks.push({
    type: 'section',
    fields: factsOf(dispatch)
      .slice(0, 10)
      .map(({ name, value }) => ({ type: 'mrkdwn', text: `*${name}*\n${text(value, 300)}` })),
  });
  if (labels !== '') {
    blocks.push({
      type: 'context',
      elements: [{ type: 'plain_text', text: shorten(labels, 1000), emoji: false }],
    });
  }
  const button = (name: string, target: string) => ({
    type: 'button',
    text: { type: 'plain_text', text: name },
    url: target,
  });
  blocks.push({
    type: 'actions',
    elements: [
      button('Open', url),
      ...(acknowledgeUrl === null ? [] : [button('Acknowledge', acknowledgeUrl)]),
    ],
  });
  return JSON.stringify({ text: text(`${headline(dispatch)} ${message.summary}`.trim(), 1000), blocks });
}

/** Posts to a Slack channel through an incoming webhook. */
export const slack: ChannelKind<typeof options> = {
  kind: 'slack',
  title: 'Slack',
  description: 'Posts to a Slack channel through an incoming webhook.',
  options,
  secretFields: ['webhookUrl'],
  urlFields: ['webhookUrl'],
  // Slack takes about one message a second from a webhook and answers 429 beyond that.
  concurrency: 2,
  open: ({ webhookUrl }, { outbound }) => ({
    async send(dispatch) {
      try {
        const response = await outbound.request({
          url: webhookUrl,
          method: 'POST',
          body: slackBody(dispatch),
          headers: { 'content-type': 'application/json', 'user-agent': 'Custos' },
          signal: dispatch.signal,
          purpose: 'notification by Slack',
        });
        return answeredOutcome(response, dispatch.now);
      } catch (error) {
        return unansweredOutcome(error);
      }
    },
    close: () => undefined,
  }),
};
