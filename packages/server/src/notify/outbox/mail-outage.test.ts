import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { startMailServer } from '../test/smtp.ts';
import { channelOf, createWorld, firing, resolved, send, startReceiver } from '../test/world.ts';

describeOnBothStores('a mail server that is away', (open) => {
  test('for an hour: the mails arrive when it is back, the end after the beginning, with every attempt on record', async () => {
    const clock = createManualClock();
    const state = await open();
    const { notify } = await createWorld(state, { clock, limits: { leaseMs: 120_000 } });
    const first = await startMailServer();
    await first.close();
    const channel = await notify.channels.create(
      channelOf('email', {
        host: '127.0.0.1',
        port: first.port,
        security: 'none',
        from: 'c@example.com',
        to: ['o@example.com'],
      }),
    );
    await notify.start();
    await send(state, notify, [firing('alr_1', { channelIds: [channel.id] })]);
    await send(state, notify, [resolved('alr_1', { channelIds: [channel.id] })]);
    const pass = async (check: () => boolean | Promise<boolean>) => {
      for (let step = 0; step < 2000 && !(await check()); step += 1) {
        await clock.advance(5000);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const begin = clock.now();
    await pass(() => clock.now() - begin >= 3_600_000);
    expect((await notify.deliveryByAlert(['alr_1'])).get('alr_1')).toBe('pending');
    expect((await notify.channels.get(channel.id)).lastError).toContain('ECONNREFUSED');

    const back = await startMailServer({}, first.port);
    await pass(async () => (await notify.deliveryByAlert(['alr_1'])).get('alr_1') === 'delivered');
    expect(clock.now() - begin).toBeLessThan(4_500_000);
    expect(back.mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1]?.trim())).toEqual([
      '[FIRING] shop is down',
      '[RESOLVED] shop is down',
    ]);
    const rows = await notify.deliveries.list({ alertId: 'alr_1' }, { limit: 5 });
    const row = rows.find(({ event }) => event === 'firing');
    const { history } = await notify.deliveries.get(row?.id ?? '');
    expect(history.length).toBeGreaterThan(10);
    expect(history.at(-1)).toMatchObject({
      outcome: 'delivered',
      answer: expect.stringContaining('queued as Q1'),
    });
    expect(history.slice(0, -1).every(({ outcome }) => outcome === 'retry')).toBe(true);
    await notify.stop(1000);
    await back.close();
  });

  test('for good: the fallback has the page, and both are on record', async () => {
    const clock = createManualClock();
    const state = await open();
    const { notify } = await createWorld(state, { clock, limits: { leaseMs: 120_000 } });
    const gone = await startMailServer();
    await gone.close();
    const receiver = await startReceiver();
    const hook = await notify.channels.create(
      channelOf('webhook', { url: receiver.url }, { isDefault: false }),
    );
    const mail = await notify.channels.create(
      channelOf(
        'email',
        {
          host: '127.0.0.1',
          port: gone.port,
          security: 'none',
          from: 'c@example.com',
          to: ['o@example.com'],
        },
        { fallbackChannelId: hook.id },
      ),
    );
    await notify.start();
    await send(state, notify, [firing('alr_1', { channelIds: [mail.id] })]);
    for (let step = 0; step < 2000 && receiver.received.length === 0; step += 1) {
      await clock.advance(10_000);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (let step = 0; step < 100; step += 1) {
      if ((await notify.deliveryByAlert(['alr_1'])).get('alr_1') === 'delivered') break;
      await clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const rows = await notify.deliveries.list({ alertId: 'alr_1' }, { limit: 5 });
    const byKind = Object.fromEntries(rows.map((row) => [row.channelKind, row.state]));
    expect(byKind).toEqual({ email: 'failed-over', webhook: 'delivered' });
    await notify.stop(1000);
    await receiver.close();
  });
});
