import { z } from 'zod';
import type { ChannelKind } from '../types.ts';

const options = z.object({});

/**
 * Shows messages in the dashboard. There is nobody to call: the record of the notification is the list
 * that the dashboard shows, and the live `delivery` event of every settled notification is its bell.
 */
export const dashboard: ChannelKind<typeof options> = {
  kind: 'dashboard',
  title: 'Dashboard',
  description: 'Shows messages in the dashboard, live.',
  options,
  secretFields: [],
  urlFields: [],
  concurrency: 64,
  open: () => ({
    async send() {
      return { result: 'delivered', answer: 'shown', providerId: null, error: null, retryAfterSeconds: null };
    },
    close: () => undefined,
  }),
};
