import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@custos/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSigner } from '../../audit/log/formats/keys.ts';
import { testKeys, testOrigins } from '../../audit/log/ledger-fixture.ts';
import { discard, serve, setUp, type Served } from '../../../test/serve.ts';
import { runAudit } from './run-fixture.ts';

/** `monitor`, `try` and `bench` against a real server, as somebody who has just installed it would run them. */

let served: Served;
let admin: Client;
let connection: string[];
const directory = mkdtempSync(join(tmpdir(), 'custos-audit-trying-'));

async function tokenFile(name: string, permissions: ('audit.read' | 'audit.write')[]): Promise<string> {
  const { token } = await admin.tokens.create({ name, permissions, expiresInDays: 1 });
  const file = join(directory, `${name}.token`);
  writeFileSync(file, `${token}\n`);
  return file;
}

const healthExit = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];

beforeAll(async () => {
  served = await serve({
    directory,
    config: { columns: { enabled: false }, audit: { origin: 'audit.example.com/test' } },
  });
  admin = await setUp(served);
  connection = ['--url', served.url, '--token-file', await tokenFile('shop', ['audit.read', 'audit.write'])];
}, 60_000);
afterAll(async () => {
  // Undefined when it did not start.
  if ((served as Served | undefined) !== undefined) await discard(served);
  rmSync(directory, { recursive: true, force: true });
});

test('try sends one event and follows it to its verified proof, with the time of each step', async () => {
  const { code, out } = await runAudit('try', ...connection);
  const lines = out.trim().split('\n');
  const steps = lines.slice(0, -1).map((line) => /^ok +\d+ ms {2}([a-z ]+): ./.exec(line)?.[1]);
  expect(steps, out).toEqual(['send', 'send again', 'find', 'prove', 'verify', 'limit']);
  expect(lines[4]).toContain('audit.example.com/test/general has signed');
  expect(lines[5]).toContain('(details: ');
  expect(lines.at(-1)).toBe('Everything works.');
  expect(code).toBe(0);
  const { items } = await admin.audit.list({ action: 'audit-check.send' });
  expect(items.map(({ source }) => source)).toEqual(['shop']);
});

test('try stops at the step that fails and names it', async () => {
  const reader = ['--url', served.url, '--token-file', await tokenFile('reader', ['audit.read'])];
  expect(await runAudit('try', ...reader)).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^FAILED +\d+ ms {2}send: .+\n$/),
  });
  const writer = ['--url', served.url, '--token-file', await tokenFile('writer', ['audit.write'])];
  const cannotRead = await runAudit('try', ...writer);
  expect(cannotRead.code).toBe(1);
  expect(cannotRead.out).toMatch(/\nok .*send again: .*\nFAILED .*find: .+\n$/);

  const { vkey } = createSigner({
    name: testOrigins.security,
    type: 1,
    privateKey: testKeys(testOrigins.security).ed25519,
  }).verifier;
  const other = join(directory, 'other.policy');
  writeFileSync(other, `log ${vkey}\nquorum none\n`);
  const distrusted = await runAudit('try', ...connection, '--policy', other);
  expect(distrusted.code).toBe(1);
  expect(distrusted.out).toMatch(/\nok .*prove: .*\nFAILED .*verify: .+\n$/);
});

test('try finds out a server that keeps a repeat twice', async () => {
  let index = 0;
  const forgetful = createServer((request, reply) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      const [{ id }] = JSON.parse(body) as [{ id: string }];
      index += 1;
      const results = [{ status: 'accepted', id, log: 'general', index, leafHash: 'x' }];
      reply.setHeader('content-type', 'application/json').end(JSON.stringify({ results }));
    });
  });
  await new Promise<void>((resolve) => forgetful.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = forgetful.address() as AddressInfo;
    const ran = await runAudit('try', '--url', `http://127.0.0.1:${port}`);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/FAILED .*send again: the repeat is another event, in general at 2\n$/);
  } finally {
    forgetful.closeAllConnections();
    forgetful.close();
  }
});

