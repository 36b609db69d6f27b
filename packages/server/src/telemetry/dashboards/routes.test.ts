import { expect, test } from 'vitest';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { dashboardRoutes } from './routes.ts';
import { createDashboards } from './service.ts';

describeOnBothStores('dashboards over HTTP', (open) => {
  test('are made, listed, changed once per version and deleted, on record', async () => {
    const server = await createTestServer();
    await server.app.register(dashboardRoutes(createDashboards({ state: await open(), clock: systemClock })));
    const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path = '', body?: object) => {
      const response = await server.app.inject({
        method,
        url: `/api/v1/dashboards${path}`,
        headers: { authorization: 'Bearer admin' },
        ...(body && { payload: body }),
      });
      return {
        status: response.statusCode,
        body: response.json<Record<string, unknown> & { items: Record<string, unknown>[] }>(),
      };
    };
    try {
      const made = await call('POST', '', { name: ' Shop ' });
      expect(made).toMatchObject({
        status: 201,
        body: { name: 'Shop', shared: true, own: true, panels: [] },
      });
      const path = `/${String(made.body['id'])}`;
      expect((await call('GET')).body.items).toHaveLength(5);
      const change = { name: 'Shop', description: 'orders', basedOn: made.body['updatedAt'] };
      expect(await call('PUT', path, change)).toMatchObject({
        status: 200,
        body: { description: 'orders' },
      });
      expect(await call('PUT', path, change)).toMatchObject({ status: 409, body: { code: 'conflict' } });
      expect(await call('PUT', '/host', { name: 'Mine' })).toMatchObject({
        status: 409,
        body: { code: 'conflict' },
      });
      expect(await call('POST', '', { name: 'Bad', panels: [{ id: 'a' }] })).toMatchObject({
        status: 422,
        body: { code: 'invalid_input' },
      });
      expect(await call('DELETE', path)).toMatchObject({ status: 200, body: { ok: true } });
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
      const done = server.audited.filter(({ outcome }) => outcome === 'succeeded');
      expect(done.map(({ action }) => action)).toEqual([
        'dashboard.create',
        'dashboard.update',
        'dashboard.delete',
      ]);
    } finally {
      await server.stop();
    }
  });
});
