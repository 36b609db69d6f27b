import { unavailable } from '../base/errors.ts';
import type { Secrets } from '../storage/secrets/types.ts';
import type { State } from '../storage/state/state.ts';
import { addressOf, transportTo } from './channels/email.ts';
import { emailOptions } from './channels/email-options.ts';
import { fullOptions } from './outbox/opened.ts';
import { loadChannels } from './store.ts';
import type { ChannelPorts } from './types.ts';

/** A mail to one person about their own account. It may hold a secret, so it is not kept as a delivery. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Letters {
  /**
   * Sends through the first e-mail channel, by name, that is switched on. Resolves when its server has taken
   * the mail; raises `mail_unavailable` (503) when there is no such channel or its server does not take it.
   */
  send(letter: Letter): Promise<void>;
}

const timeoutMs = 20_000;

/** Creates what sends mails to single persons, through the server of an e-mail channel. */
export function createLetters(parts: {
  readonly state: State;
  readonly secrets: Secrets;
  readonly ports: ChannelPorts;
}): Letters {
  const { state, secrets, ports } = parts;
  return {
    async send({ to, subject, text }) {
      const channels = [...(await loadChannels(state.read)).values()];
      const channel = channels.find((row) => row.kind === 'email' && row.enabled === 1);
      if (channel === undefined) {
        throw unavailable(
          'mail_unavailable',
          'There is no e-mail channel to send it through. Add one under Channels.',
        );
      }
      const options = emailOptions.parse(await fullOptions(channel, secrets));
      const transport = transportTo(options, ports);
      try {
        await transport.sendMail({
          from: options.from,
          to,
          envelope: { from: addressOf(options.from), to: [to] },
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(timeoutMs),
        });
      } catch (error) {
        throw unavailable('mail_unavailable', 'The mail server did not take the message.', error);
      } finally {
        transport.close();
      }
    },
  };
}
