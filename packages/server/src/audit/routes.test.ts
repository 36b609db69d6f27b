import { auditEvent, auditEventDetail, pageOf } from '@custos/contract';
import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import { openTestAudit } from '../../test/audit.ts';
import { canariesIn } from '../../test/canaries.ts';
import { describeOnBothStores } from '../../test/stores.ts';
import { unavailable } from '../base/errors.ts';
import { exportFormats } from './events/export-formats.ts';
import { exportRoutes } from './routes-export.ts';
import { searchRoutes } from './searches/routes.ts';
import { submitRoutes } from './routes-submit.ts';
import { auditRoutes } from './routes.ts';

const headers = { authorization: 'Bearer ada' };
const draft = {
  type: 'application.act',
  action: 'order.refund',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_17', name: 'Grace Hopper' },
  address: '203.0.113.7',
  details: { order: { id: 17 } },
};

describeOnBothStores('the audit log over HTTP', (open) => {
  async function served() {
    const { audit, ledger } = await openTestAudit(await open());
    const server = await createTestServer({}, { audit });
    for (const routes of [
      auditRoutes({ ...audit, audit }),
      submitRoutes(audit),
      searchRoutes(audit.searches),
      exportRoutes({
        audit,
        reading: audit.reading,
        ledger,
        catalogue: audit.catalogue,
        formats: exportFormats(audit.catalogue),
        count: async () => 2,
      }),
    ]) {
      await server.app.register(routes);
    }
    const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) =>
      server.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    return { audit, call, app: server.app };
  }

  test('what was sent is found, proven and revealed, and all of that is on record', async () => {
    const { call } = await served();
    const sent = await call('POST', '/api/v1/audit/events', [draft, { ...draft, action: 'order.cancel' }]);
    expect(sent.statusCode).toBe(200);
    const [first] = sent.json<{ results: { id: string }[] }>().results;
    const page = await call('GET', '/api/v1/audit/events?source=User%20ada&limit=1');
    expect(pageOf(auditEvent).safeParse(page.json()).success).toBe(true);
    const { items, nextCursor } = page.json<{ items: { action: string }[]; nextCursor: string }>();
    expect(items).toHaveLength(1);
    const next = await call('GET', `/api/v1/audit/events?source=User%20ada&limit=1&cursor=${nextCursor}`);
    expect(next.json<{ items: { action: string }[] }>().items[0]?.action).not.toBe(items[0]?.action);

    const detail = (await call('GET', `/api/v1/audit/events/${first?.id}`)).json<object>();
    expect(auditEventDetail.safeParse(detail).success).toBe(true);
    expect(detail).toMatchObject({ sealedFields: ['actor.name', 'address'], details: { order: { id: 17 } } });
    const url = `/api/v1/audit/events/${first?.id}/reveal`;
    expect((await call('POST', url, { field: 'address' })).statusCode).toBe(422);
    const shown = await call('POST', url, { field: 'address', reason: 'case 7' });
    expect(shown.json()).toEqual({ field: 'address', value: '203.0.113.7' });

    const own = await call('GET', '/api/v1/audit/events?source=custos&type=data.access&limit=50');
    const acts = own.json<{ items: { action: string; outcome: string; details: object }[] }>().items;
    expect(acts.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'audit.reveal succeeded',
      'audit.reveal attempted',
      'audit.read succeeded',
      'audit.read succeeded',
      'audit.read succeeded',
    ]);
    // What was looked for may be about people: it is sealed.
    expect(acts.at(-1)?.details).toEqual({ resource: 'audit log', recordCount: 1 });
  });

  test('free details are masked for who may not see personal data, and the event is proven all the same', async () => {
    const { call, app } = await served();
    const details = { order: 17, remark: 'Grace Hopper called', contact: 'grace@example.com' };
    const sent = await call('POST', '/api/v1/audit/events', { ...draft, details });
    const [{ id, leafHash } = { id: '', leafHash: '' }] = sent.json<{
      results: { id: string; leafHash: string }[];
    }>().results;
    const plain = await call('POST', '/api/v1/audit/events', { ...draft, action: 'order.cancel' });
    const [other] = plain.json<{ results: { id: string }[] }>().results;
    const as = (who: string, url: string) => app.inject({ url, headers: { authorization: `Bearer ${who}` } });
    const auditor = 'eve=audit.read';
    const masked = { order: 17, remark: '[hidden]', contact: 'g***@example.com' };

    const list = await as(auditor, '/api/v1/audit/events?action=order.refund');
    expect(list.json()).toMatchObject({ items: [{ id, details: masked }] });
    const detail = await as(auditor, `/api/v1/audit/events/${id}`);
    expect(detail.json()).toMatchObject({ details: masked, proof: { leaf: null, leafHash } });
    expect(detail.json<{ proof: { receipt: string } }>().proof.receipt).toContain('c2sp.org/tlog-proof');
    for (const format of ['ndjson', 'csv', 'cef', 'ecs', 'ocsf', 'cloudevents']) {
      const text = (await as(auditor, `/api/v1/audit/export?format=${format}`)).body;
      expect(text.length, format).toBeGreaterThan(100);
      expect(canariesIn(format, Buffer.from(text), ['Grace Hopper', 'grace@example.com'])).toEqual([]);
    }
    // What holds nothing personal is there to the last byte.
    const whole = (await as(auditor, `/api/v1/audit/events/${other?.id}`)).json<{
      proof: { leaf: string };
    }>();
    expect(Buffer.from(whole.proof.leaf, 'base64').toString()).toContain('order.cancel');

    const seer = 'ada=audit.read/pii.read';
    const seen = (await as(seer, `/api/v1/audit/events/${id}`)).json<{ proof: { leaf: string } }>();
    expect(seen).toMatchObject({ details });
    expect(Buffer.from(seen.proof.leaf, 'base64').toString()).toContain('Grace Hopper called');
    expect((await as(seer, '/api/v1/audit/export')).body).toContain('Grace Hopper called');
  });

  test('one event needs no list, and a body that is none is refused by name', async () => {
    const { call } = await served();
    const one = await call('POST', '/api/v1/audit/events', draft);
    expect(one.json()).toMatchObject({ results: [{ status: 'accepted', log: 'general', index: 0 }] });
    const none = await call('POST', '/api/v1/audit/events', []);
    expect(none.statusCode).toBe(422);
    expect(none.json()).toMatchObject({ code: 'invalid_input', errors: [{ field: 'events' }] });
    expect((await call('POST', '/api/v1/audit/events?acknowledgement=soon', draft)).statusCode).toBe(422);
  });

  test('what is found can be taken away in the forms of other systems, sealed fields excepted', async () => {
    const { call } = await served();
    await call('POST', '/api/v1/audit/events', [draft, { ...draft, action: 'order.cancel' }]);
    const csv = await call('GET', '/api/v1/audit/export?format=csv&action=order');
    expect(csv.headers['content-disposition']).toContain('audit.csv');
    expect(csv.body.split('\n').filter((line) => line.includes('order.'))).toHaveLength(2);
    expect(csv.body).not.toMatch(/Grace|203\.0\.113\.7/);
    const recorded = await call('GET', '/api/v1/audit/events?action=audit.export');
    expect(recorded.json<{ items: object[] }>().items).toMatchObject([
      { type: 'data.export', details: { format: 'csv', recordCount: 2 } },
    ]);
  });

  test('a search is kept by its owner, seen by others when shared, and changed by its owner alone', async () => {
    const { call, app } = await served();
    const input = {
      name: 'Refunds',
      shared: true,
      filter: { action: 'order.refund', detail: ['order.id=17'] },
    };
    const made = await call('POST', '/api/v1/audit/searches', input);
    expect(made.statusCode).toBe(201);
    const { id } = made.json<{ id: string }>();
    const other = { authorization: 'Bearer bob' };
    const seen = await app.inject({ url: '/api/v1/audit/searches', headers: other });
    expect(seen.json()).toMatchObject({ searches: [{ id, own: false, filter: input.filter }] });
    const url = `/api/v1/audit/searches/${id}`;
    expect((await app.inject({ method: 'DELETE', url, headers: other })).statusCode).toBe(404);
    expect((await call('PUT', url, { ...input, shared: false })).json()).toMatchObject({ shared: false });
    expect((await call('DELETE', url)).json()).toEqual({ ok: true });
  });

  test('calls that are blocked become security events of their source', async () => {
    const { call, app, audit } = await served();
    const refused = await app.inject({
      method: 'POST',
      url: '/api/v1/audit/events',
      headers: { authorization: 'Bearer ada=audit.read' },
      payload: draft,
    });
    expect(refused.statusCode).toBe(403);
    await call('POST', '/api/v1/audit/events', [{ type: 'nonsense' }]);
    expect(audit.pendingSecurity().map(({ kind }) => kind)).toEqual(['intake.blocked', 'intake.invalid']);
  });
});

test('who may not read the log is refused, a cursor of elsewhere too, and nothing is shown without a record', async () => {
  const page = { items: [], nextCursor: null };
  const reading = {
    filterOf: async () => ({}),
    search: async () => page,
    detail: async () => {
      throw new Error('not asked for');
    },
    reveal: async () => null,
  };
  const index = { histogram: async () => [], top: async () => [], securityGroups: async () => [] };
  const catalogue = { list: () => [], find: () => undefined };
  let away = false;
  const audit = {
    append: async () => {
      if (away) throw unavailable('ledger_failed', 'away');
    },
  };
  const { app } = await createTestServer();
  await app.register(auditRoutes({ audit, reading, index, catalogue }));
  const status = async (query: string, authorization: string) =>
    (await app.inject({ url: `/api/v1/audit/events${query}`, headers: { authorization } })).statusCode;
  expect(await status('', 'Bearer ada=system.read')).toBe(403);
  expect(await status('?limit=501', 'Bearer ada')).toBe(422);
  expect(await status('', 'Bearer ada')).toBe(200);
  away = true;
  const response = await app.inject({ url: '/api/v1/audit/events', headers });
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ code: 'audit_unavailable' });
});
