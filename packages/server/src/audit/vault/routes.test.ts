import { erasureReport } from '@custos/contract';
import { expect, test } from 'vitest';
import { openTestAudit } from '../../../test/audit.ts';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import type { AuditLog } from '../types.ts';
import { privacyRoutes } from './routes.ts';

const url = '/api/v1/audit/erasures';
const subject = { type: 'user', id: 'usr_canary_17' };
const reason = 'request of 21 November, ticket 12';

describeOnBothStores('erasures over HTTP', (open) => {
  async function served({ log }: { log?: AuditLog } = {}) {
    const { audit, ledger } = await openTestAudit(await open());
    const server = await createTestServer();
    await server.app.register(privacyRoutes({ vault: audit.vault, audit: log ?? audit }));
    await audit.recorder.record({
      id: 'evt-1',
      type: 'application.act',
      action: 'order.refund',
      outcome: 'succeeded',
      actor: { ...subject, name: 'Grace Hopper' },
      address: '203.0.113.7',
      details: {},
    });
    const ask = (payload: object, token = 'ada') =>
      server.app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${token}` } });
    return { audit, ledger, server, ask };
  }

  test('what was destroyed is answered and on record, and the record does not name the person', async () => {
    const { audit, ledger, server, ask } = await served();
    const answer = await ask({ subject, reason });
    expect(answer.statusCode).toBe(200);
    const report = answer.json<{ fields: number; traces: string }>();
    expect(erasureReport.safeParse(report).success).toBe(true);
    expect(report).toEqual({
      keyDestroyed: true,
      fields: 2,
      events: 1,
      byField: { 'actor.name': 1, address: 1 },
      traces: expect.stringMatching(/^(none|sealed)$/),
    });
    expect((await audit.vault.disclose('evt-1')).size).toBe(0);

    const { items } = await audit.reading.search({ type: 'data.erasure' }, { cursor: undefined, limit: 5 });
    expect(items).toMatchObject([
      {
        action: 'data.erase',
        outcome: 'succeeded',
        actor: { type: 'token', id: 'tok_ada' },
        target: null,
        details: {
          subjectRef: expect.stringMatching(/^sub_/),
          fields: 2,
          events: 1,
          reason,
          extra: { subjectType: 'user', keyDestroyed: true, traces: report.traces },
        },
      },
    ]);
    const size = ledger.reader('security').head().size;
    const leaves = Buffer.concat(await ledger.reader('security').entries(0, size)).toString();
    expect(leaves).toContain('data.erasure');
    expect(leaves).not.toContain(subject.id);
    expect(JSON.stringify(server.audited)).not.toContain(subject.id);
    expect(server.audited.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'data.erase attempted',
      'data.erase succeeded',
    ]);
  });

  test('erasing twice is safe, and the second record says that nothing was found', async () => {
    const { audit, ask } = await served();
    await ask({ subject, reason });
    expect((await ask({ subject, reason })).json()).toMatchObject({
      keyDestroyed: false,
      fields: 0,
      events: 0,
    });
    const { items } = await audit.reading.search({ type: 'data.erasure' }, { cursor: undefined, limit: 5 });
    expect(new Set(items.map(({ details }) => details['fields']))).toEqual(new Set([0, 2]));
    expect(items.some(({ details }) => details['subjectRef'] === 'none')).toBe(true);
  });

  test('a reason that names the person is refused, and so is who may not erase; nothing is erased', async () => {
    const { audit, ask } = await served();
    const named = await ask({ subject, reason: `as USR_CANARY_17 asked` });
    expect([named.statusCode, named.json()]).toMatchObject([422, { errors: [{ field: 'reason' }] }]);
    // "ticket 12" does not name the user 12.
    expect((await ask({ subject: { type: 'user', id: '12' }, reason })).statusCode).toBe(200);
    expect((await ask({ subject, reason }, 'ada=pii.read')).statusCode).toBe(403);
    expect((await ask({ subject: { ...subject, extra: 1 }, reason })).statusCode).toBe(422);
    expect((await audit.vault.disclose('evt-1')).size).toBe(2);
  });

  test('without a record of the attempt nothing is erased, and without one of the end that is said', async () => {
    const { audit, server, ask } = await served({ log: { append: () => Promise.reject(new Error('away')) } });
    server.refuseAudit('attempted');
    expect((await ask({ subject, reason })).json()).toMatchObject({ code: 'audit_unavailable' });
    expect((await audit.vault.disclose('evt-1')).size).toBe(2);
    server.refuseAudit();
    const answer = await ask({ subject, reason });
    expect([answer.statusCode, answer.json()]).toMatchObject([503, { code: 'audit_unavailable' }]);
    expect(answer.json<{ detail: string }>().detail).toContain('It was erased (2 fields of 1 events)');
    expect((await audit.vault.disclose('evt-1')).size).toBe(0);
  });
});
