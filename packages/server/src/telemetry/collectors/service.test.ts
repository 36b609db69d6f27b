import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import pg from 'pg';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createMetrics } from '../../http/metrics.ts';
import { createTally } from '../ingest/tally.ts';
import { createFakeIntake } from '../ingest/test/fake-intake.ts';
import { localMounts } from './host-filesystems.ts';
import { readDisks, readNetwork } from './host-devices.ts';
import { readMemory, readStat } from './host.ts';
import { createCollectors, type CollectorsOptions } from './service.ts';
import type { PostgresTarget, RedisTarget } from './types.ts';

const info = [
  '# Server',
  'redis_version:7.2.4',
  'uptime_in_seconds:120',
  'used_memory:1048576',
  'mem_fragmentation_ratio:1.5',
  'constructor:3',
  'keyspace_hits:42',
  'db0:keys=7,expires=2,avg_ttl=0',
  '',
].join('\r\n');

function started(more: Partial<CollectorsOptions> = {}) {
  const clock = createManualClock();
  const intake = createFakeIntake(clock);
  const tally = createTally(clock);
  const metrics = createMetrics();
  metrics.counter('custos_things_total', 'Things.').add({ kind: 'a' }, 3);
  metrics.counter('process_cpu_seconds_total', 'CPU.').add();
  const collectors = createCollectors({
    samples: intake,
    tally,
    clock,
    log: silentLogger,
    node: 'node-1',
    ownMetrics: () => metrics.text(),
    restarts: () => 4,
    ...more,
  });
  /** One interval passes, and what is read in real time is waited for. */
  const interval = async (done: () => boolean): Promise<void> => {
    await clock.advance(15_000);
    for (let tries = 0; tries < 300 && !done(); tries += 1) await systemClock.sleep(10);
  };
  return { clock, intake, tally, collectors, interval };
}

test('the host, the process and Custos itself are read every 15 seconds', async () => {
  const { intake, tally, collectors, interval } = started();
  await collectors.start();
  await interval(() => intake.of('node_uname_info').length > 0 && intake.of('process_open_fds').length > 0);
  const names = new Set(intake.kept.map(({ labels }) => labels['__name__']));
  for (const name of [
    'node_cpu_seconds_total',
    'node_memory_MemTotal_bytes',
    'node_memory_MemAvailable_bytes',
    'node_load1',
    'node_filesystem_avail_bytes',
    'node_boot_time_seconds',
    'process_resident_memory_bytes',
    'nodejs_heap_size_used_bytes',
    'nodejs_gc_duration_seconds_sum',
    'nodejs_eventloop_lag_p99_seconds',
    'custos_things_total',
  ]) {
    expect(names).toContain(name);
  }
  const own = { job: 'custos', instance: 'node-1' };
  expect(intake.value({ __name__: 'custos_things_total', kind: 'a', ...own })).toBe(3);
  expect(intake.value({ __name__: 'custos_process_restarts_total', ...own })).toBe(4);
  // Once, although /metrics has it as well.
  expect(intake.of('process_cpu_seconds_total')).toHaveLength(1);
  expect(intake.of('node_load1')[0]?.labels).toMatchObject({ job: 'node' });
  expect(
    tally
      .sources()
      .map(({ door, name }) => `${door} ${name}`)
      .toSorted((a, b) => a.localeCompare(b)),
  ).toEqual(['collector custos', 'collector host', 'collector process']);
  await collectors.stop();
});

test('what is not enabled is not read', async () => {
  const { intake, collectors, interval } = started({
    enabled: { host: false, process: false, custos: true },
  });
  await collectors.start();
  await interval(() => intake.kept.length > 0);
  expect(new Set(intake.kept.map(({ labels }) => labels['__name__']))).toEqual(
    new Set(['custos_things_total']),
  );
  await collectors.stop();
});

