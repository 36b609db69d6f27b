import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { auditSettings } from '../events/settings.ts';
import { progress, wellSources } from './health-fixture.ts';
import { createAuditHealth } from './service.ts';
import type { HealthSources, LastVerification } from './types.ts';

const hourMs = 3_600_000;

async function looked(changed: Partial<HealthSources>, settings = auditSettings()) {
  const health = createAuditHealth({ sources: wellSources(changed), settings, clock: createManualClock() });
  return health.check();
}

async function component(name: string, changed: Partial<HealthSources>, settings = auditSettings()) {
  const found = (await looked(changed, settings)).components.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no component ${name}.`);
  return found;
}

const well = wellSources();
const queries = (p95Ms: number | null) => ({
  index: () => ({ ...well.index(), queries: { count: 30, p50Ms: 1, p95Ms } }),
});
const size = (bytes: number) => ({
  figures: async () => ({
    journalBytes: bytes / 2,
    logs: [
      { name: 'a', size: 1, bytes: bytes / 4, perSecond: 0, lastCheckpointAt: null },
      { name: 'b', size: 1, bytes: bytes / 4, perSecond: 0, lastCheckpointAt: null },
    ],
  }),
});

/** Row A13: where each figure is still fine, a warning, still a warning, and critical. */
const boundaries: readonly [
  name: string,
  of: (value: number) => Partial<HealthSources>,
  at: readonly [number, number, number, number],
][] = [
  ['buffer', (value) => ({ waiting: async () => value }), [500, 501, 800, 801]],
  ['queries', queries, [100, 100.1, 500, 500.1]],
  ['log-size', size, [1e9, 1e9 + 4, 5e9, 5e9 + 4]],
  [
    'security-events',
    (value) => ({ security: async () => ({ events: value, blocked: 0 }) }),
    [50, 51, 100, 101],
  ],
  ['blocked', (value) => ({ security: async () => ({ events: 0, blocked: value }) }), [100, 101, 500, 501]],
  ['disk', (value) => ({ disk: async () => ({ usedPercent: value, freeBytes: 1e9 }) }), [85, 85.1, 95, 95.1]],
];

describe('thresholds of row A13', () => {
  test.each(boundaries)(
    '%s is a warning and critical above its figures, not at them',
    async (name, of, at) => {
      const statuses = [];
      for (const value of at) statuses.push((await component(name, of(value))).status);
      expect(statuses).toEqual(['ok', 'warning', 'warning', 'critical']);
      const { warning, critical, value } = await component(name, of(at[3]));
      const scale = name === 'log-size' ? 1e9 : 1;
      expect([warning, critical, value]).toEqual([at[0] / scale, at[2] / scale, at[3] / scale]);
    },
  );

  test('what an installation sets takes the place of the defaults', async () => {
    const settings = auditSettings({ BUFFER_WARNING: 10, BUFFER_CRITICAL: 20 });
    expect(await component('buffer', { waiting: async () => 11 }, settings)).toMatchObject({
      status: 'warning',
      warning: 10,
      critical: 20,
    });
  });

  test('nobody searching is fine', async () => {
    expect(await component('queries', queries(null))).toMatchObject({ status: 'ok', value: null });
  });
});

describe('the ledger and its integrity', () => {
  test('a ledger that stopped is critical and says why', async () => {
    const stopped = { status: 'critical' as const, reasons: ['The disk failed: EIO.'] };
    expect(await component('ledger', { ledger: () => stopped })).toMatchObject({
      status: 'critical',
      message: 'The disk failed: EIO.',
    });
    expect(
      (await component('ledger', { ledger: () => ({ status: 'degraded', reasons: ['x'] }) })).status,
    ).toBe('warning');
  });

  test('a verification that found something is critical, however long ago', async () => {
    const failed: LastVerification = {
      state: 'failed',
      startedAt: 0,
      entries: 9,
      findings: ['logs/general/tile/0/000: changed', 'another'],
    };
    const { status, message } = await component('integrity', { verification: () => failed });
    expect(status).toBe('critical');
    expect(message).toContain('logs/general/tile/0/000: changed');
    expect(message).toContain('1 more');
  });

  test('a good verification is fine for three days, and then it is time for another', async () => {
    const now = createManualClock().now();
    const done = (hours: number) => ({
      verification: async (): Promise<LastVerification> => ({
        state: 'ok',
        startedAt: now - hours * hourMs,
        entries: 9,
        findings: [],
      }),
    });
    expect(await component('integrity', done(72))).toMatchObject({ status: 'ok', value: 72 });
    expect(await component('integrity', done(72.1))).toMatchObject({ status: 'warning', critical: null });
    const shared = { ...done(1000), isShared: true };
    expect(await component('integrity', shared)).toMatchObject({ status: 'ok', warning: null });
    expect((await component('integrity', done(0.5))).message).toContain('less than an hour ago');
  });

  test('a ledger that was never verified is fine at first and not for ever', async () => {
    const clock = createManualClock();
    const health = createAuditHealth({ sources: wellSources(), settings: auditSettings(), clock });
    const status = async () =>
      (await health.check()).components.find(({ name }) => name === 'integrity')?.status;
    expect(await status()).toBe('ok');
    await clock.advance(3 * 24 * hourMs + 1);
    expect(await status()).toBe('warning');
  });
});

describe('the index', () => {
  const index = (changed: Partial<ReturnType<HealthSources['index']>>) => ({
    index: () => ({ ...well.index(), ...changed }),
  });
  const behind = (count: number) => [{ log: 'general', indexed: 0, size: count, behind: count }];

  test('differing from the logs is critical', async () => {
    const differing = [{ from: 0, to: 9, expected: 9, found: 8, indexes: [3] }];
    const log = { log: 'general', from: 0, to: 9, behind: 0, expectedDigest: 'a', foundDigest: 'b' };
    const lastCheck = { ok: false, checkedAt: 0, durationMs: 1, logs: [{ ...log, differing }] };
    const found = await component('index', index({ lastCheck }));
    expect(found.status).toBe('critical');
    expect(found.message).toContain('custos audit rebuild');
  });

  test('down, failing, or too far behind to be searched is a warning', async () => {
    expect((await component('index', index({ state: 'away' }))).status).toBe('warning');
    expect((await component('index', index({ lastError: 'no memory' }))).message).toContain('no memory');
    expect((await component('index', index({ logs: behind(50_000) }))).status).toBe('ok');
    expect((await component('index', index({ logs: behind(50_001) }))).status).toBe('warning');
  });

  test('having none by configuration is fine', async () => {
    const away = { ...index({ state: 'away', logs: behind(60_000) }), hasIndex: false };
    expect((await component('index', away)).status).toBe('ok');
  });
});

describe('those outside', () => {
  const witness = (name: string, lagMs: number, state: 'ok' | 'behind' | 'failing' | 'forked' = 'ok') => ({
    name,
    state,
    logs: [progress(0), progress(lagMs)],
  });

  test('without any, it is said what that means', async () => {
    const { status, message } = await component('witnesses', {});
    expect(status).toBe('ok');
    expect(message).toContain('Nobody outside');
  });

  test('a witness that is behind by more than a minute is a warning', async () => {
    const at = async (ms: number) => component('witnesses', { witnesses: () => [witness('w1', ms)] });
    expect((await at(60_000)).status).toBe('ok');
    expect(await at(60_001)).toMatchObject({ status: 'warning', value: 60.001, unit: 's' });
  });

  test('one that fails is a warning while others follow, and critical when nobody has for an hour', async () => {
    const long = 2 * hourMs;
    const one = [witness('w1', long, 'failing'), witness('w2', 0)];
    const { status, message } = await component('witnesses', { witnesses: () => one });
    expect(status).toBe('warning');
    expect(message).toContain('w1 (7200 s)');
    expect(message).not.toContain('w2');
    const all = [witness('w1', long, 'failing'), witness('w2', long, 'behind')];
    expect((await component('witnesses', { witnesses: () => all })).status).toBe('critical');
  });

  test('a fork is critical', async () => {
    const found = await component('witnesses', { witnesses: () => [witness('w1', 0, 'forked')] });
    expect(found).toMatchObject({ status: 'critical', message: 'The log has forked, says the witness w1.' });
  });

  test('an anchor is behind only by what its interval does not explain', async () => {
    const anchor = (lagMs: number) => ({
      anchors: () => [{ name: 'vault', intervalMs: 600_000, logs: [progress(lagMs)] }],
    });
    expect(await component('witnesses', anchor(660_000))).toMatchObject({ status: 'ok', value: 60 });
    expect((await component('witnesses', anchor(660_001))).status).toBe('warning');
  });
});

describe('all of it', () => {
  test('the whole is as bad as its worst part', async () => {
    expect((await looked({})).status).toBe('ok');
    const broken = { disk: () => Promise.reject(new Error('no such directory')) };
    const unknown = await looked(broken);
    expect(unknown.status).toBe('unknown');
    expect(unknown.components.find(({ name }) => name === 'disk')?.message).toContain('no such directory');
    expect((await looked({ ...broken, waiting: async () => 501 })).status).toBe('warning');
    expect((await looked({ ...broken, waiting: async () => 801 })).status).toBe('critical');
  });

  test('a part that hangs is unknown after five seconds, and the others are told', async () => {
    const clock = createManualClock();
    const sources = wellSources({ figures: () => new Promise(() => undefined) });
    const health = createAuditHealth({ sources, settings: auditSettings(), clock });
    const checking = health.check();
    await clock.advance(5_000);
    const { components } = await checking;
    expect(components.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toEqual(['log-size']);
  });

  test('many who ask share one look for five seconds', async () => {
    const clock = createManualClock();
    let looks = 0;
    const sources = wellSources({ waiting: async () => (looks += 1) });
    const health = createAuditHealth({ sources, settings: auditSettings(), clock });
    await Promise.all([health.recent(), health.recent()]);
    await clock.advance(5_000);
    await health.recent();
    expect(looks).toBe(1);
    await clock.advance(1);
    await health.recent();
    expect(looks).toBe(2);
  });
});
