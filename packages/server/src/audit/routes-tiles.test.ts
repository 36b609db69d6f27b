import { gunzipSync } from 'node:zlib';
import { createTileVerifier, httpResources } from '@custos/client/ledger';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import { createManualClock } from '../base/clock.ts';
import { createSigner } from './log/formats/keys.ts';
import { removed, temporary, testEntry, testKeys, testOptions } from './log/ledger-fixture.ts';
import type { Ledger } from './log/ledger-types.ts';
import { openLedger } from './log/ledger.ts';
import { tileRoutes, type LedgerOpenness } from './routes-tiles.ts';
import type { AuditEvent } from './types.ts';

/** One origin begins with the other. */
const origins = { general: 'example.com/audit', security: 'example.com/audit/security' } as const;
const vkey = createSigner({
  name: origins.security,
  type: 1,
  privateKey: testKeys(origins.security).ed25519,
}).verifier.vkey;
const size = 700;
const directory = temporary();
const clock = createManualClock();
let ledger: Ledger;

beforeAll(async () => {
  const logs = Object.entries(origins).map(([name, origin]) => ({ name, origin }));
  ledger = await openLedger({ ...testOptions(directory, clock), logs });
  await ledger.append('general', testEntry(1));
  await ledger.appendMany(
    'security',
    Array.from({ length: size }, (_, at) => testEntry(at)),
  );
  await ledger.publish();
});
afterAll(async () => {
  await ledger.close();
  removed(directory);
});

async function served(openness: LedgerOpenness, { refuses = false } = {}) {
  const recorded: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<void> => {
    if (refuses) throw new Error('away');
    recorded.push(event);
  };
  const server = await createTestServer();
  await server.app.register(tileRoutes({ ledger, openness, audit: { append }, clock }));
  const get = (path: string, token?: string, headers: Record<string, string> = {}) =>
    server.app.inject({
      url: `/ledger/${path}`,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });
  return { server, recorded, get };
}

const checkpoint = `${origins.security}/checkpoint`;
const hashes = `${origins.security}/tile/0/000`;
const entries = `${origins.security}/tile/entries/000`;

test('a third-party style client verifies checkpoint, tiles and entries over HTTP alone', async () => {
  for (const openness of ['off', 'all'] as const) {
    const { server } = await served(openness);
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    try {
      const fetch = httpResources(
        `${address}/ledger/${origins.security}`,
        openness === 'all' ? {} : { headers: { authorization: 'Bearer ada=audit.read' } },
      );
      const verifier = createTileVerifier({ fetch, vkey });
      for (const index of [0, 255, 256, 511, 512, size - 1]) {
        expect(await verifier.verifyEntry(index, testEntry(index))).toMatchObject({ verified: true, index });
        const read = await verifier.readEntry(index);
        expect(read.verified && Buffer.from(read.leaf).equals(testEntry(index))).toBe(true);
      }
      expect(await verifier.verifyEntry(3, testEntry(4))).toMatchObject({ verified: false });
    } finally {
      await server.stop(0);
    }
  }
});

