import { z } from 'zod';
import { oneLine } from '../redact.ts';
import { factsOf, headline } from '../templates/facts.ts';
import type { ChannelKind } from '../types.ts';

const options = z.object({});

/** Writes one line to standard output. */
export const consoleChannel: ChannelKind<typeof options> = {
  kind: 'console',
  title: 'Console',
  description: 'Writes one line for each message to standard output.',
  options,
  secretFields: [],
  urlFields: [],
  concurrency: 64,
  open: (_options, { print }) => ({
    async send(dispatch) {
      const { message, url } = dispatch;
      const facts = factsOf(dispatch).map(
        ({ name, value }) => `${name.toLowerCase()}=${JSON.stringify(value)}`,
      );
      const words = message.summary === message.title ? '' : message.summary;
      print(
        oneLine([headline(dispatch), words, ...facts, url].filter((part) => part !== '').join(' '), 2000),
      );
      return {
        result: 'delivered',
        answer: 'written',
        providerId: null,
        error: null,
        retryAfterSeconds: null,
      };
    },
    close: () => undefined,
  }),
};
