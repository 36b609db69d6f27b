import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { probeInput, probePatch } from '@custos/contract';
import { afterEach, expect, inject, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { probePolicy } from '../outbound/policy.ts';
import { createOutbound } from '../outbound/service.ts';
import { describeOnBothStores } from '../../test/stores.ts';
import { parseReply } from './kinds/resp.ts';
import { openFixture, type Fixture } from './test/fixture.ts';

const outbound = createOutbound({
  policy: { ...probePolicy, internal: ['private', 'localhost'] },
  clock: systemClock,
  onRefused: () => undefined,
});

describeOnBothStores('databases that are probed', (open) => {
  let fixture: Fixture;
  const redis = createServer((socket) => {
    socket.on('data', (data) => {
      const [command] = (parseReply(Buffer.from(data))?.reply ?? []) as string[];
      const info = 'used_memory:7\r\n';
      socket.write(command === 'AUTH' ? '+OK\r\n' : `$${info.length}\r\n${info}\r\n`);
    });
  });
  afterEach(async () => {
    await fixture.probes.stop();
    redis.close();
  });

  test('are listed once, without passwords, and can be read; paused ones are not', async () => {
    await new Promise<void>((resolve) => redis.listen(0, '127.0.0.1', resolve));
    const { port } = redis.address() as AddressInfo;
    fixture = await openFixture(await open(), { outbound });
    await fixture.probes.start();
    const create = (name: string, kind: string, options: object) =>
      fixture.probes.create(probeInput.parse({ name, kind, intervalMs: 3_600_000, options }));
    const { url } = inject('postgres');
    await create('Shop', 'postgres', { url });
    await create('Shop again', 'postgres', { url, query: 'select 2' });
    const cache = await create('Cache', 'redis', { host: '127.0.0.1', port, password: 'pw' });

    const databases = await fixture.probes.databases();
    const { host } = new URL(url);
    expect(
      databases
        .map(({ kind, instance }) => [kind, instance])
        .toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
    ).toEqual([
      ['postgres', expect.stringContaining(host) as string],
      ['redis', `127.0.0.1:${port}`],
    ]);
    const { signal } = new AbortController();
    for (const database of databases) {
      if (database.kind === 'redis') expect(await database.info(signal)).toContain('used_memory:7');
      else {
        expect(database.instance).not.toContain('@');
        expect(await database.read(['select 1 as a', 'select 2 as b'], signal)).toEqual([
          [{ a: 1 }],
          [{ b: 2 }],
        ]);
        await expect(database.read(['create table t (a int)'], signal)).rejects.toThrow('read-only');
      }
    }
    await fixture.probes.update(cache.id, probePatch.parse({ paused: true }));
    expect((await fixture.probes.databases()).map(({ kind }) => kind)).toEqual(['postgres']);
    await fixture.probes.stop();
    expect(await fixture.probes.databases()).toEqual([]);
  });
});