test('each resource has the type, the caching and the bytes that the specification gives it', async () => {
  const { get } = await served('all');
  const note = await get(checkpoint);
  expect(note.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'public, no-cache',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  expect(note.body).toBe(ledger.reader('security').checkpoint());
  const tile = await get(hashes);
  expect(tile.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect(tile.rawPayload).toEqual(await ledger.reader('security').leafHashes(0, 256));
  const partial = await get(`${origins.security}/tile/0/002.p/${size - 512}`);
  expect(partial.rawPayload).toEqual(await ledger.reader('security').leafHashes(512, size));
  // The log whose origin is the beginning of the other's.
  expect((await get(`${origins.general}/checkpoint`)).body).toBe(ledger.reader('general').checkpoint());
  expect((await get(`${origins.general}/tile/entries/000.p/1`)).rawPayload.subarray(2)).toEqual(testEntry(1));
});

test('bundles come compressed to who takes gzip, and as they are to who does not', async () => {
  const { get } = await served('all');
  const plain = await get(entries, undefined, { 'accept-encoding': 'identity' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  for (const [accepted, encoding] of [
    ['gzip', 'gzip'],
    ['br, gzip;q=0.5', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0, identity', undefined],
    ['br', undefined],
    ['gzip;q=nonsense', undefined],
  ] as const) {
    const { headers, rawPayload } = await get(entries, undefined, { 'accept-encoding': accepted });
    expect([accepted, headers['content-encoding']]).toEqual([accepted, encoding]);
    expect(headers['vary']).toBe('accept-encoding');
    expect(encoding === undefined ? rawPayload : gunzipSync(rawPayload)).toEqual(plain.rawPayload);
  }
});

test('what needs no permission follows from how open the ledger is', async () => {
  const answers: Record<string, number[]> = {};
  for (const openness of ['off', 'hashes', 'all'] as const) {
    const { get } = await served(openness);
    for (const token of [undefined, 'ada=system.read', 'ada=audit.read']) {
      const key = `${openness}, ${token ?? 'nobody'}`;
      answers[key] = [];
      for (const path of [checkpoint, hashes, entries])
        answers[key].push((await get(path, token)).statusCode);
    }
  }
  expect(answers).toEqual({
    'off, nobody': [401, 401, 401],
    'off, ada=system.read': [403, 403, 403],
    'off, ada=audit.read': [200, 200, 200],
    'hashes, nobody': [200, 200, 401],
    'hashes, ada=system.read': [200, 200, 403],
    'hashes, ada=audit.read': [200, 200, 200],
    'all, nobody': [200, 200, 200],
    'all, ada=system.read': [200, 200, 200],
    'all, ada=audit.read': [200, 200, 200],
  });
});

test('a refusal is a problem document, and that of somebody who is signed in is on record', async () => {
  const { get, recorded } = await served('hashes');
  const unknown = await get(entries);
  expect(unknown.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'www-authenticate': 'Bearer realm="custos"',
    'cache-control': 'no-store',
  });
  expect(unknown.json()).toMatchObject({ code: 'unauthenticated' });
  expect(recorded).toEqual([]);
  expect((await get(entries, 'ada=system.read')).json()).toMatchObject({ code: 'forbidden' });
  expect(recorded).toMatchObject([{ action: 'access.deny', outcome: 'denied', actor: { id: 'tok_ada' } }]);
  const { get: unrecorded } = await served('hashes', { refuses: true });
  expect((await unrecorded(entries, 'ada=system.read')).statusCode).toBe(403);
});

test('what is not public is kept by no shared cache, and entries by none at all', async () => {
  const { get } = await served('off');
  const caching = async (path: string) => {
    const { headers } = await get(path, 'ada');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    return headers['cache-control'];
  };
  expect(await caching(checkpoint)).toBe('private, no-cache');
  expect(await caching(hashes)).toBe('private, max-age=31536000, immutable');
  expect(await caching(entries)).toBe('no-store');
});

test('reading entries is on record before they are shown, once in ten minutes for reader and log', async () => {
  const { get, recorded } = await served('off');
  await get(hashes, 'ada');
  await get(checkpoint, 'ada');
  expect(recorded).toEqual([]);
  await get(`${origins.security}/tile/entries/001`, 'ada');
  await get(entries, 'ada');
  expect(recorded).toMatchObject([
    {
      action: 'ledger.read',
      actor: { id: 'tok_ada' },
      target: { type: 'audit-log', id: 'security' },
      outcome: 'succeeded',
      details: { from: 256, minutes: 10 },
    },
  ]);
  await get(entries, 'grace');
  await get(`${origins.general}/tile/entries/000.p/1`, 'ada');
  expect(recorded).toHaveLength(3);
  await clock.advance(600_000);
  await get(entries, 'ada');
  expect(recorded).toHaveLength(4);

  const { get: unrecorded } = await served('off', { refuses: true });
  const refused = await unrecorded(entries, 'ada');
  expect(refused.statusCode).toBe(503);
  expect(refused.json()).toMatchObject({ code: 'audit_unavailable' });
  // A failure is not remembered as a record.
  expect((await unrecorded(entries, 'ada')).statusCode).toBe(503);
});

test('what no log has is not found, also to those who guess at paths', async () => {
  const { get } = await served('all');
  for (const path of [
    '',
    'checkpoint',
    'example.com/other/checkpoint',
    origins.security,
    `${origins.security}/`,
    `${origins.security}/tile/0/003`,
    `${origins.security}/tile/0/002`,
    `${origins.security}/tile/0/000.p/256`,
    `${origins.security}/tile/64/000`,
    `${origins.security}/tile/00/000`,
    `${origins.security}/tile/0/000/`,
    `${origins.security}/heads/security`,
    `${origins.security}/tile/entries/../../../../journal/seal.key`,
    `${origins.security}/..%2f..%2f..%2fjournal/seal.key`,
    `${origins.security}/tile/0/${'x000/'.repeat(200)}000`,
  ]) {
    const answer = await get(path);
    expect([path, answer.statusCode]).toEqual([path, 404]);
    expect(answer.headers['cache-control']).toBe('no-store');
  }
});
