import { expect, test } from 'vitest';
import { describeOnBothStores, freePort } from '../../../test/stores.ts';
import { createManualClock } from '../../base/clock.ts';
import { startMailServer, type MailServer } from '../test/smtp.ts';
import { channelOf, createWorld, firing, resolved, send } from '../test/world.ts';

const hour = 3_600_000;

describeOnBothStores('a mail server that is down', (open) => {
  test('for an hour: the start and the end arrive once it is back, in order, with every attempt on record', async () => {
    const clock = createManualClock();
    const begin = clock.now();
    const state = await open();
    const { notify } = await createWorld(state, { clock, limits: { leaseMs: 120_000 } });
    await notify.start();
    const port = await freePort();
    await notify.channels.create(
      channelOf('email', {
        host: '127.0.0.1',
        port,
        security: 'none',
        from: 'custos@example.com',
        to: ['oncall@example.com'],
      }),
    );
    await send(state, notify, [firing('alr_1'), resolved('alr_1')]);

    const mailsOf = async () =>
      (await notify.deliveries.list({ alertId: 'alr_1' }, { limit: 10 })).filter(
        ({ channelKind }) => channelKind === 'email',
      );
    const settled = async () => (await mailsOf()).every((mail) => mail.state === 'delivered');
    let server: MailServer | undefined;
    // Small steps, with real time in between for real sockets.
    for (let step = 0; step < 1000 && !(await settled()); step += 1) {
      if (clock.now() - begin >= hour) server ??= await startMailServer({}, port);
      await clock.advance(20_000);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }

    expect(clock.now() - begin).toBeGreaterThan(hour);
    expect(clock.now() - begin).toBeLessThan(1.25 * hour);
    expect(server?.mails.map(({ raw }) => /^Custos-Event: (\w+)/m.exec(raw)?.[1])).toEqual([
      'firing',
      'resolved',
    ]);
    const start = (await mailsOf()).find(({ event }) => event === 'firing');
    const { history } = await notify.deliveries.get(start?.id ?? '');
    expect(history.length).toBeGreaterThan(10);
    expect(history.length).toBe(start?.attempts);
    expect(history.slice(0, -1).every(({ outcome, error }) => outcome === 'retry' && error !== null)).toBe(
      true,
    );
    expect(history.at(-1)).toMatchObject({ outcome: 'delivered', answer: expect.stringMatching(/^250 /) });
    await notify.stop(1000);
    await server?.close();
  });
});
