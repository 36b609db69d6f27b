import { expect, test } from 'vitest';
import { openTestAudit } from '../../../test/audit.ts';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { createHolds } from './holds.ts';
import { holdRoutes } from './routes.ts';

const url = '/api/v1/audit/holds';

describeOnBothStores('legal holds over HTTP', (open) => {
  async function served() {
    const state = await open();
    const { audit, ledger, leafLog } = await openTestAudit(state);
    const holds = createHolds({
      state,
      clock: systemClock,
      record: audit.recorder.record,
      logs: () => ledger.names(),
    });
    const server = await createTestServer();
    await server.app.register(holdRoutes({ holds }));
    const call = (method: 'GET' | 'POST', path: string, options: { payload?: object; token?: string } = {}) =>
      server.app.inject({
        method,
        url: path,
        headers: { authorization: `Bearer ${options.token ?? 'ada'}` },
        ...(options.payload === undefined ? {} : { payload: options.payload }),
      });
    return { audit, server, call, leafLog };
  }

  test('a hold is placed, listed and released, and each is on record', async () => {
    const { audit, server, call, leafLog } = await served();
    const payload = {
      logs: ['security'],
      from: '2026-01-01T00:00:00Z',
      to: null,
      reason: 'case 12',
    };
    const placed = await call('POST', url, { payload });
    expect(placed.statusCode).toBe(200);
    const { id } = placed.json<{ id: string }>();
    const hold = {
      id,
      logs: ['security'],
      from: '2026-01-01T00:00:00.000Z',
      to: null,
      reason: 'case 12',
      placedBy: 'ada',
      placedAt: expect.stringMatching(/Z$/),
      releasedBy: null,
      releasedAt: null,
    };
    expect((await call('GET', url)).json()).toEqual({ items: [hold], nextCursor: null });
    const release = { payload: { reason: 'case 12 is closed' }, token: 'grace' };
    const released = { ...hold, releasedBy: 'grace', releasedAt: expect.stringMatching(/Z$/) };
    expect((await call('POST', `${url}/${id}/release`, release)).json()).toEqual(released);
    expect((await call('GET', url)).json()).toEqual({ items: [released], nextCursor: null });
    const again = await call('POST', `${url}/${id}/release`, release);
    expect(again.json()).toMatchObject({ status: 409, code: 'conflict' });

    await leafLog.settle();
    const { items } = await audit.reading.search({ party: id }, { cursor: undefined, limit: 5 });
    expect(items.map(({ action, actor }) => `${action} ${actor.id}`).toSorted()).toEqual([
      'legal-hold.place ada',
      'legal-hold.release grace',
    ]);
    expect(server.audited.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'legal-hold.place attempted',
      'legal-hold.place succeeded',
      'legal-hold.release attempted',
      'legal-hold.release succeeded',
      'legal-hold.release attempted',
      'legal-hold.release failed',
    ]);
    expect(server.audited[1]?.target).toEqual({ type: 'legal-hold', id });
  });

  test('faults are named, and only who manages holds may change them', async () => {
    const { call } = await served();
    const faulty = async (change: object) => {
      const answer = await call('POST', url, { payload: { reason: 'case 12', ...change } });
      return answer.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field);
    };
    expect(await faulty({ logs: ['nowhere'] })).toEqual(['logs']);
    expect(await faulty({ reason: 'x' })).toEqual(['reason']);
    expect(await faulty({ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })).toEqual(['to']);
    const unknown = await call('POST', `${url}/hold_none/release`, { payload: { reason: 'case 12' } });
    expect(unknown.statusCode).toBe(404);
    const token = 'ada=audit.read';
    expect((await call('GET', url, { token })).statusCode).toBe(200);
    expect((await call('POST', url, { payload: { reason: 'case 12' }, token })).statusCode).toBe(403);
    expect((await call('POST', `${url}/x/release`, { payload: { reason: 'case' }, token })).statusCode).toBe(
      403,
    );
    expect((await call('GET', url, { token: 'ada=hold.manage' })).statusCode).toBe(403);
  });
});
