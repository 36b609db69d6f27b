import { expect, test } from 'vitest';
import { canariesIn } from '../../../test/canaries.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { channelOf, createWorld, firing, message, send, startReceiver, until } from '../test/world.ts';
import { startMailServer } from '../test/smtp.ts';

/** What a probed database or shop may well put into its errors. */
const canaries = ['quetzalcanary@example.com', '198.51.100.77', '+442079460958'];
const [email, address, phone] = canaries as [string, string, string];

describeOnBothStores('personal data in notifications', (open) => {
  test('leaves by no channel, whichever text of the message it is in', async () => {
    const state = await open();
    const world = await createWorld(state);
    const hook = await startReceiver();
    const slack = await startReceiver();
    const smtp = await startMailServer();
    try {
      await world.notify.start();
      const { channels } = world.notify;
      await channels.create(channelOf('webhook', { url: hook.url }));
      await channels.create(channelOf('slack', { webhookUrl: slack.url }));
      await channels.create(
        channelOf('email', {
          host: '127.0.0.1',
          port: smtp.port,
          security: 'none',
          from: 'custos@example.org',
          to: ['ops@example.org'],
        }),
      );
      await channels.create(channelOf('console', {}));
      const told = message({
        alertId: 'alr_1',
        title: `role ${email} does not exist`,
        summary: `refused for ${email} from ${address}`,
        description: `FATAL: ${email} (${phone}) from ${address}, 10.0.0.5:5432 answered`,
        labels: { customer: email, [email]: 'by name', peer: address },
        serviceName: `Desk ${phone}`,
      });
      await send(state, world.notify, [firing('alr_1', { message: told })]);
      await until(() => hook.received.length === 1 && slack.received.length === 1 && smtp.mails.length === 1);
      await until(() => world.printed.length > 0);
      const gone = {
        webhook: hook.received[0]?.body,
        slack: slack.received[0]?.body,
        // Quoted-printable would tear a word apart at the end of a line.
        mail: smtp.mails
          .map(({ raw }) => raw)
          .join('')
          .replaceAll(/=\r?\n/g, ''),
        console: world.printed.join('\n'),
      };
      for (const [name, text] of Object.entries(gone)) {
        expect(text, name).toContain('q***@example.com');
        expect(canariesIn(name, Buffer.from(text ?? ''), canaries)).toEqual([]);
      }
      // Machines of one's own are found by their address.
      expect(gone.webhook).toContain('10.0.0.5:5432');
    } finally {
      await world.notify.stop(1000);
      await Promise.all([hook.close(), slack.close(), smtp.close()]);
    }
  });
});
