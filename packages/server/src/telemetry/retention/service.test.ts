import type { LogCategory } from '@custos/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { defaultRetention } from './lifetimes.ts';
import { telemetryRetentionRoutes } from './routes.ts';
import { createTelemetryRetention, type TelemetryRetention } from './service.ts';

const dayMs = 86_400_000;
const directory = temporaryDirectory();
const columns = testColumns({ dataDirectory: directory.path });
beforeAll(async () => {
  await columns.start();
  await columns.ready();
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});
beforeEach(async () => {
  await columns.command('TRUNCATE TABLE log_record');
  await columns.command('TRUNCATE TABLE span');
});

const held = new Map<LogCategory, string>();
const make = (state: State, budgetBytes = 1e12): TelemetryRetention =>
  createTelemetryRetention({
    columns,
    state,
    clock: systemClock,
    log: silentLogger,
    holds: { held: async () => held },
    budgetBytes,
    dataDirectory: directory.path,
  });

/** `bytes` of noise, which cannot be compressed. */
async function put(category: LogCategory, daysAgo: number, bytes = 100): Promise<void> {
  const message = Array.from({ length: Math.ceil(bytes / 10) }, () =>
    Math.random().toString(36).slice(2, 12),
  ).join('');
  await columns.insert('log_record', [
    { time: Date.now() - daysAgo * dayMs, category, severity: 'info', service: 's', message },
  ]);
  await columns.flush();
}
const left = async (): Promise<string[]> =>
  (
    await columns.query<{ left: string }>(
      "SELECT concat(category, ' ', toString(dateDiff('day', time, now64(3)))) AS left FROM log_record ORDER BY left",
    )
  ).map((row) => row.left);

