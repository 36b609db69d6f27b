import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { startMailServer } from './test/smtp.ts';
import { channelOf, createWorld } from './test/world.ts';

const letter = { to: 'grace@example.com', subject: 'Your invitation', text: 'Come in: https://x/#token=s3' };

describeOnBothStores('a letter to one person', (open) => {
  test('goes to that person alone, through the server of an e-mail channel, and is no delivery', async () => {
    const { notify } = await createWorld(await open());
    const server = await startMailServer();
    await notify.channels.create(
      channelOf('email', {
        host: '127.0.0.1',
        port: server.port,
        security: 'none',
        from: 'Custos <custos@example.com>',
        to: ['oncall@example.com'],
      }),
    );
    await notify.letters.send(letter);
    expect(server.mails).toMatchObject([{ from: 'custos@example.com', to: ['grace@example.com'] }]);
    expect(server.mails[0]?.raw).toContain('Come in: https://x/#token=s3');
    expect(await notify.deliveries.list({}, { limit: 10 })).toEqual([]);
    await server.close();
    await expect(notify.letters.send(letter)).rejects.toMatchObject({
      code: 'mail_unavailable',
      status: 503,
    });
  });

  test('without an e-mail channel it is refused in words', async () => {
    const { notify } = await createWorld(await open());
    await expect(notify.letters.send(letter)).rejects.toMatchObject({
      code: 'mail_unavailable',
      message: expect.stringContaining('Channels'),
    });
  });
});
