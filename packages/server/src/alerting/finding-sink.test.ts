import type { StreamEvent } from '@custos/contract';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { nothingAfterCommit } from '../base/after-commit.ts';
import { createManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import type { NotificationRequest } from '../notify/types.ts';
import type { State } from '../storage/state/state.ts';
import type { RuleFinding } from '../telemetry/types.ts';
import { createAlerting } from './service.ts';

async function setUp(state: State) {
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
  await alerting.start();
  const finding = (change: Partial<RuleFinding> = {}): RuleFinding => ({
    key: 'mru_1:a',
    ruleId: 'mru_1',
    ruleName: 'ShopDown',
    state: 'firing',
    severity: 'high',
    labels: { instance: 'a', job: 'shop' },
    summary: 'a is down',
    description: 'up is 0',
    value: 0,
    channelIds: ['chn_1'],
    at: clock.now(),
    ...change,
  });
  const report = async (...changes: Partial<RuleFinding>[]) => {
    const after = await state.transaction((tx) => alerting.findings.report(tx, changes.map(finding)));
    after();
  };
  const open = () => alerting.alerts.list({ state: 'open' }, { limit: 50 });
  return { alerting, clock, sent, events, report, finding, open };
}

describeOnBothStores('alerts of rules on metrics and logs', (openState) => {
  test('a finding opens one alert without a probe, pages once however often it is told, and its end is told too', async () => {
    const { report, open, sent, events, alerting } = await setUp(await openState());
    await report({}, { key: 'mru_1:b', summary: 'b is down', channelIds: [] });
    await report({}, {});
    await report({});
    expect(await open()).toMatchObject([
      { summary: 'b is down', probeId: null },
      {
        ruleName: 'ShopDown',
        ruleId: 'mru_1',
        state: 'firing',
        severity: 'high',
        labels: { instance: 'a', job: 'shop' },
        summary: 'a is down',
        description: 'up is 0',
        value: 0,
        threshold: null,
        probeId: null,
        serviceId: null,
      },
    ]);
    expect(sent).toMatchObject([
      {
        step: 'firing',
        channelIds: ['chn_1'],
        message: { title: 'a is down', probeId: null, serviceName: null },
      },
      { step: 'firing', channelIds: [], message: { title: 'b is down' } },
    ]);
    await report({ state: 'ended' });
    await report({ state: 'ended' });
    expect((await open()).map(({ summary }) => summary)).toEqual(['b is down']);
    expect(sent.map(({ step }) => step)).toEqual(['firing', 'firing', 'resolved']);
    expect(events.filter(({ type }) => type === 'alert')).toHaveLength(3);
    expect(await alerting.alerts.list({ search: 'shopdown' }, { limit: 5 })).toHaveLength(2);
    expect(await alerting.alerts.list({ ruleId: 'mru_1' }, { limit: 5 })).toHaveLength(2);
    await alerting.stop();
  });

  test('the alert and what causes it are one transaction: a roll-back leaves neither', async () => {
    const state = await openState();
    const { alerting, finding, open } = await setUp(state);
    await expect(
      state.transaction(async (tx) => {
        await alerting.findings.report(tx, [finding()]);
        throw new Error('crash');
      }),
    ).rejects.toThrow('crash');
    expect(await open()).toEqual([]);
    await alerting.stop();
  });

  test('it is acknowledged by the link of its message, and told again it stays so', async () => {
    const { report, open, sent, alerting } = await setUp(await openState());
    await report({});
    const token = sent[0]?.message.acknowledgePath?.replace('/acknowledge/', '') ?? '';
    await alerting.alerts.acknowledgeByToken(token);
    await report({});
    expect(await open()).toMatchObject([{ state: 'acknowledged' }]);
    expect(sent).toHaveLength(1);
    await report({ state: 'ended' });
    const [alert] = await alerting.alerts.list({}, { limit: 5 });
    const detail = await alerting.alerts.get(alert?.id ?? '');
    expect(detail.history.map(({ type }) => type)).toEqual(['firing', 'acknowledged', 'resolved']);
    await alerting.stop();
  });

  test('one that was ended by hand opens anew when it is told again', async () => {
    const { report, open, sent, alerting } = await setUp(await openState());
    await report({});
    const [first] = await open();
    await alerting.alerts.resolve(first?.id ?? '', { actor: 'Ann', note: '' });
    expect(await open()).toEqual([]);
    await report({});
    const [second] = await open();
    expect(second?.id).not.toBe(first?.id);
    expect(sent.map(({ step }) => step)).toEqual(['firing', 'resolved', 'firing']);
    await alerting.stop();
  });

  test('one that fires again and again is flapping and stays open until it is calm', async () => {
    const { report, open, sent, clock, alerting } = await setUp(await openState());
    for (let round = 0; round < 6; round += 1) {
      await report({});
      await clock.advance(1000);
      await report({ state: 'ended' });
      await clock.advance(1000);
    }
    expect(await open()).toMatchObject([{ flapping: true, state: 'firing' }]);
    expect(sent.filter(({ step }) => step === 'firing')).toHaveLength(4);
    await expect
      .poll(
        async () => {
          await clock.advance(60_000);
          return open();
        },
        { timeout: 20_000 },
      )
      .toEqual([]);
    await alerting.stop();
  });

  test('a key that is said to fire and to end in one go has ended', async () => {
    const { report, open, sent, alerting } = await setUp(await openState());
    await report({}, { state: 'ended' });
    expect(await open()).toEqual([]);
    expect(sent).toEqual([]);
    await alerting.stop();
  });

  test('a thousand findings in one go open a thousand alerts', async () => {
    const { report, alerting, sent } = await setUp(await openState());
    await report(...Array.from({ length: 1000 }, (_, index) => ({ key: `mru_1:${index}` })));
    expect(sent).toHaveLength(1000);
    await report(...Array.from({ length: 1000 }, (_, index) => ({ key: `mru_1:${index}` })));
    expect(sent).toHaveLength(1000);
    await alerting.stop();
  });

  test('of two nodes that tell the same at the same moment one is heard', async () => {
    const state = await openState();
    const one = await setUp(state);
    const two = await setUp(state);
    const told = await Promise.allSettled([one.report({}), two.report({})]);
    expect(told.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await one.open()).toHaveLength(1);
    await one.alerting.stop();
    await two.alerting.stop();
  });
});
