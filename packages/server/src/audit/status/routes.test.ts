import { expect, test } from 'vitest';
import { openTestAudit } from '../../../test/audit.ts';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { columnsUnavailable } from '../../storage/columns/errors.ts';
import { conflict } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { testKeys } from '../log/ledger-fixture.ts';
import { createSigners } from '../log/signing.ts';
import { ownPolicyText } from '../own-policy.ts';
import { systemActor } from '../types.ts';
import { createLedgerStatus, type LedgerStatusParts } from './ledger-status.ts';
import { ledgerRoutes, type LedgerRouteParts } from './routes.ts';
import { createLedgerVerification } from './verification.ts';
import { databaseVerifier } from './verify-database.ts';
import { filesVerifier } from './verify-files.ts';

const headers = { authorization: 'Bearer ada' };
const signersOf = createSigners(testKeys);

describeOnBothStores('the ledger over HTTP', (open) => {
  test('it is shown, verified in the background, and the result is shown and on record', async () => {
    const state = await open();
    const { audit, ledger, directory } = await openTestAudit(state);
    const verifiers = ledger.names().map((name) => signersOf(ledger.reader(name).origin())[0]?.verifier);
    const policy = () =>
      ownPolicyText(
        null,
        verifiers.filter((verifier) => verifier !== undefined),
      );
    const verification = createLedgerVerification({
      verify:
        state.dialect === 'sqlite'
          ? filesVerifier({ directory, policy })
          : databaseVerifier({ state, directory, policy }),
      clock: systemClock,
      log: silentLogger,
      audit,
      onFailed: () => undefined,
    });
    const parts: LedgerStatusParts = {
      store: 'files',
      ledger,
      signersOf,
      rules: [],
      policy,
      witnessKeys: [],
      witnesses: null,
      anchors: null,
      egress: null,
      index: audit.index,
      verification,
    };
    const { app, audited } = await createTestServer();
    const status = createLedgerStatus(parts);
    await app.register(ledgerRoutes({ status, verification, index: audit.index, log: silentLogger }));
    const act = { action: 'probe.delete', outcome: 'succeeded', target: null } as const;
    await audit.append({ ...act, actor: systemActor, address: null, requestId: null });
    await ledger.publish();

    const shown = async () =>
      (await app.inject({ url: '/api/v1/audit/ledger', headers })).json<{
        logs: { name: string; size: number; checkpoint: { at: string } | null }[];
        verification: { state: string; entries: number; findings: string[]; startedAt: string } | null;
        index: { state: string };
      }>();
    const before = await shown();
    expect(before.verification).toBeNull();
    const security = before.logs.find(({ name }) => name === 'security');
    expect(security).toMatchObject({ size: 1 });
    expect(security?.checkpoint?.at).toMatch(/^2\d{3}-.*Z$/);

    const begin = await app.inject({ method: 'POST', url: '/api/v1/audit/ledger/verify', headers });
    expect([begin.statusCode, begin.json()]).toEqual([200, { ok: true }]);
    for (let look = 0; (await shown()).verification?.state === 'running' && look < 400; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect((await shown()).verification).toMatchObject({ state: 'ok', entries: 1, findings: [] });
    expect(audited.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'ledger-verification.start attempted',
      'ledger-verification.start succeeded',
    ]);
    const result = await audit.reading.search({ action: 'ledger.verify' }, { cursor: undefined, limit: 5 });
    expect(result.items).toMatchObject([
      { outcome: 'succeeded', actor: { type: 'token', id: 'tok_ada' }, details: { entries: 1 } },
    ]);
  });
});

const report = {
  ok: false,
  checkedAt: Date.UTC(2026, 10, 21),
  durationMs: 12.6,
  logs: [
    {
      log: 'security',
      from: 0,
      to: 9,
      behind: 1,
      expectedDigest: 'aa',
      foundDigest: 'bb',
      differing: [{ from: 0, to: 9, expected: 9, found: 8, indexes: [4] }],
    },
  ],
} as const;

async function served(change: Partial<LedgerRouteParts['index']> = {}) {
  const server = await createTestServer();
  const index = { checkCompleteness: async () => report, rebuild: async () => undefined, ...change };
  const started: string[] = [];
  await server.app.register(
    ledgerRoutes({
      status: () => Promise.reject(new Error('not asked for')),
      verification: {
        start({ id }) {
          if (started.length > 0) throw conflict('The ledger is being verified already.');
          started.push(id);
          return { finished: Promise.resolve(null) };
        },
      },
      index,
      log: silentLogger,
    }),
  );
  const post = (path: string, token = 'ada') =>
    server.app.inject({
      method: 'POST',
      url: `/api/v1/audit/${path}`,
      headers: { authorization: `Bearer ${token}` },
    });
  return { server, started, post };
}

test('index and logs are compared, and each difference is named', async () => {
  const { server, post } = await served();
  const answer = await post('index/check');
  expect(answer.json()).toEqual({ ...report, checkedAt: '2026-11-21T00:00:00.000Z' });
  expect(server.audited.at(-1)).toMatchObject({
    action: 'audit-index.check',
    outcome: 'succeeded',
    details: { ok: false, durationMs: 13 },
  });
  const away = await served({
    checkCompleteness: () => Promise.reject(columnsUnavailable('nothing can be compared.')),
  });
  expect((await away.post('index/check')).json()).toMatchObject({ code: 'columns_unavailable' });
});

test('a rebuild is answered when it has begun, and one that may not begin is refused', async () => {
  let done = (): void => undefined;
  const going = await served({ rebuild: () => new Promise<void>((resolve) => (done = resolve)) });
  expect((await going.post('index/rebuild')).json()).toEqual({ ok: true });
  done();
  const refused = await served({
    rebuild: async () => {
      throw conflict('The index of the audit log is being rebuilt already.');
    },
  });
  expect((await refused.post('index/rebuild')).json()).toMatchObject({ status: 409, code: 'conflict' });
  // What fails later is for the log of the program: the caller has his answer.
  let fail = (): void => undefined;
  const failing = await served({
    rebuild: () => new Promise<void>((_, reject) => (fail = () => reject(new Error('later')))),
  });
  expect((await failing.post('index/rebuild')).statusCode).toBe(200);
  fail();
});

test('a second verification is refused while one runs, and so is who may only read', async () => {
  const { post, started } = await served();
  expect((await post('ledger/verify', 'ada=audit.read')).statusCode).toBe(403);
  expect((await post('ledger/verify')).statusCode).toBe(200);
  expect((await post('ledger/verify')).json()).toMatchObject({ code: 'conflict' });
  expect(started).toEqual(['tok_ada']);
  for (const path of ['index/check', 'index/rebuild']) {
    expect((await post(path, 'ada=audit.read')).statusCode).toBe(403);
  }
});
