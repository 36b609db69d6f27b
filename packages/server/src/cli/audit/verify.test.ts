import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSigner } from '../../audit/log/formats/keys.ts';
import {
  copied,
  removed,
  temporary,
  testKeys,
  testOptions,
  testOrigins,
} from '../../audit/log/ledger-fixture.ts';
import { openLedger } from '../../audit/log/ledger.ts';
import { runAudit } from './run-fixture.ts';

const size = 700;
const work: string[] = [];
let directory: string;
let policy: string;
let server: Server | undefined;

function fresh(): string {
  const made = temporary();
  work.push(made);
  return made;
}

async function grow(at: string, from: number, to: number): Promise<void> {
  const ledger = await openLedger(testOptions(at));
  const entries = Array.from({ length: to - from }, (_, place) => Buffer.from(`entry ${from + place}`));
  await ledger.appendMany('general', entries);
  await ledger.appendMany('security', entries);
  await ledger.publish();
  await ledger.close();
}

beforeAll(async () => {
  directory = fresh();
  await grow(directory, 0, size);
  const keys = Object.values(testOrigins).map(
    (name) => createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 }).verifier.vkey,
  );
  policy = join(fresh(), 'trusted.policy');
  writeFileSync(policy, `${keys.map((vkey) => `log ${vkey}\n`).join('')}quorum none\n`);
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
afterAll(() => work.forEach(removed));

/** Serves a ledger's directory as tlog-tiles asks for; `limited` first requests are told to come again. */
async function serving(at: string, limited = 0): Promise<string> {
  let left = limited;
  server = createServer((request, reply) => {
    if (left > 0) {
      left -= 1;
      reply.writeHead(429, { 'retry-after': '0' }).end();
      return;
    }
    const path = (request.url ?? '').replace('/ledger/example.com/', 'logs/');
    if (request.headers.authorization !== 'Bearer cst_reader') reply.writeHead(401).end();
    else {
      try {
        reply.end(readFileSync(join(at, path)));
      } catch {
        reply.writeHead(404).end();
      }
    }
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function tokenFile(token = 'cst_reader'): string {
  const file = join(fresh(), 'token');
  writeFileSync(file, `${token}\n`);
  return file;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

test('a directory verifies under a policy, and says what was compared', async () => {
  const { code, out } = await runAudit('verify', '--directory', directory, '--policy', policy);
  expect(out).toContain(`general: ${size} entries, ${size} of them signed as example.com/general`);
  expect(out).toContain(`Verified: ${2 * size} entries.`);
  expect(code).toBe(0);
});

test('a changed byte is not verified: 1, with the file and the entries', async () => {
  const copy = copied(directory);
  work.push(copy);
  flip(join(copy, 'logs/general/tile/entries/001'), 40);
  const { code, out } = await runAudit('verify', '--directory', copy, '--policy', policy);
  expect(code).toBe(1);
  expect(out).toContain('logs/general/tile/entries/001: ');
  expect(out).toContain('NOT VERIFIED');
  const json = await runAudit('verify', '--directory', copy, '--policy', policy, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ verified: false, findings: [{ log: 'general' }] });
});

test('what cannot be told is 2: no ledger, no policy, a policy that is none', async () => {
  const empty = await runAudit('verify', '--directory', fresh(), '--policy', policy);
  expect(empty.code).toBe(2);
  const without = await runAudit('verify', '--directory', directory);
  expect(without).toMatchObject({ code: 2, error: expect.stringContaining('--policy') });
  const wrong = join(fresh(), 'wrong.policy');
  writeFileSync(wrong, 'trust everybody\n');
  expect((await runAudit('verify', '--directory', directory, '--policy', wrong)).code).toBe(2);
});

/** Verifies what the server at this address serves, as a person with its token does. */
const verifyServed = (url: string, ...more: readonly string[]) =>
  runAudit('verify', '--url', url, '--token-file', tokenFile(), '--policy', policy, ...more);

test('a server is verified by what it serves, and one that limits requests is waited for', async () => {
  const url = await serving(directory, 3);
  const { code, out } = await verifyServed(url);
  expect(out).toContain(`example.com/general: verified, ${size} entries`);
  expect(out).toContain(`example.com/security: verified, ${size} entries`);
  expect(code).toBe(0);
});

test('a server that serves a changed entry is not verified, with its index', async () => {
  const copy = copied(directory);
  work.push(copy);
  flip(join(copy, 'logs/security/tile/entries/000'), 4);
  const url = await serving(copy);
  const { code, out } = await verifyServed(url, '--json');
  expect(code).toBe(1);
  const { logs } = JSON.parse(out) as { logs: { origin: string; findings: string[] }[] };
  expect(logs.find(({ origin }) => origin === testOrigins.general)?.findings).toEqual([]);
  expect(logs.find(({ origin }) => origin === testOrigins.security)?.findings[0]).toMatch(/^Entry 0: /);
});

test('a log that was rolled back, and one that was rewritten, contradict what was remembered', async () => {
  const grown = copied(directory);
  work.push(grown);
  await grow(grown, size, size + 300);
  const remember = join(fresh(), 'seen.json');
  const verify = async (at: string) => {
    const url = await serving(at);
    const ran = await verifyServed(url, '--remember', remember);
    server?.closeAllConnections();
    server?.close();
    return ran;
  };
  expect((await verify(directory)).code).toBe(0);
  const continued = await verify(grown);
  expect(continued.code).toBe(0);
  expect(continued.out).toContain(`continues the ${size} that were remembered`);
  const back = await verify(directory);
  expect(back.code).toBe(1);
  expect(back.out).toContain(`${size + 300} were signed before`);

  const other = fresh();
  await grow(other, 5_000, 5_000 + size + 400);
  expect((await verify(other)).code).toBe(1);
  expect((await verify(grown)).code).toBe(0);
});

test('a server that refuses, or is not there, is 2', async () => {
  const url = await serving(directory);
  const refused = await runAudit(
    'verify',
    '--url',
    url,
    '--token-file',
    tokenFile('cst_other'),
    '--policy',
    policy,
  );
  expect(refused).toMatchObject({ code: 2, error: expect.stringContaining('401') });
  const gone = await runAudit('verify', '--url', 'http://127.0.0.1:1', '--policy', policy, '--json');
  expect(gone.code).toBe(2);
  expect(JSON.parse(gone.out)).toMatchObject({ verified: null });
});
