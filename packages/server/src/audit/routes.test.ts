import { auditEvent, pageOf } from '@custos/contract';
import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import { describeOnBothStores } from '../../test/stores.ts';
import { createManualClock } from '../base/clock.ts';
import { auditRoutes } from './routes.ts';
import { createAudit } from './service.ts';

const headers = { authorization: 'Bearer ada' };

describeOnBothStores('the audit log over HTTP', (open) => {
  test('pages follow the cursor, times are text, and reading is on record', async () => {
    const clock = createManualClock(Date.UTC(2026, 10, 21));
    const audit = createAudit({ state: await open(), clock });
    const { app } = await createTestServer({}, { audit });
    await app.register(auditRoutes(audit));
    for (let number = 1; number <= 3; number += 1) {
      await audit.append({
        actor: { type: 'user', id: 'usr_1', name: 'Ada' },
        action: 'probe.delete',
        target: { type: 'probe', id: `prb_${number}` },
        outcome: 'succeeded',
        address: null,
        requestId: null,
      });
    }
    const read = async (query: string) =>
      (await app.inject({ url: `/api/v1/audit/events?${query}`, headers })).json<{
        items: { target: { id: string } | null; action: string; time: string }[];
        nextCursor: string | null;
      }>();
    const first = await read('action=probe&limit=2');
    expect(pageOf(auditEvent).safeParse(first).success).toBe(true);
    expect(first.items.map(({ target }) => target?.id)).toEqual(['prb_3', 'prb_2']);
    expect(first.items[0]?.time).toBe('2026-11-21T00:00:00.000Z');
    const second = await read(`action=probe&limit=2&cursor=${first.nextCursor}`);
    expect(second.items.map(({ target }) => target?.id)).toEqual(['prb_1']);
    expect(second.nextCursor).toBeNull();
    const { events } = await audit.list({ action: 'audit' }, { before: null, limit: 10 });
    expect(events).toMatchObject([
      { action: 'audit.read', actor: { id: 'tok_ada' }, details: { events: 1 } },
      { action: 'audit.read', actor: { id: 'tok_ada' }, details: { action: 'probe', events: 2 } },
    ]);
    expect((await read('from=2026-11-22T00:00:00Z')).items).toEqual([]);
  });
});

test('who may not read the log is refused, and a cursor of elsewhere too', async () => {
  const audit = { append: async () => undefined, list: async () => ({ events: [], before: null }) };
  const { app } = await createTestServer();
  await app.register(auditRoutes(audit));
  const status = async (query: string, authorization: string) =>
    (await app.inject({ url: `/api/v1/audit/events${query}`, headers: { authorization } })).statusCode;
  expect(await status('', 'Bearer ada=system.read')).toBe(403);
  expect(await status('?cursor=WyJ4Il0', 'Bearer ada')).toBe(422);
  expect(await status('?limit=501', 'Bearer ada')).toBe(422);
  expect(await status('', 'Bearer ada')).toBe(200);
});

test('without a record of the reading nothing is shown', async () => {
  const list = async () => ({ events: [], before: null });
  const append = async (): Promise<never> => {
    throw new Error('away');
  };
  const { app } = await createTestServer();
  await app.register(auditRoutes({ append, list }));
  const response = await app.inject({ url: '/api/v1/audit/events', headers });
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ code: 'audit_unavailable' });
});