test('what the kernel says is read as node_exporter reads it', () => {
  const value = (
    found: readonly { name: string; labels?: object; value: number }[],
    name: string,
    labels: object,
  ) => found.find((one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels))?.value;
  const stat = readStat('cpu  1 2 3\ncpu0 200 0 100 5000 50 0 0 0 0 0\nctxt 77\nprocs_running 2\n');
  expect(value(stat, 'node_cpu_seconds_total', { cpu: '0', mode: 'user' })).toBe(2);
  expect(value(stat, 'node_cpu_seconds_total', { cpu: '0', mode: 'iowait' })).toBe(0.5);
  expect(stat.find(({ name }) => name === 'node_context_switches_total')?.value).toBe(77);
  const memory = readMemory('MemTotal:       16000 kB\nMemAvailable:    8000 kB\n');
  expect(memory.map(({ value: bytes }) => bytes)).toEqual([16_384_000, 8_192_000]);
  const disks = readDisks(
    '   8 0 sda 10 0 100 1500 20 0 200 2500 0 3000 4000\n   8 1 sda1 1 1 1 1 1 1 1 1 1 1 1\n   7 0 loop0 1 1 1 1 1 1 1 1 1 1 1\n',
  );
  expect(value(disks, 'node_disk_read_bytes_total', { device: 'sda' })).toBe(51_200);
  expect(value(disks, 'node_disk_io_time_seconds_total', { device: 'sda' })).toBe(3);
  expect(new Set(disks.map(({ labels }) => labels?.['device']))).toEqual(new Set(['sda']));
  const network = readNetwork(
    'Inter-| Receive | Transmit\n face |bytes packets\n  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n veth12: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n',
  );
  expect(value(network, 'node_network_transmit_bytes_total', { device: 'eth0' })).toBe(2000);
  expect(network).toHaveLength(8);
  expect(
    localMounts('/dev/sda1 / ext4 rw 0 0\n/dev/sda1 /mnt/a\\040b ext4 rw 0 0\nnfs:/x /net nfs rw 0 0\n'),
  ).toEqual([{ device: '/dev/sda1', mountpoint: '/', fstype: 'ext4' }]);
});

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: inject('postgres').url });
  await client.connect();
});
afterAll(() => client.end());

test('a real PostgreSQL and a Redis are read while they are probed, and ended afterwards', async () => {
  const postgres: PostgresTarget = {
    kind: 'postgres',
    instance: 'db:5432/shop',
    async read(statements) {
      const answers: Record<string, unknown>[][] = [];
      for (const statement of statements)
        answers.push((await client.query<Record<string, unknown>>(statement)).rows);
      return answers;
    },
  };
  const redis: RedisTarget = { kind: 'redis', instance: 'cache:6379', info: async () => info };
  let targets: (PostgresTarget | RedisTarget)[] = [postgres, redis];
  const { intake, collectors, interval } = started({
    enabled: { host: false, process: false, custos: false },
    databases: { list: async () => targets },
  });
  await collectors.start();
  await interval(() => intake.of('pg_up').length > 0 && intake.of('redis_up').length > 0);
  const pgLabels = { job: 'postgres', instance: 'db:5432/shop' };
  expect(intake.value({ __name__: 'pg_up', ...pgLabels })).toBe(1);
  expect(intake.value({ __name__: 'pg_settings_max_connections', ...pgLabels })).toBeGreaterThan(0);
  expect(
    intake.value({ __name__: 'pg_database_size_bytes', datname: 'postgres', ...pgLabels }),
  ).toBeGreaterThan(1e6);
  expect(
    intake.value({ __name__: 'pg_stat_database_xact_commit', datname: 'postgres', ...pgLabels }),
  ).toBeGreaterThan(0);
  expect(intake.value({ __name__: 'pg_replication_lag_seconds', ...pgLabels })).toBe(0);
  expect(intake.kept.every(({ value }) => !Number.isNaN(value))).toBe(true);
  const redisLabels = { job: 'redis', instance: 'cache:6379' };
  expect(intake.value({ __name__: 'redis_keyspace_hits_total', ...redisLabels })).toBe(42);
  expect(intake.value({ __name__: 'redis_db_keys', db: 'db0', ...redisLabels })).toBe(7);

  targets = [{ ...redis, info: async () => Promise.reject(new Error('gone')) }];
  intake.clear();
  await interval(() => intake.of('redis_up').length > 0 && intake.of('pg_up').length > 0);
  expect(intake.value({ __name__: 'redis_up', ...redisLabels })).toBe(0);
  expect(intake.value({ __name__: 'redis_keyspace_hits_total', ...redisLabels })).toBe('stale');
  expect(intake.value({ __name__: 'pg_up', ...pgLabels })).toBe('stale');
  await collectors.stop();
});