test('bench sends nothing unless it is told that the events may stay', async () => {
  const ran = await runAudit('bench', ...connection);
  expect(ran).toMatchObject({ code: 2, out: '', error: expect.stringContaining('--yes') });
  expect((await admin.audit.list({ action: 'audit-benchmark.send' })).items).toEqual([]);
  const wrong = await runAudit('bench', ...connection, '--yes', '--batch', '1001');
  expect(wrong).toMatchObject({ code: 1, error: expect.stringContaining('--batch must be a whole number') });
});

test('bench tells what came on record, how long answers took, and what the rate limit dropped', async () => {
  const args = ['--yes', '--seconds', '1', '--batch', '50', '--connections', '2'];
  const { code, out, error } = await runAudit('bench', ...connection, ...args);
  expect(error).toBe('');
  expect(code).toBe(0);
  expect(out).toMatch(/^An answer: p50 [\d.]+ ms, p99 [\d.]+ ms, of [\d,]+$/m);
  // The burst is 200 events, and 100 a second come on top.
  const onRecord = Number(/^On record: (\d+) events/m.exec(out)?.[1]);
  expect(onRecord).toBeGreaterThanOrEqual(200);
  expect(out).toMatch(/^Dropped by the rate limit: [\d,]+ events\. So this measured the limit/m);
  const { audit } = admin;
  const counted = await audit.top({ field: 'action', action: 'audit-benchmark.send' });
  expect(counted.values).toEqual([{ value: 'audit-benchmark.send', count: onRecord }]);
});

test('bench ends at the first request that fails', async () => {
  const reader = ['--url', served.url, '--token-file', join(directory, 'reader.token')];
  const ran = await runAudit('bench', ...reader, '--yes', '--seconds', '30');
  expect(ran).toMatchObject({ code: 1, error: expect.stringContaining('custos audit bench: ') });
  expect(ran.out).toContain('On record: 0 events');
});

test('monitor shows health, logs, queries, events and witnesses, and leaves no record of it', async () => {
  const reads = async (): Promise<number> =>
    (await admin.audit.list({ action: 'audit.read', limit: 500 })).items.length;
  const before = await reads();
  const { code, out } = await runAudit('monitor', ...connection, '--once');
  expect(await reads()).toBe(before + 1); // The one that counted before.
  const [, word = ''] = /^CUSTOS AUDIT ([A-Z]+) {2}\d{4}-/.exec(out) ?? [];
  expect(code).toBe(healthExit.indexOf(word));
  expect(out).toMatch(/^\w+ +Buffer +\d+ events +> 500 \/ 800 /m);
  expect(out).toMatch(/^general +\d+ events +[\d.]+ .B +[\d.]+\/s$/m);
  expect(out).toMatch(/^Queries: \d+ in five minutes/m);
  expect(out).toMatch(/^Events: \d+ in the last hour, \d+ in the last minute: audit-benchmark\.send \d+/m);
  expect(out).toMatch(/^Security events: [1-9]\d* in the last hour: .*custos \d+/m);
  expect(out).toContain('No witness and no anchor');
  expect(out).not.toContain('cannot be told');
  expect(out).not.toContain('\u001B');

  const listed = await runAudit('monitor', ...connection, '--once', '--events', '2');
  expect(listed.out.match(/ from .* aud_| from .* evt_/g)).toHaveLength(2);
  expect(await reads()).toBe(before + 3);
});

test('monitor exits 3 when it cannot tell', async () => {
  const gone = await runAudit('monitor', '--once', '--url', 'http://127.0.0.1:1');
  expect(gone).toMatchObject({ code: 3, out: expect.stringContaining('CUSTOS AUDIT UNKNOWN - ') });
  expect((await runAudit('monitor', ...connection, '--refresh', '0')).code).toBe(3);
  expect((await runAudit('monitor', ...connection, '--once', '--events', 'all')).code).toBe(3);
});
