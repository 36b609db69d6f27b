import type { ChannelKindName, KindDescription } from '@custos/contract';
import { z } from 'zod';
import { consoleChannel } from './channels/console.ts';
import { dashboard } from './channels/dashboard.ts';
import { email } from './channels/email.ts';
import { log } from './channels/log.ts';
import { slack } from './channels/slack.ts';
import { telegram } from './channels/telegram.ts';
import { webhook } from './channels/webhook.ts';
import type { AnyChannelKind, ChannelKind } from './types.ts';

/** Forgets the type of a kind's options; what reaches `open` has passed the kind's own schema. */
function any<Schema extends z.ZodObject>(kind: ChannelKind<Schema>): AnyChannelKind {
  return kind as unknown as AnyChannelKind;
}

/** Every kind of channel, in the order in which the dashboard offers them. */
export const channelKinds: Readonly<Record<ChannelKindName, AnyChannelKind>> = {
  email: any(email),
  webhook: any(webhook),
  slack: any(slack),
  telegram: any(telegram),
  dashboard: any(dashboard),
  console: any(consoleChannel),
  log: any(log),
};

/** The kinds as forms need them. Built once per call; the schemas carry titles, hints and `secret`. */
export function describeKinds(): KindDescription[] {
  return Object.values(channelKinds).map(({ kind, title, description, options }) => ({
    kind,
    title,
    description,
    schema: z.toJSONSchema(options, { io: 'input' }) as Record<string, unknown>,
  }));
}
