import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LedgerStatusView } from '@custos/contract';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSigner } from '../../audit/log/formats/keys.ts';
import { removed, temporary, testKeys, testOptions, testOrigins } from '../../audit/log/ledger-fixture.ts';
import { openLedger } from '../../audit/log/ledger.ts';
import { runAudit } from './run-fixture.ts';

/** Commands that talk to a server, against one that answers what a test tells it to. */

const directory = temporary();
const policy = `log ${createSigner({ name: testOrigins.general, type: 1, privateKey: testKeys(testOrigins.general).ed25519 }).verifier.vkey}\nquorum none\n`;
const leaf = Buffer.from('{"v":1}');
let receipt: string;
let server: Server | undefined;

beforeAll(async () => {
  const ledger = await openLedger(testOptions(directory));
  await ledger.append('general', Buffer.from('another'));
  await ledger.append('general', leaf);
  await ledger.publish();
  receipt = (await ledger.reader('general').receipt(1)).toString('utf8');
  await ledger.close();
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
afterAll(() => removed(directory));

/** Answers `METHOD path` with JSON; a list is one answer after the other, the last for good. */
async function answering(answers: Readonly<Record<string, readonly unknown[]>>) {
  const calls: string[] = [];
  server = createServer((request, reply) => {
    const call = `${request.method} ${request.url?.replace('/api/v1/audit/', '')}`;
    calls.push(call);
    const [answer, ...rest] = answers[call] ?? [];
    if (answer === undefined) {
      reply.writeHead(404).end();
      return;
    }
    if (rest.length > 0) answers = { ...answers, [call]: rest };
    reply.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { calls, connection: ['--url', `http://127.0.0.1:${port}`] };
}

const at = '2026-11-21T10:00:00.000Z';
type Wire<T> = { [Name in keyof T]: unknown };

function status(changed: Partial<Wire<LedgerStatusView>> = {}): Wire<LedgerStatusView> {
  const progress = {
    log: 'general',
    size: 2,
    confirmedAt: at,
    lagEntries: 0,
    lagMs: 0,
    failures: 0,
    error: null,
  };
  return {
    status: 'ok',
    reasons: [],
    store: 'files',
    guarantee: 'One witness follows.',
    journalBytes: 33_554_432,
    logs: [
      {
        name: 'general',
        origin: testOrigins.general,
        size: 2,
        bytes: 2_000,
        perSecond: 1.5,
        minimumIndex: 0,
        retentionDays: 730,
        archive: false,
        verifierKeys: [],
        checkpoint: { size: 2, root: 'x', at, note: 'n' },
      },
    ],
    policy,
    witnessKeys: [],
    witnesses: [{ name: 'w1', url: 'https://w1.example', state: 'ok', logs: [progress] }],
    anchors: [],
    egress: [],
    index: {
      state: 'indexing',
      logs: [{ log: 'general', indexed: 2, size: 2, behind: 0 }],
      queries: { count: 3, p50Ms: 1, p95Ms: 4 },
      rebuild: null,
      lastError: null,
      lastCheck: null,
    },
    verification: null,
    ...changed,
  };
}

function detail(proof: { readonly leaf: Buffer; readonly receipt: string | null }) {
  return {
    id: 'aud_1',
    time: at,
    receivedTime: at,
    type: 'application.act',
    action: 'order.refund',
    outcome: 'succeeded',
    severity: 'info',
    source: 'shop',
    target: null,
    tenant: null,
    traceId: null,
    requestId: null,
    details: {},
    sealedCount: 0,
    sealedFields: [],
    actor: { type: 'user', id: 'usr_1', name: null },
    place: { log: 'general', index: 1 },
    proof: {
      origin: testOrigins.general,
      leaf: proof.leaf.toString('base64'),
      leafHash: 'x',
      receipt: proof.receipt,
    },
  };
}

test('prove checks the proof here, waits for it, and writes what others need to check it', async () => {
  const { connection } = await answering({
    'GET events/aud_1': [detail({ leaf, receipt: null }), detail({ leaf, receipt })],
    'GET ledger': [status()],
  });
  const into = join(directory, 'proof');
  const { code, out } = await runAudit('prove', 'aud_1', ...connection, '-o', into);
  expect(out).toContain('Proven: aud_1 is entry 1 of the 2 that example.com/general has signed.');
  expect(out).toContain("By the server's own policy");
  expect(code).toBe(0);
  expect(readFileSync(join(into, 'aud_1.leaf'))).toEqual(leaf);
  expect(readFileSync(join(into, 'aud_1.tlog-proof'), 'utf8')).toBe(receipt);
  expect(readFileSync(join(into, 'aud_1.policy'), 'utf8')).toBe(policy);
});

test('prove says no to another leaf, and to a log that the given policy does not trust', async () => {
  const { connection } = await answering({
    'GET events/aud_1': [detail({ leaf: Buffer.from('{"v":2}'), receipt })],
    'GET events/aud_2': [detail({ leaf, receipt })],
    'GET ledger': [status()],
  });
  expect(await runAudit('prove', 'aud_1', ...connection)).toMatchObject({
    code: 1,
    out: expect.stringContaining('Not proven'),
  });
  const key = testKeys(testOrigins.security).ed25519;
  const other = join(directory, 'other.policy');
  const { vkey } = createSigner({ name: testOrigins.security, type: 1, privateKey: key }).verifier;
  writeFileSync(other, `log ${vkey}\nquorum none\n`);
  expect((await runAudit('prove', 'aud_2', ...connection, '--policy', other)).code).toBe(1);
  expect((await runAudit('prove', 'aud_3', ...connection)).code).toBe(2);
});

test('stats tell what the logs take, for people and for programs', async () => {
  const { connection } = await answering({ 'GET ledger': [status()] });
  const { out } = await runAudit('stats', ...connection);
  expect(out).toContain('Journal: 33.6 MB in files');
  expect(out).toContain('general: 2 events, 2.0 kB, 1.5/s');
  expect(out).toContain('kept 730 days');
  const json = JSON.parse((await runAudit('stats', ...connection, '--json')).out) as LedgerStatusView;
  expect(json).toEqual(status());
});

test('witness tells the guarantee and who follows, and prints the policy as it is', async () => {
  const { connection } = await answering({ 'GET ledger': [status()] });
  const { code, out } = await runAudit('witness', ...connection);
  expect(out.split('\n')[0]).toBe('One witness follows.');
  expect(out).toContain('Witness w1 (https://w1.example): ok');
  expect(code).toBe(0);
  expect((await runAudit('witness', ...connection, '--policy')).out).toBe(policy);
});

test('health exits as Nagios expects, also when nobody answers', async () => {
  const component = {
    name: 'buffer',
    title: 'Buffer',
    status: 'warning',
    message: '501 events wait.',
    value: 501,
    unit: 'events',
    warning: 500,
    critical: 800,
  };
  const healthOf = (word: string) => ({ status: word, checkedAt: at, components: [component] });
  const words = ['ok', 'warning', 'critical', 'unknown'];
  for (const [code, word] of words.entries()) {
    const { connection } = await answering({ 'GET health': [healthOf(word)] });
    expect((await runAudit('health', ...connection)).code).toBe(code);
    server?.closeAllConnections();
    server?.close();
  }
  const { connection } = await answering({ 'GET health': [healthOf('warning')] });
  const told = await runAudit('health', ...connection, '--verbose');
  expect(told.out).toBe(
    'CUSTOS AUDIT WARNING - Buffer warning: 501 events wait. | buffer=501;500;800;0\nWARNING   Buffer: 501 events wait.\n',
  );
  expect(JSON.parse((await runAudit('health', ...connection, '--json')).out)).toEqual(healthOf('warning'));
  const gone = await runAudit('health', '--url', 'http://127.0.0.1:1');
  expect(gone).toMatchObject({ code: 3, out: expect.stringContaining('CUSTOS AUDIT UNKNOWN - ') });
  expect((await runAudit('health', ...connection, '--watch', '0')).code).toBe(3);
});

test('rebuild begins, waits until it is done, and compares', async () => {
  const index = status().index as object;
  const rebuilding = (done: number) =>
    status({ index: { ...index, rebuild: { startedAt: at, done, total: 4 } } });
  const differing = [{ from: 0, to: 8, expected: 8, found: 7, indexes: [3] }];
  const log = { log: 'general', from: 0, to: 8, behind: 1, expectedDigest: 'a', foundDigest: 'b' };
  const { connection, calls } = await answering({
    'POST index/rebuild': [{ ok: true }],
    'GET ledger': [rebuilding(1), rebuilding(3), status()],
    'POST index/check': [
      { ok: false, checkedAt: at, durationMs: 1, logs: [{ ...log, differing }] },
      { ok: true, checkedAt: at, durationMs: 1, logs: [{ ...log, differing: [] }] },
    ],
  });
  const { out, code } = await runAudit('rebuild', ...connection, '--wait');
  expect(code).toBe(0);
  expect(out).toContain('25 %\n75 %\nThe index is complete.');
  expect(calls[0]).toBe('POST index/rebuild');
  const compared = await runAudit('rebuild', ...connection, '--check');
  expect(compared.code).toBe(1);
  expect(compared.out).toContain('0 to 7: 7 of 8 are right, first 3');
  expect((await runAudit('rebuild', ...connection, '--check')).code).toBe(0);
  expect(calls.filter((call) => call === 'POST index/rebuild')).toHaveLength(1);
});
