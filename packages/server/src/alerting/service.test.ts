import { ruleInput, type RuleInput, type StreamEvent } from '@custos/contract';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { nothingAfterCommit } from '../base/after-commit.ts';
import { createManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import type { NotificationRequest } from '../notify/types.ts';
import type { ProbeFacts } from '../probes/types.ts';
import type { State } from '../storage/state/state.ts';
import { createAlerting } from './service.ts';

const hour = 3_600_000;

function facts(change: Partial<ProbeFacts> = {}): ProbeFacts {
  return {
    probeId: 'prb_1',
    probeName: 'Shop',
    kind: 'http',
    labels: { team: 'web' },
    channelIds: [],
    serviceId: 'svc_1',
    serviceName: 'Checkout',
    criticality: 'critical',
    status: 'up',
    reason: 'HTTP 503 instead of 200-299',
    statusSince: 0,
    at: 0,
    values: {},
    ...change,
  };
}

async function setUp(state: State, written: readonly RuleInput[] = []) {
  const clock = createManualClock();
  const sent: NotificationRequest[] = [];
  const events: StreamEvent[] = [];
  const alerting = createAlerting({
    state,
    clock,
    log: silentLogger,
    publish: (event) => events.push(event),
    notifier: {
      async enqueue(_tx, requests) {
        sent.push(...requests);
        return nothingAfterCommit;
      },
      deliveryByAlert: async () => new Map(),
    },
  });
  if (written.length > 0) await alerting.rules.applyConfiguration(written);
  await alerting.start();
  const observe = async (...all: Partial<ProbeFacts>[]) => {
    const observed = all.map((change) => facts({ at: clock.now(), ...change }));
    const after = await state.transaction((tx) => alerting.observer.observe(tx, observed));
    after();
  };
  const open = () => alerting.alerts.list({ state: 'open' }, { limit: 50 });
  return { alerting, clock, sent, events, observe, open };
}

describeOnBothStores('alerting', (openState) => {
  test('nodes that start together on an empty store make the default and the written rules once', async () => {
    const state = await openState();
    const written = [ruleInput.parse({ name: 'Written', condition: { type: 'probe-status' } })];
    const nodes = await Promise.all([1, 2, 3].map(() => setUp(state, written)));
    const rules = (await nodes[0]?.alerting.rules.list())?.items ?? [];
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    expect(rules.filter(({ origin }) => origin === 'configuration')).toHaveLength(1);
    expect(rules.filter(({ origin }) => origin === 'built-in').length).toBeGreaterThan(5);
    for (const { alerting } of nodes) await alerting.stop();
  });

  test('a probe that goes down opens one alert, pages once, and its end is told too', async () => {
    const { observe, open, sent, events, alerting } = await setUp(await openState());
    await observe({ status: 'down' });
    await observe({ status: 'down' });
    expect(await open()).toMatchObject([
      {
        state: 'firing',
        severity: 'critical',
        summary: 'Shop is down',
        description: 'HTTP 503 instead of 200-299',
        labels: { probe: 'Shop', service: 'Checkout', team: 'web', kind: 'http' },
      },
    ]);
    await observe({ status: 'up' });
    expect(await open()).toEqual([]);
    expect(sent.map((request) => request.message.event)).toEqual(['firing', 'resolved']);
    expect(new Set(sent.map((request) => request.alertId)).size).toBe(1);
    expect(events.filter((event) => event.type === 'alert').map((event) => event.data.state)).toEqual([
      'firing',
      'resolved',
    ]);
    await alerting.stop();
  });

  test('a state change and its page are one transaction: a roll-back leaves neither', async () => {
    const state = await openState();
    const { alerting, open, clock } = await setUp(state);
    await expect(
      state.transaction(async (tx) => {
        await alerting.observer.observe(tx, [facts({ status: 'down', at: clock.now() })]);
        throw new Error('crash');
      }),
    ).rejects.toThrow('crash');
    expect(await open()).toEqual([]);
    await alerting.stop();
  });

  test('`for` outlives a restart and is judged by the clock', async () => {
    const state = await openState();
    const first = await setUp(state);
    await first.alerting.rules.create(
      ruleInput.parse({
        name: 'Queue long',
        condition: { type: 'probe-value', value: 'queue', comparison: '>', threshold: 100 },
        forMs: 60_000,
        severity: 'warning',
      }),
    );
    await first.observe({ values: { queue: 500 } });
    expect(await first.open()).toEqual([]);
    await first.alerting.stop();

    const second = await setUp(state);
    await second.clock.advance(59_000);
    expect(await second.open()).toEqual([]);
    await second.clock.advance(2000);
    await expect
      .poll(async () => {
        await second.clock.advance(500);
        return second.open();
      })
      .toMatchObject([{ ruleName: 'Queue long', severity: 'medium', value: 500, threshold: 100 }]);
    expect(second.sent).toHaveLength(1);
    await second.alerting.stop();
  });

  test('blocked and in maintenance page nobody, and a paused probe ends what was open', async () => {
    const { observe, open, sent, alerting } = await setUp(await openState());
    await observe({ status: 'blocked' }, { probeId: 'prb_2', status: 'maintenance' });
    expect(sent).toEqual([]);
    await observe({ status: 'down' });
    await observe({ status: 'blocked' });
    expect(await open()).toHaveLength(1);
    await observe({ status: 'paused' });
    expect(await open()).toEqual([]);
    await alerting.stop();
  });

  test('switching a rule off, or deleting its probe, ends its alerts', async () => {
    const state = await openState();
    const { observe, open, alerting } = await setUp(state);
    await observe({ status: 'down' }, { probeId: 'prb_2', status: 'down' });
    expect(await open()).toHaveLength(2);
    const after = await state.transaction((tx) => alerting.observer.forget(tx, ['prb_2']));
    after();
    expect(await open()).toHaveLength(1);
    const rule = (await alerting.rules.list()).items.find((candidate) => candidate.name === 'Probe down');
    await alerting.rules.update(rule?.id ?? '', { enabled: false });
    await observe({ status: 'down' });
    expect(await open()).toEqual([]);
    await alerting.stop();
  });

  test('the link in a message acknowledges, and a made-up one does not', async () => {
    const { observe, sent, open, alerting } = await setUp(await openState());
    await observe({ status: 'down' });
    const token = sent[0]?.message.acknowledgePath?.replace('/acknowledge/', '') ?? '';
    await expect(alerting.alerts.acknowledgeByToken(`${token}x`)).rejects.toMatchObject({
      code: 'token_invalid',
    });
    await alerting.alerts.acknowledgeByToken(token);
    const [alert] = await open();
    expect(alert).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'acknowledge link' });
    await observe({ status: 'down' });
    expect(sent).toHaveLength(1);
    await observe({ status: 'up' });
    const detail = await alerting.alerts.get(alert?.id ?? '');
    expect(detail.history.map((event) => event.type)).toEqual(['firing', 'acknowledged', 'resolved']);
    await expect(alerting.alerts.acknowledgeByToken(token)).rejects.toMatchObject({ code: 'conflict' });
    await alerting.stop();
  });

  test('a key that fires again and again is flapping and stays open', async () => {
    const { observe, open, sent, clock, alerting } = await setUp(await openState());
    for (let round = 0; round < 4; round += 1) {
      await observe({ status: 'down' });
      await clock.advance(1000);
      await observe({ status: 'up' });
      await clock.advance(1000);
    }
    expect(await open()).toMatchObject([{ flapping: true, state: 'firing' }]);
    expect(sent.filter((request) => request.message.event === 'firing')).toHaveLength(4);
    const later = async () => {
      await clock.advance(hour / 60);
      return open();
    };
    await expect.poll(later).toEqual([]);
    await alerting.stop();
  });

  test('two nodes that see the same failure open one alert', async () => {
    const state = await openState();
    const one = await setUp(state);
    const two = await setUp(state);
    await Promise.allSettled([one.observe({ status: 'down' }), two.observe({ status: 'down' })]);
    expect(await one.open()).toHaveLength(1);
    await one.alerting.stop();
    await two.alerting.stop();
  });

  test('a template that fails never stops a page and is shown on its rule', async () => {
    const { observe, open, alerting } = await setUp(await openState());
    const broken = { name: 'Broken', condition: { type: 'probe-status', statuses: ['down'] } } as const;
    await expect(
      alerting.rules.create(ruleInput.parse({ ...broken, annotations: { summary: '{% if %}' } })),
    ).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'annotations.summary' }] });
    await alerting.rules.create(
      ruleInput.parse({ ...broken, annotations: { summary: '{% for i in (1..100000000) %}x{% endfor %}' } }),
    );
    await observe({ status: 'down' });
    const alert = (await open()).find((candidate) => candidate.ruleName === 'Broken');
    expect(alert?.summary).toBe('Shop is down');
    const rule = (await alerting.rules.list()).items.find((candidate) => candidate.name === 'Broken');
    expect(rule?.lastError).toMatch(/limit/i);
    // What fails for one probe and goes well for the next is no longer an error to look at.
    const id = rule?.id ?? '';
    await alerting.rules.update(id, {
      annotations: {
        summary: '{% if kind == "tcp" %}{% for i in (1..100000000) %}x{% endfor %}{% endif %}fine',
      },
    });
    const lastError = async () =>
      (await alerting.rules.list()).items.find((candidate) => candidate.id === id)?.lastError;
    await observe({ probeId: 'prb_2', kind: 'tcp', status: 'down' });
    expect(await lastError()).toMatch(/limit/i);
    await observe({ probeId: 'prb_2', kind: 'tcp', status: 'down' });
    expect(await lastError()).toMatch(/limit/i);
    await observe({ probeId: 'prb_3', status: 'down' });
    expect(await lastError()).toBeNull();
    await alerting.stop();
  });

  test('a rule name that is taken is refused by its field', async () => {
    const { alerting } = await setUp(await openState());
    const rule = ruleInput.parse({ name: 'Probe down', condition: { type: 'probe-status' } });
    await expect(alerting.rules.create(rule)).rejects.toMatchObject({
      code: 'conflict',
      fields: [{ field: 'name' }],
    });
    await alerting.stop();
  });

  test('the default rules come beside those of the configuration file, which win by name', async () => {
    const written = (name: string) =>
      ruleInput.parse({ name, condition: { type: 'probe-status' }, severity: 'low' });
    const { alerting } = await setUp(await openState(), [written('Mine'), written('CPU busy')]);
    const { items } = await alerting.rules.list();
    const originOf = (name: string) => items.filter((rule) => rule.name === name).map((rule) => rule.origin);
    expect(originOf('Mine')).toEqual(['configuration']);
    expect(originOf('CPU busy')).toEqual(['configuration']);
    expect(originOf('Probe down')).toEqual(['built-in']);
  });

  test('the rules of the configuration file replace each other by name and are read-only', async () => {
    const { alerting } = await setUp(await openState());
    const written = (name: string) => ruleInput.parse({ name, condition: { type: 'probe-status' } });
    await alerting.rules.applyConfiguration([written('A'), written('B')]);
    await alerting.rules.applyConfiguration([written('B'), written('C')]);
    const rules = (await alerting.rules.list()).items.filter((rule) => rule.origin === 'configuration');
    expect(rules.map((rule) => rule.name)).toEqual(['B', 'C']);
    await expect(alerting.rules.remove(rules[0]?.id ?? '')).rejects.toMatchObject({
      code: 'managed_by_configuration',
    });
    await alerting.stop();
  });
});
