import { verifyBundle } from '@custos/client/ledger';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { openTestAudit } from '../../../test/audit.ts';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { testKeys } from '../log/ledger-fixture.ts';
import { createSigners } from '../log/signing.ts';
import { ownPolicyText } from '../own-policy.ts';
import type { AuditLog } from '../types.ts';
import { evidenceRoutes } from './routes.ts';
import { createEvidence } from './evidence-zip.ts';

const signersOf = createSigners(testKeys);
const url = '/api/v1/audit/evidence';
const reason = 'case 12';

/** The files of an archive, and what the client makes of its bundle. */
async function opened(zip: Uint8Array) {
  const files = unzipSync(zip);
  const report = await verifyBundle(Buffer.from(files['bundle.json'] ?? []).toString());
  return { files, report };
}

describeOnBothStores('evidence over HTTP', (open) => {
  async function served({ log }: { log?: AuditLog } = {}) {
    const { audit, ledger } = await openTestAudit(await open());
    const verifiers = ledger
      .names()
      .flatMap((name) => signersOf(ledger.reader(name).origin()).map(({ verifier }) => verifier));
    const evidence = createEvidence({
      reader: ledger.reader,
      vault: audit.vault,
      policy: () => ownPolicyText(null, verifiers),
      clock: systemClock,
    });
    let exports = 0;
    const server = await createTestServer();
    await server.app.register(
      evidenceRoutes({
        evidence: {
          async export(request) {
            const pieces = await evidence.export(request);
            return (async function* counted() {
              exports += 1;
              yield* pieces;
            })();
          },
        },
        find: audit.index.find,
        catalogue: audit.catalogue,
        audit: log ?? audit,
      }),
    );
    const ids: string[] = [];
    for (const number of [1, 2, 3]) {
      const id = `evt-${number}`;
      ids.push(id);
      await audit.recorder.record({
        id,
        type: 'application.act',
        action: 'order.refund',
        outcome: 'succeeded',
        actor: { type: 'user', id: `usr_${number}`, name: `Grace ${number}` },
        address: `203.0.113.${number}`,
        details: { order: number },
      });
    }
    const ask = (payload: object, token = 'ada') =>
      server.app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${token}` } });
    return { audit, server, ids, ask, begun: () => exports };
  }

  test('events whose details hold personal data are taken out by those only who may see it', async () => {
    const { audit, ids, ask, begun } = await served();
    await audit.recorder.record({
      id: 'evt-about',
      type: 'application.act',
      action: 'order.refund',
      outcome: 'succeeded',
      actor: { type: 'user', id: 'usr_9' },
      details: { remark: 'to grace@example.com' },
    });
    const about = { eventIds: [...ids, 'evt-about'], reason: 'case 12' };
    const refused = await ask(about, 'eve=audit.read');
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('of 1 of these'),
    });
    expect(begun()).toBe(0);
    expect((await ask(about, 'ada=audit.read/pii.read')).statusCode).toBe(200);
    expect((await ask({ ...about, eventIds: ids }, 'eve=audit.read')).statusCode).toBe(200);
  });

  test('an archive is streamed that verifies offline, and what it discloses is on record', async () => {
    const { audit, server, ids, ask } = await served();
    const answer = await ask({ eventIds: [...ids, ids[0]], fields: ['address'], reason });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'cache-control': 'no-store',
      'content-disposition': expect.stringMatching(/^attachment; filename="custos-evidence-[\w.-]+\.zip"$/),
    });
    const { files, report } = await opened(answer.rawPayload);
    expect(report).toMatchObject({
      status: 'verified',
      events: ids.map((_, at) => ({
        verified: true,
        disclosed: ['address'],
        closed: 1,
        event: { address: `203.0.113.${at + 1}` },
      })),
    });
    expect(JSON.stringify(report)).not.toContain('Grace');
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['verify.py', 'verify.html', 'README.txt']));

    const { items } = await audit.reading.search({ type: 'data.export' }, { cursor: undefined, limit: 5 });
    expect(items).toMatchObject([
      {
        action: 'evidence.export',
        outcome: 'succeeded',
        actor: { type: 'token', id: 'tok_ada' },
        details: {
          resource: 'audit-events',
          format: 'evidence-zip',
          recordCount: 3,
          purpose: reason,
          extra: { fields: ['address'], places: { general: '0-2' } },
        },
      },
    ]);
    expect(server.audited.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'evidence.export attempted',
      'evidence.export succeeded',
    ]);
  });

  test('sealed fields are for who may see them; the rest needs no more than reading', async () => {
    const { audit, ids, ask, begun } = await served();
    const refused = await ask({ eventIds: ids, fields: ['address'], reason }, 'ada=audit.read');
    expect([refused.statusCode, refused.json()]).toMatchObject([403, { code: 'forbidden' }]);
    expect(refused.json<{ detail: string }>().detail).toContain('pii.read');
    expect((await ask({ eventIds: ids, reason }, 'ada=pii.read')).statusCode).toBe(403);
    const { items } = await audit.reading.search({ type: 'data.export' }, { cursor: undefined, limit: 5 });
    expect([items.length, begun()]).toEqual([0, 0]);
    const closed = await ask({ eventIds: ids, reason }, 'ada=audit.read');
    const { report } = await opened(closed.rawPayload);
    expect(report).toMatchObject({
      status: 'verified',
      events: ids.map(() => ({ verified: true, disclosed: [], closed: 2 })),
    });
    expect(JSON.stringify(report)).not.toContain('203.0.113');
  });

  test('ids of no event are named, and nothing is exported or put on record as exported', async () => {
    const { audit, ids, ask, begun } = await served();
    const answer = await ask({ eventIds: ['evt-none', ids[0], 'evt-other'], reason });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      code: 'invalid_input',
      errors: [
        { field: 'eventIds.0' },
        { field: 'eventIds.2', message: expect.stringContaining('evt-other') },
      ],
    });
    expect((await ask({ eventIds: ids, reason: 'x' })).json()).toMatchObject({
      errors: [{ field: 'reason' }],
    });
    expect((await ask({ eventIds: [], reason })).statusCode).toBe(422);
    const { items } = await audit.reading.search({ type: 'data.export' }, { cursor: undefined, limit: 5 });
    expect([items.length, begun()]).toEqual([0, 0]);
  });

  test('without a record not a byte leaves', async () => {
    const log: AuditLog = { append: () => Promise.reject(new Error('away')) };
    const { ids, ask, begun } = await served({ log });
    const answer = await ask({ eventIds: ids, reason });
    expect([answer.statusCode, answer.json()]).toMatchObject([503, { code: 'audit_unavailable' }]);
    expect(begun()).toBe(0);
  });
});
