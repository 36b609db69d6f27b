import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { startReceiver } from '../../../../test/receivers.ts';
import { eventually } from '../../../../test/serve.ts';
import { describeOnBothStores } from '../../../../test/stores.ts';
import { systemClock } from '../../../base/clock.ts';
import { receiverCertificate } from '../../../outbound/fixtures/receiver.ts';
import { openDirectoryStore } from '../../../storage/objects/directory.ts';
import { joinEgress, type JoinedEgress } from './egress.ts';
import { act, openInstallation, removed, type Installation } from './installation-fixture.ts';

const receiverKey = readFileSync(new URL('../../../outbound/fixtures/receiver.key.pem', import.meta.url));

describeOnBothStores('egress, from the configuration', (open) => {
  const cleanups: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  /** An installation with so many acts on record, that sends as it is told. */
  async function sending(described: unknown, count: number): Promise<JoinedEgress & { shop: Installation }> {
    const shop = await openInstallation({ state: await open(), configuration: { egress: [described] } });
    cleanups.push(
      () => removed(shop),
      () => shop.close(),
    );
    await act(shop, count);
    const joined = await joinEgress(shop.parts);
    cleanups.push(() => joined.part.stop?.(1000));
    await joined.part.start?.();
    return { ...joined, shop };
  }
  const sentAll = ({ egress }: JoinedEgress): Promise<boolean> =>
    eventually(async () => {
      const [status] = await egress.status();
      return status?.logs.every(({ next, size }) => next === size);
    });

  test('a web address gets every event in the configured form, signed with both secrets', async () => {
    const receiver = await startReceiver();
    cleanups.push(() => receiver.close());
    const [secret, previousSecret] = ['the secret of today', 'the one of yesterday'];
    const joined = await sending(
      {
        kind: 'webhook',
        name: 'siem',
        url: receiver.url,
        secret,
        previousSecret,
        headers: { authorization: 'Bearer abc' },
        format: 'ecs',
        logs: ['security'],
      },
      5,
    );
    await sentAll(joined);
    const bodies = receiver.received.map(({ body }) => body).join('');
    expect(bodies.trimEnd().split('\n')).toHaveLength(5);
    expect(bodies).toContain('"ecs":{"version"');
    expect(bodies).not.toContain('192.0.2.7');
    const { headers, body } = receiver.received[0] as (typeof receiver.received)[number];
    expect(headers.authorization).toBe('Bearer abc');
    const [, seconds] = /^t=(\d+),/.exec(String(headers['custos-signature'])) ?? [];
    const proofs = [secret, previousSecret].map(
      (key) => `v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`,
    );
    expect(headers['custos-signature']).toBe([`t=${seconds}`, ...proofs].join(','));
    expect((await joined.egress.status())[0]).toMatchObject({ destination: 'siem', kind: 'webhook' });
  });

  test('what is disclosed leaves in clear, and that it does is on record before', async () => {
    const receiver = await startReceiver();
    cleanups.push(() => receiver.close());
    const { shop } = await sending(
      {
        kind: 'webhook',
        name: 'siem',
        url: receiver.url,
        secret: 'a secret of the receiver',
        logs: ['security'],
        disclose: ['address'],
      },
      2,
    );
    await eventually(() => receiver.received.some(({ body }) => body.includes('192.0.2.7')));
    expect(receiver.received.map(({ body }) => body).join('')).not.toContain('Lovelace');
    const { ledger } = shop;
    const written = await Promise.all(
      ledger.names().map(async (log) => {
        const reader = ledger.reader(log);
        const { size } = reader.head();
        return size === 0 ? [] : (await reader.entries(0, size)).map(String);
      }),
    );
    expect(written.flat().filter((leaf) => leaf.includes('"data.export"')).length).toBeGreaterThan(0);
  });

  test('a syslog receiver gets every event over TLS', async () => {
    const lines: string[] = [];
    const server = createServer(
      { cert: receiverCertificate, key: receiverKey, allowHalfOpen: true },
      (socket) => {
        socket.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
        socket.on('error', () => undefined);
        socket.on('end', () => socket.end());
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    const joined = await sending(
      {
        kind: 'syslog',
        name: 'collector',
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
        tls: { ca: receiverCertificate, servername: 'receiver.test' },
        hostname: 'custos.example',
      },
      4,
    );
    await sentAll(joined);
    expect(lines.join('').match(/custos\.example/g)).toHaveLength(4);
    expect(lines.join('')).toContain('CEF:0|');
  });

  test('a directory gets plain files', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'custos-export-'));
    cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
    const joined = await sending(
      { kind: 'objects', name: 'files', address: directory, logs: ['security'], compression: 'none' },
      3,
    );
    await sentAll(joined);
    const objects = await openDirectoryStore(directory, systemClock);
    const { objects: found } = await objects.list();
    expect(found.map(({ key }) => key)).toEqual([
      'audit-export/security/000000000000000-000000000000003.ndjson',
    ]);
    const text = (await objects.read(found[0]?.key as string, 1_000_000)).toString();
    expect(text.trimEnd().split('\n')).toHaveLength(3);
  });

  test('a destination that cannot be is named', async () => {
    const azure = { kind: 'objects', name: 'a', address: 'azure://container/x?account=shop' };
    const shop = await openInstallation({ state: await open(), configuration: { egress: [azure] } });
    cleanups.push(
      () => removed(shop),
      () => shop.close(),
    );
    await expect(joinEgress(shop.parts)).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'audit.egress.0' }],
    });
  });
});
