import { setTimeout as delay } from 'node:timers/promises';
import { maintenanceInput, probeInput, probePatch, serviceInput } from '@custos/contract';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { describeOnBothStores } from '../../test/stores.ts';
import { openFixture, type Fixture } from './test/fixture.ts';

describeOnBothStores('probes', (open) => {
  const running: Fixture[] = [];
  async function start(...parameters: Parameters<typeof openFixture>): Promise<Fixture> {
    const fixture = await openFixture(...parameters);
    await fixture.probes.start();
    running.push(fixture);
    return fixture;
  }
  afterEach(async () => {
    for (const fixture of running.splice(0)) await fixture.probes.stop();
  });

  test('the host and Custos itself are watched out of the box, once', async () => {
    const state = await open();
    const first = await start(state);
    await first.probes.stop();
    const second = await start(state);
    const { items } = await second.probes.probes({ limit: 50 });
    expect(items.map(({ name, kind, origin, intervalMs }) => [name, kind, origin, intervalMs])).toEqual([
      ['Custos', 'process', 'built-in', 30_000],
      ['Host', 'host', 'built-in', 30_000],
    ]);
    const [custos, host] = items;
    await second.probes.checkNow(custos?.id ?? '');
    await second.probes.checkNow(host?.id ?? '');
    const shown = await second.probes.probe(custos?.id ?? '');
    expect(shown.lastResult?.values).toMatchObject({
      state_round_trip_ms: expect.any(Number),
      scheduler_lag_ms: expect.any(Number),
      rss_bytes: expect.any(Number),
      restarts: 1,
    });
    const values = (await second.probes.probe(host?.id ?? '')).lastResult?.values;
    expect(values).toMatchObject({
      memory_percent: expect.any(Number),
      disk_percent_root: expect.any(Number),
    });
    await expect(second.probes.remove(host?.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
    await second.probes.update(host?.id ?? '', probePatch.parse({ paused: true }));
    expect(await second.statusOf(host?.id ?? '')).toBe('paused');
  });

  test('N of M failures make a probe down, and its observer hears of it in the same transaction', async () => {
    const fixture = await start(await open());
    const id = await fixture.probe('Shop');
    await fixture.see(id, 'ok');
    expect(await fixture.statusOf(id)).toBe('up');
    await fixture.see(id, 'fails');
    expect(await fixture.statusOf(id)).toBe('up');
    await fixture.see(id, 'fails');
    expect(await fixture.statusOf(id)).toBe('down');
    const seen = fixture.facts.filter((facts) => facts.probeId === id);
    expect(seen.at(-1)).toMatchObject({
      status: 'down',
      reason: 'Answered 500, expected 200-299.',
      criticality: 'medium',
      values: { status_code: 500, latency_ms: 2 },
    });
    expect(fixture.rows.filter((row) => row.probeId === id)).toHaveLength(4);
    expect(fixture.events.filter((event) => event.type === 'probe.status').at(-1)?.data).toMatchObject({
      probeId: id,
      from: 'up',
      to: 'down',
    });
    const changes = await fixture.probes.changes(id, { limit: 10 });
    expect(changes.items.map(({ from, to, durationMs }) => [from, to, durationMs === null])).toEqual([
      ['up', 'down', true],
      ['unknown', 'up', false],
    ]);
  });

  test('a restart knows at once what was down, since when, with its beats and uptime', async () => {
    const state = await open();
    const first = await start(state);
    const id = await first.probe('Shop');
    await first.see(id, 'fails', 3);
    const before = await first.probes.probe(id);
    await first.probes.stop();
    const second = await openFixture(state);
    // Not even started: what follows comes from State alone.
    const after = await second.probes.probe(id);
    expect(after.status).toBe('down');
    expect(after).toEqual(before);
    expect(after.uptime.day).toBe(0.25);
    expect(after.beats.map((beat) => beat.status)).toEqual(['up', 'down', 'down', 'down']);
  });

  test('an hour and a day that have ended are kept, and a restart still counts them', async () => {
    let offset = 0;
    const clock = { ...systemClock, now: () => Date.now() + offset };
    const state = await open();
    const first = await start(state, { clock });
    const id = await first.probe('Shop');
    await first.see(id, 'fails');
    offset += 2 * 3_600_000;
    await first.see(id, 'ok', 2);
    offset += 3 * 86_400_000;
    await first.see(id, 'ok', 1);
    await first.probes.stop();
    const second = await openFixture(state, { clock });
    expect((await second.probes.probe(id)).uptime).toEqual({ day: 1, week: 0.8, month: 0.8, quarter: 0.8 });
    const days = await second.probes.days(id, { from: Date.now() - 86_400_000, to: clock.now() });
    expect(days.reduce((sum, day) => sum + day.checks, 0)).toBe(5);
  });

  test('when recording fails nothing is kept in memory either, and it is tried again', async () => {
    let broken = false;
    const state = await open();
    const seen: string[] = [];
    const fixture = await start(state, {
      observer: {
        observe: async (_tx, facts) => {
          if (broken) throw new Error('the disk is full');
          return () => void seen.push(...facts.map((fact) => fact.status));
        },
        forget: async () => () => undefined,
      },
    });
    const id = await fixture.probe('Shop', { failureCount: 1, failureWindow: 1 });
    broken = true;
    fixture.answers.set('shop.example.com', 'fails');
    const checked = fixture.probes.checkNow(id);
    await delay(60);
    expect(await fixture.statusOf(id)).toBe('up');
    expect(fixture.probes.health().lastError).toBe('the disk is full');
    broken = false;
    await checked;
    expect(await fixture.statusOf(id)).toBe('down');
    expect(seen.at(-1)).toBe('down');
    expect((await fixture.probes.changes(id, { limit: 10 })).items).toHaveLength(2);
  });

  test('children of a down parent are blocked at once and are themselves again when it recovers', async () => {
    const fixture = await start(await open());
    const database = await fixture.service('Database');
    const api = await fixture.service('API', [database]);
    const web = await fixture.service('Web', [api]);
    const parent = await fixture.probe('DB', { serviceId: database });
    const child = await fixture.probe('API check', { serviceId: api });
    const grandchild = await fixture.probe('Web check', { serviceId: web });
    await fixture.see(child, 'fails');
    await fixture.see(parent, 'fails', 2);
    expect(await Promise.all([parent, child, grandchild, database, api, web].map(fixture.statusOf))).toEqual([
      'down',
      'blocked',
      'blocked',
      'down',
      'blocked',
      'blocked',
    ]);
    expect((await fixture.probes.probe(grandchild)).statusReason).toBe(
      '"Database" is down, and this depends on it.',
    );
    await fixture.see(child, 'fails', 3);
    expect(
      fixture.facts.filter((facts) => facts.probeId === child).map((facts) => facts.status),
    ).not.toContain('down');
    await fixture.see(parent, 'ok');
    expect(await Promise.all([parent, child, grandchild, database, api, web].map(fixture.statusOf))).toEqual([
      'up',
      'down',
      'blocked',
      'up',
      'down',
      'blocked',
    ]);
  });

  test('a maintenance window is shown as such, counts for nothing and ends', async () => {
    const fixture = await start(await open());
    const id = await fixture.probe('Shop');
    const now = Date.now();
    const window = await fixture.probes.createMaintenance(
      maintenanceInput.parse({
        title: 'Move',
        schedule: {
          type: 'once',
          startsAt: new Date(now - 1000).toISOString(),
          endsAt: new Date(now + 60_000).toISOString(),
        },
        probeIds: [id],
      }),
    );
    expect(window.active).toBe(true);
    expect(await fixture.statusOf(id)).toBe('maintenance');
    await fixture.see(id, 'fails', 2);
    const during = await fixture.probes.probe(id);
    expect(during.status).toBe('maintenance');
    expect(during.uptime.day).toBe(1);
    expect(during.beats.at(-1)?.status).toBe('maintenance');
    await fixture.probes.removeMaintenance(window.id);
    expect(await fixture.statusOf(id)).toBe('down');
  });

  test('a doubtful failure is inconclusive when other targets fail alike, and counts when one answers', async () => {
    const fixture = await start(await open());
    const [first, second] = [await fixture.probe('One'), await fixture.probe('Two')];
    fixture.answers.set('one.example.com', 'doubt').set('two.example.com', 'doubt');
    await Promise.all([first, second].map((id) => fixture.probes.checkNow(id)));
    await Promise.all([first, second].map((id) => fixture.probes.checkNow(id)));
    expect(await fixture.statusOf(first)).toBe('unknown');
    expect(await fixture.statusOf(second)).toBe('unknown');
    expect(fixture.facts.map((facts) => facts.status)).not.toContain('down');
    expect(fixture.probes.health().networkFaultSince).not.toBeNull();
    await fixture.see(second, 'ok');
    expect(fixture.probes.health().networkFaultSince).toBeNull();
    await fixture.see(first, 'doubt', 2);
    expect(await fixture.statusOf(first)).toBe('down');
  });

  test('a probe that is deleted during its check leaves nothing behind, in windows neither', async () => {
    const fixture = await start(await open());
    const service = await fixture.service('Shop');
    const id = await fixture.probe('Front', { timeoutMs: 300, failureCount: 1, serviceId: service });
    const other = await fixture.probe('Other');
    const window = await fixture.probes.createMaintenance(
      maintenanceInput.parse({
        title: 'Later',
        schedule: {
          type: 'once',
          startsAt: '2100-01-01T00:00:00Z',
          endsAt: '2100-01-02T00:00:00Z',
        },
        serviceIds: [service],
        probeIds: [id, other],
      }),
    );
    fixture.answers.set('front.example.com', 'hangs');
    const checking = fixture.probes.checkNow(id);
    await fixture.probes.remove(id);
    await fixture.probes.removeService(service);
    const heard = fixture.facts.length;
    await checking;
    await fixture.see(other, 'ok');
    const since = fixture.facts.slice(heard).filter((facts) => facts.kind === 'http');
    expect(since.map((facts) => facts.probeId)).toEqual([other]);
    expect(fixture.forgotten).toEqual([id]);
    expect(await fixture.probes.maintenanceWindow(window.id)).toMatchObject({
      serviceIds: [],
      probeIds: [other],
    });
    await expect(fixture.probes.probe(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a hanging target is down within its timeout and delays no other', async () => {
    const fixture = await start(await open());
    const slow = await fixture.probe('Slow', { timeoutMs: 3000, failureCount: 1, failureWindow: 1 });
    const quick = await fixture.probe('Quick');
    fixture.answers.set('slow.example.com', 'hangs');
    const checking = fixture.probes.checkNow(slow).then(() => 'slow');
    const first = await Promise.race([checking, fixture.probes.checkNow(quick).then(() => 'quick')]);
    expect(first).toBe('quick');
    await checking;
    expect(await fixture.probes.probe(slow)).toMatchObject({
      status: 'down',
      statusReason: 'No answer within 3s.',
    });
  });

  test('secrets are kept apart, shown as set, kept when left out and removed by null', async () => {
    const state = await open();
    const fixture = await start(state);
    const id = await fixture.probe('Shop', { options: { bearerToken: 'hush', username: 'u' } });
    const shown = await fixture.probes.probe(id);
    expect(shown.options['bearerToken']).toEqual({ secret: true });
    expect(fixture.secrets.get(`probe/${id}/bearerToken`)).toBe('hush');
    await fixture.probes.update(id, { options: { method: 'HEAD', bearerToken: { secret: true } } });
    expect((await fixture.probes.probe(id)).options).toMatchObject({
      method: 'HEAD',
      username: 'u',
      bearerToken: { secret: true },
    });
    expect(fixture.secrets.get(`probe/${id}/bearerToken`)).toBe('hush');
    await fixture.probes.update(id, { options: { bearerToken: null } });
    expect((await fixture.probes.probe(id)).options['bearerToken']).toBeUndefined();
    expect(fixture.secrets.size).toBe(0);
    await fixture.probes.update(id, { options: { password: 'p' } });
    await fixture.probes.remove(id);
    expect(fixture.secrets.size).toBe(0);
    expect(fixture.forgotten).toEqual([id]);
  });

  test('bad input is refused by the field at fault and nothing is stored', async () => {
    const fixture = await start(await open());
    const service = await fixture.service('A');
    await fixture.probe('Taken');
    const count = async () => (await fixture.probes.probes({ limit: 500 })).items.length;
    const before = await count();
    const refused = async (input: Record<string, unknown>): Promise<readonly string[]> => {
      const parsed = probeInput.parse({ name: 'New', kind: 'http', ...input });
      const error: unknown = await fixture.probes.create(parsed).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid_input', status: 422 });
      return (error as { fields: { field: string }[] }).fields.map(({ field }) => field);
    };
    expect(await refused({ options: {} })).toEqual(['options.url']);
    expect(await refused({ options: { url: 'https://me:pw@example.com/' } })).toEqual(['options.url']);
    expect(await refused({ options: { url: 'ftp://example.com/' } })).toEqual(['options.url']);
    expect(await refused({ options: { url: 'https://x.example', bodyMatches: '(a' } })).toEqual([
      'options.bodyMatches',
    ]);
    expect(
      await refused({ options: { url: 'https://x.example', jsonPath: "$[?match(@.a, '(a+)+')]" } }),
    ).toEqual(['options.jsonPath']);
    expect(await refused({ options: { url: 'https://x.example', colour: 1 } })).toEqual(['options.colour']);
    expect(await refused({ options: { url: 'https://x.example', expectedStatus: ['99'] } })).toEqual([
      'options.expectedStatus.0',
    ]);
    expect(await refused({ name: 'Taken', options: { url: 'https://x.example' } })).toEqual(['name']);
    expect(await refused({ serviceId: 'svc_no', options: { url: 'https://x.example' } })).toEqual([
      'serviceId',
    ]);
    expect(
      await refused({ failureCount: 3, failureWindow: 2, options: { url: 'https://x.example' } }),
    ).toEqual(['failureCount']);
    expect(await refused({ kind: 'heartbeat', options: { periodMs: 10 } })).toEqual(['options.periodMs']);
    expect(probeInput.safeParse({ name: 'x', kind: 'smoke' }).success).toBe(false);
    expect(probeInput.safeParse({ name: 'x', kind: 'http', intervalMs: 999 }).success).toBe(false);
    expect(await count()).toBe(before);

    const other = await fixture.service('B', [service]);
    await expect(fixture.probes.updateService(service, { dependsOn: [other] })).rejects.toMatchObject({
      fields: [{ field: 'dependsOn', message: 'must not go in a circle: B → A → B' }],
    });
    await expect(fixture.probes.createService(serviceInput.parse({ name: 'A' }))).rejects.toMatchObject({
      fields: [{ field: 'name' }],
    });
    expect((await fixture.probes.service(service)).dependsOn).toEqual([]);
  });

  test('a watched job is up while it calls, down when it says it failed, and late after its grace', async () => {
    const state = await open();
    const fixture = await start(state, { publicUrl: () => 'https://custos.example.com' });
    const made = await fixture.probes.create(
      probeInput.parse({ name: 'Backup', kind: 'heartbeat', options: { periodMs: 1000, graceMs: 0 } }),
    );
    const token = made.pingUrl?.replace('https://custos.example.com/ping/', '') ?? '';
    expect(token).toMatch(/^[\w-]{32}$/);
    const call = (event: 'start' | 'finish' | 'fail', exitCode: number | null = null) =>
      fixture.probes.ping(token, { event, exitCode, note: 'n' });
    const becomes = (status: string) =>
      expect.poll(() => fixture.statusOf(made.id), { timeout: 5000, interval: 20 }).toBe(status);
    await call('start');
    await call('finish', 0);
    await becomes('up');
    await call('fail');
    await becomes('down');
    await call('finish', 0);
    await becomes('up');
    await delay(1100);
    await fixture.probes.checkNow(made.id);
    await becomes('down');
    await call('finish', 3);
    await fixture.probes.checkNow(made.id);
    expect((await fixture.probes.probe(made.id)).statusReason).toBe(
      'The job reported a failure: exit code 3, n.',
    );
    await expect(
      fixture.probes.ping('0'.repeat(32), { event: 'finish', exitCode: null, note: '' }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await fixture.probes.stop();
    const again = await start(state);
    await again.probes.ping(token, { event: 'finish', exitCode: null, note: '' });
    await expect.poll(() => again.statusOf(made.id), { timeout: 5000 }).toBe('up');
  });

  test('the configuration is applied as a whole, is read-only, and what is no longer written goes', async () => {
    const fixture = await start(await open());
    const probe = (name: string, service: string | null, url = 'https://x.example/') => {
      const { serviceId: _, ...rest } = probeInput.parse({ name, kind: 'http', options: { url } });
      return { ...rest, service };
    };
    const service = (name: string, dependsOn: string[] = []) => ({
      ...serviceInput.parse({ name }),
      dependsOn,
    });
    const window = {
      title: 'Night',
      schedule: {
        type: 'recurring' as const,
        cron: '0 2 * * *',
        durationMs: 3_600_000,
        timeZone: 'Europe/Berlin',
      },
      everything: false,
      services: ['Shop'],
      probes: ['Front'],
    };
    await fixture.probes.applyConfiguration({
      services: [service('Shop', ['Database']), service('Database')],
      probes: [probe('Front', 'Shop'), probe('Back', null)],
      maintenance: [window],
    });
    const names = async () =>
      (await fixture.probes.probes({ limit: 50, search: 'k' })).items.map((item) => item.name);
    expect(await names()).toEqual(['Back']);
    const services = (await fixture.probes.services({ limit: 10 })).items;
    expect(services.map((item) => item.name)).toEqual(['Database', 'Shop']);
    expect(services[1]?.dependsOn).toEqual([services[0]?.id]);
    const front = (await fixture.probes.probes({ limit: 50, search: 'front' })).items[0];
    expect(front).toMatchObject({ origin: 'configuration', serviceId: services[1]?.id });
    expect((await fixture.probes.maintenance({ limit: 5 })).items[0]).toMatchObject({
      probeIds: [front?.id],
      origin: 'configuration',
    });
    await expect(fixture.probes.update(front?.id ?? '', { paused: true })).rejects.toMatchObject({
      code: 'managed_by_configuration',
    });
    await expect(fixture.probes.remove(front?.id ?? '')).rejects.toMatchObject({
      code: 'managed_by_configuration',
    });

    await expect(
      fixture.probes.applyConfiguration({
        services: [service('Shop', ['Nowhere'])],
        probes: [],
        maintenance: [],
      }),
    ).rejects.toMatchObject({ fields: [{ field: 'services.0.dependsOn.0' }] });
    await expect(
      fixture.probes.applyConfiguration({
        services: [],
        probes: [probe('Front', 'Shop'), probe('Bad', null, 'nope')],
        maintenance: [],
      }),
    ).rejects.toMatchObject({ fields: [{ field: 'probes.0.service' }, { field: 'probes.1.options.url' }] });
    expect((await fixture.probes.services({ limit: 10 })).items).toHaveLength(2);

    await fixture.probes.applyConfiguration({
      services: [service('Shop')],
      probes: [probe('Front', 'Shop')],
      maintenance: [],
    });
    const kept = (await fixture.probes.probes({ limit: 50, search: 'front' })).items[0];
    expect(kept).toMatchObject({ id: front?.id, updatedAt: front?.updatedAt });
    expect(await names()).toEqual([]);
    expect(fixture.forgotten).toHaveLength(1);
    expect((await fixture.probes.maintenance({ limit: 5 })).items).toEqual([]);
    expect((await fixture.probes.services({ limit: 10 })).items.map((item) => item.dependsOn)).toEqual([[]]);
  });

  test('lists are paged by name, filtered and searched', async () => {
    const fixture = await start(await open());
    for (const name of ['C', 'A', 'B']) await fixture.probe(name);
    const first = await fixture.probes.probes({ kind: 'http', limit: 2 });
    expect(first.items.map((item) => item.name)).toEqual(['A', 'B']);
    const second = await fixture.probes.probes({ kind: 'http', limit: 2, cursor: first.nextCursor ?? '' });
    expect(second.items.map((item) => item.name)).toEqual(['C']);
    expect(second.nextCursor).toBeNull();
    expect((await fixture.probes.probes({ status: 'down', limit: 5 })).items).toEqual([]);
    await expect(fixture.probes.probes({ limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({
      fields: [{ field: 'cursor' }],
    });
    expect((await fixture.probes.overviewRows()).map((row) => row.name).toSorted()).toEqual([
      'A',
      'B',
      'C',
      'Custos',
      'Host',
    ]);
  });

  test('history says that columns are away, while days and beats still come from State', async () => {
    const fixture = await start(await open());
    const id = await fixture.probe('Shop');
    const range = { from: Date.now() - 86_400_000, to: Date.now() + 1 };
    await expect(fixture.probes.history.results(id, { ...range, limit: 5 })).rejects.toMatchObject({
      code: 'columns_unavailable',
    });
    expect(await fixture.probes.days(id, range)).toMatchObject([
      { checks: 1, up: 1, uptime: 1, averageMs: null },
    ]);
    expect((await fixture.probes.probe(id)).beats).toHaveLength(1);
  });

  test('a probe is tried without being saved, with the secrets of a saved one', async () => {
    const fixture = await start(await open());
    const id = await fixture.probe('Shop', { options: { bearerToken: 'hush' } });
    const request = { kind: 'http' as const, timeoutMs: 1000, latencyBudgetMs: 1, probeId: id };
    const tried = await fixture.probes.tryOut({
      ...request,
      options: { url: 'https://other.example/', bearerToken: { secret: true } },
    });
    expect(tried).toMatchObject({ status: 'degraded', message: 'Took 2 ms, more than the budget of 1 ms.' });
    await expect(fixture.probes.tryOut({ ...request, options: { url: 'x' } })).rejects.toMatchObject({
      fields: [{ field: 'options.url' }],
    });
    expect(fixture.rows.filter((row) => row.probeId === '')).toEqual([]);
  });

  test('a service loses time while it is down and its error budget shows it', async () => {
    const fixture = await start(await open());
    const service = await fixture.service('Shop');
    const id = await fixture.probe('Front', { serviceId: service });
    await delay(30);
    await fixture.see(id, 'fails', 2);
    await delay(30);
    await fixture.see(id, 'ok');
    const shown = await fixture.probes.service(service);
    expect(shown.uptime.day).toBeGreaterThan(0);
    expect(shown.uptime.day).toBeLessThan(1);
    expect(shown.errorBudgetLeft).toBeLessThan(0);
  });
});
