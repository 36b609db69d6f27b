import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import { describeOnBothStores } from '../../test/stores.ts';
import { notifyRoutes } from './routes.ts';
import { createWorld, firing, send, startReceiver, until } from './test/world.ts';

describeOnBothStores('routes of channels and deliveries', (open) => {
  test('a channel is made, tested, changed and deleted over HTTP, audited without its secrets', async () => {
    const state = await open();
    const { notify } = await createWorld(state);
    await notify.start();
    const receiver = await startReceiver();
    const server = await createTestServer();
    await server.app.register(notifyRoutes(notify));
    const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
      const response = await server.app.inject({
        method,
        url: `/api/v1${url}`,
        headers: { authorization: 'Bearer bot' },
        ...(payload === undefined ? {} : { payload }),
      });
      return { status: response.statusCode, body: response.json() };
    };

    const kinds = await call('GET', '/channel-kinds');
    expect(kinds.body.items).toHaveLength(7);
    const secret = 'a-secret-of-some-length';
    const input = { name: 'hook', kind: 'webhook', options: { url: receiver.url, secret } };
    const tried = await call('POST', '/channels/try', { kind: 'webhook', options: input.options });
    expect(tried.body).toMatchObject({ delivered: true, answer: '200 ok' });
    const made = await call('POST', '/channels', input);
    expect(made).toMatchObject({
      status: 200,
      body: { name: 'hook', options: { secret: { secret: true } } },
    });
    const path = `/channels/${made.body.id}`;
    expect((await call('POST', `${path}/test`)).body).toMatchObject({ delivered: true });
    expect((await call('PATCH', path, { options: { secret: 'another-secret-of-length' } })).status).toBe(200);
    const wrong = await call('PATCH', path, { fallbackChannelId: made.body.id });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ field: 'fallbackChannelId' }] } });

    await send(state, notify, [firing('alr_1'), firing('alr_2'), firing('alr_3')]);
    await until(async () => (await notify.deliveries.counts()).delivered === 6);
    const first = await call('GET', '/deliveries?limit=4&state=delivered');
    const second = await call('GET', `/deliveries?limit=4&state=delivered&cursor=${first.body.nextCursor}`);
    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(7);
    expect(second.body.nextCursor).toBeNull();
    expect((await call('GET', '/deliveries?cursor=nonsense')).status).toBe(422);
    const detail = await call('GET', `/deliveries/${ids[0]}`);
    expect(detail.body.history).toHaveLength(1);
    expect((await call('POST', `/deliveries/${ids[0]}/retry`)).status).toBe(409);
    expect((await call('GET', '/deliveries/counts')).body).toMatchObject({
      delivered: 6,
      failed: 0,
      pending: 0,
    });

    expect((await call('DELETE', path)).body).toEqual({ ok: true });
    expect((await call('GET', path)).status).toBe(404);
    const actions = server.audited
      .filter(({ outcome }) => outcome === 'succeeded')
      .map(({ action }) => action);
    expect(actions).toEqual([
      'channel.try',
      'channel.create',
      'channel.test',
      'channel.update',
      'channel.delete',
    ]);
    expect(JSON.stringify(server.audited)).not.toContain('secret-of');
    await notify.stop(1000);
    await server.app.close();
    await receiver.close();
  });

  test('without the permission nothing is shown and nothing is done', async () => {
    const { notify } = await createWorld(await open());
    const server = await createTestServer();
    await server.app.register(notifyRoutes(notify));
    const status = async (token: string, method: 'GET' | 'POST', url: string) =>
      (
        await server.app.inject({
          method,
          url: `/api/v1${url}`,
          headers: { authorization: `Bearer ${token}` },
          ...(method === 'POST' ? { payload: { name: 'n', kind: 'log' } } : {}),
        })
      ).statusCode;
    expect(await status('eve=alert.read', 'GET', '/channels')).toBe(403);
    expect(await status('eve=channel.read', 'GET', '/channels')).toBe(200);
    expect(await status('eve=channel.read', 'POST', '/channels')).toBe(403);
    expect(await status('eve=channel.read', 'GET', '/deliveries')).toBe(403);
    expect(await notify.channels.list()).toEqual([]);
    await server.app.close();
  });
});