describeOnBothStores('retention of telemetry', (open) => {
  test('settings are row L5 until they are changed, hold for every node, and reach the engine', async () => {
    const state = await open();
    held.clear();
    const retention = make(state);
    expect(await retention.get()).toEqual(defaultRetention);
    await retention.apply();
    await put('debug', 20);
    await put('audit', 300);
    await put('application', 300);
    expect(await left()).toEqual(['application 300', 'audit 300', 'debug 20']);

    const shorter = { ...defaultRetention, logs: { ...defaultRetention.logs, debug: 10, application: 100 } };
    expect(await retention.shortens(shorter)).toBe(true);
    const shown = await retention.set(shorter, 'usr_1');
    expect(shown.kinds.find(({ kind }) => kind === 'debug')?.retentionDays).toBe(10);
    expect(await make(state).get()).toEqual(shorter);
    await eventually(async () => (await left()).join() === 'audit 300', 20_000);
    await make(state).set(defaultRetention, 'usr_1');
  });

  test('what is held outlives its time until it is released', async () => {
    const retention = make(await open());
    held.set('debug', 'case 7');
    await retention.apply();
    await put('debug', 100);
    await put('performance', 200);
    await eventually(async () => (await left()).join() === 'debug 100', 20_000);
    expect((await retention.status()).kinds.find(({ kind }) => kind === 'debug')).toMatchObject({
      held: true,
      rows: 1,
      retentionDays: 30,
    });
    held.clear();
    await retention.apply();
    await eventually(async () => (await left()).length === 0, 20_000);
  });

  test('the budget drops the oldest of the least important, says so, and never touches audit', async () => {
    const state = await open();
    held.clear();
    await make(state).apply();
    for (const [category, ago] of [
      ['debug', 2],
      ['debug', 1],
      ['performance', 3],
      ['security', 5],
      ['audit', 9],
    ] as const)
      await put(category, ago, 100_000);
    const { totalBytes } = await make(state).status();
    const retention = make(state, totalBytes - 100_000);
    expect(await retention.selfCheck().check()).toMatchObject({ status: 'degraded' });
    await retention.apply();
    expect(await left()).toEqual(['audit 9', 'performance 3', 'security 5']);
    const status = await retention.status();
    expect(status.dropped.map(({ kind, day }) => [kind, day])).toEqual(
      [1, 2].map((ago) => ['debug', new Date(Date.now() - ago * dayMs).toISOString().slice(0, 10)]),
    );
    expect(status.dropped[0]?.why).toContain('budget');
    expect(await retention.selfCheck().check()).toMatchObject({
      status: 'degraded',
      message: 'the disk budget is used up: days of debug were dropped',
    });

    await make(state, 1).apply();
    expect(await left()).toEqual(['audit 9']);
  });

  test('the status tells bytes, times, growth and the disk', async () => {
    const retention = make(await open(), 1e8);
    held.clear();
    await retention.apply();
    await put('security', 3, 50_000);
    await put('security', 1, 50_000);
    const status = await retention.status();
    const security = status.kinds.find(({ kind }) => kind === 'security');
    expect(security).toMatchObject({ rows: 2, held: false, retentionDays: 2557 });
    expect(security?.bytes).toBeGreaterThan(50_000);
    expect(Math.abs((security?.oldestAt ?? 0) - (Date.now() - 3 * dayMs))).toBeLessThan(60_000);
    expect(security?.bytesPerDay).toBeGreaterThan((security?.bytes ?? 0) / 4);
    expect(status.totalBytes).toBeGreaterThanOrEqual(security?.bytes ?? Infinity);
    expect(status.diskFreeBytes).toBeGreaterThan(0);
    expect(status.fullAt).toBeGreaterThan(Date.now());
    expect(status.history).toHaveLength(1);
    expect(await retention.selfCheck().check()).toMatchObject({ status: 'up' });
  });

  test('rollups are a kind of their own, by day, that gives way after the samples', async () => {
    const state = await open();
    held.clear();
    const day = new Date(Date.now() - 100 * dayMs).toISOString().slice(0, 10);
    await columns.command(
      `INSERT INTO metric_rollup (day, run, series, window_end, samples)
       SELECT '${day}', 7, number, '${day} 10:00:00', 1 FROM numbers(3)`,
    );
    await columns.command(`INSERT INTO metric_series (day, id, name) VALUES ('${day}', 1, 'm')`);
    const retention = make(state, 1e8);
    await retention.apply();
    const { kinds } = await retention.status();
    expect(kinds.find(({ kind }) => kind === 'rollups')).toMatchObject({
      rows: 3,
      retentionDays: 730,
      oldestAt: Date.parse(day),
      held: false,
    });
    // Labels outlive the samples, whose time is over.
    expect(
      await columns.query('SELECT DISTINCT name FROM metric_series WHERE day = {day:Date}', { day }),
    ).toEqual([{ name: 'm' }]);
    await make(state, 1).apply();
    const { dropped } = await retention.status();
    expect(dropped.filter(({ kind }) => kind === 'rollups').map((one) => one.day)).toEqual([day]);
  });

  test('over HTTP: shown and changed with the right, on record; a shorter time asks for a second person', async () => {
    const asked: string[] = [];
    const server = await createTestServer(
      {},
      {
        approvals: {
          hold: async ({ kind }) => {
            asked.push(kind);
            return { held: false, id: null };
          },
          ended: async () => undefined,
          connect: () => undefined,
        },
      },
    );
    await server.app.register(telemetryRetentionRoutes(make(await open())));
    const call = async (method: 'GET' | 'PUT', body?: object, token = 'admin') => {
      const response = await server.app.inject({
        method,
        url: '/api/v1/storage',
        headers: { authorization: `Bearer ${token}` },
        ...(body && { payload: body }),
      });
      return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
    };
    try {
      expect((await call('GET')).status).toBe(200);
      expect((await call('GET', undefined, 'a=log.read')).status).toBe(403);
      expect((await call('PUT', { ...defaultRetention, metrics: 0 })).body).toMatchObject({
        code: 'invalid_input',
      });
      expect((await call('PUT', { ...defaultRetention, metrics: 100 })).status).toBe(200);
      expect(server.audited.at(-1)).toMatchObject({
        action: 'telemetry.retention',
        outcome: 'succeeded',
        details: { before: { metrics: 90 }, after: { metrics: 100 } },
      });
      expect(asked).toEqual([]);
      expect((await call('PUT', { ...defaultRetention, metrics: 99 })).status).toBe(200);
      expect(asked).toEqual(['shorten-retention']);
    } finally {
      await server.stop();
    }
  });
});
