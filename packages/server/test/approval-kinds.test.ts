import { ruleInput, type RulePatch } from '@custos/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { serveAccess, type Body } from '../src/access/served-fixture.ts';
import { alertingRoutes } from '../src/alerting/routes.ts';
import { createAlerting } from '../src/alerting/service.ts';
import { nothingAfterCommit } from '../src/base/after-commit.ts';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import { PermanentFailure } from '../src/jobs/errors.ts';
import { jobsRoutes } from '../src/jobs/routes.ts';
import { createJobs } from '../src/jobs/service.ts';
import { describeOnBothStores } from './stores.ts';

const approvalIn = (answer: Body): string => String((answer['approval'] as { id: string } | undefined)?.id);

/** Which acts take two persons, where the acts are; exports are in `access-black-box.test.ts`. */
describeOnBothStores('acts that take two persons, over HTTP', (open) => {
  async function world() {
    const state = await open();
    const shared = { state, clock: systemClock, log: silentLogger };
    const jobs = createJobs({ ...shared, node: 'a', pollMs: 20 });
    const alerting = createAlerting({
      ...shared,
      publish: () => undefined,
      notifier: { enqueue: async () => nothingAfterCommit, deliveryByAlert: async () => new Map() },
    });
    const served = await serveAccess(state, { routes: [jobsRoutes(jobs), alertingRoutes(alerting)] });
    const ada = await served.enter('ada@example.com', 'super-admin');
    const bob = await served.enter('bob@example.com', 'super-admin');
    const approve = async (answer: Body) =>
      served.call(bob, ['POST', `/api/v1/approvals/${approvalIn(answer)}/approve`], { body: {} });
    const stop = async () => {
      await jobs.stop(100);
      await served.stop();
    };
    return { ...served, jobs, alerting, ada, bob, approve, stop };
  }

  test('a dead job that pays somebody is replayed by two, any other by one', async () => {
    const { jobs, call, ada, approve, state, stop } = await world();
    const ran: string[] = [];
    for (const [kind, payout] of [
      ['prize.pay', true],
      ['report.make', false],
    ] as const) {
      jobs.define({
        kind,
        payout,
        schema: z.object({}),
        async run() {
          ran.push(kind);
          throw new PermanentFailure('the bank is closed');
        },
      });
    }
    await jobs.start();
    const ids: Record<string, string> = {};
    for (const kind of ['prize.pay', 'report.make']) {
      ids[kind] = (await jobs.enqueue(state, { kind, payload: {} })).id;
    }
    await expect.poll(async () => (await jobs.stats()).dead).toBe(2);
    ran.splice(0);

    const replay = (kind: string) => ['POST', `/api/v1/jobs/dead/${ids[kind]}/replay`] as const;
    expect((await call(ada, replay('report.make'))).status).toBe(200);
    const asked = await call(ada, replay('prize.pay'));
    expect(asked).toMatchObject({ status: 202, answer: { approval: { kind: 'replay-payout' } } });
    await expect.poll(() => ran).toEqual(['report.make']);
    expect((await approve(asked.answer)).answer).toMatchObject({ state: 'executed', status: 200 });
    await expect.poll(() => ran).toEqual(['report.make', 'prize.pay']);
    // Throwing it away pays nobody, and what is not there is not found.
    await expect.poll(async () => (await jobs.stats()).dead).toBe(2);
    expect((await call(ada, ['POST', `/api/v1/jobs/dead/${ids['prize.pay']}/discard`])).status).toBe(200);
    expect((await call(ada, replay('prize.pay'))).status).toBe(404);
    await stop();
  });

  test('a job of a kind that this node does not know is taken for one that pays', async () => {
    const { jobs, state, stop } = await world();
    const later = createJobs({ state, clock: systemClock, log: silentLogger, node: 'later' });
    later.define({ kind: 'prize.of-a-later-version', schema: z.object({}), run: async () => undefined });
    const { id } = await later.enqueue(state, { kind: 'prize.of-a-later-version', payload: {} });
    expect(await jobs.isPayout(id)).toBe(true);
    expect(await jobs.isPayout('job_none')).toBe(false);
    await stop();
  });

  test('switching a critical rule off, lowering and removing it take two; the rest of its editing takes one', async () => {
    const { alerting, call, ada, approve, stop } = await world();
    const condition = { type: 'probe-status', statuses: ['down'] };
    const make = (name: string, more: Body = {}) =>
      alerting.rules.create(ruleInput.parse({ name, condition, ...more }));
    const critical = await make('critical', { severity: 'critical' });
    const follows = await make('follows what it watches');
    const low = await make('low', { severity: 'low' });
    const lesser = await make('lesser services', { selector: { criticalities: ['low', 'medium'] } });
    const off = await make('off', { severity: 'critical', enabled: false });
    const patch = async (id: string, body: RulePatch) =>
      (await call(ada, ['PATCH', `/api/v1/rules/${id}`], { body })).status;
    const remove = (id: string) => ['DELETE', `/api/v1/rules/${id}`] as const;

    const selector = { probeIds: [], serviceIds: [], kinds: [], criticalities: ['low' as const], labels: {} };
    for (const [rule, body, status] of [
      [critical, { enabled: false }, 202],
      [critical, { severity: 'high' }, 202],
      [critical, { severity: 'from-criticality' }, 202],
      [critical, { name: 'still critical', forMs: 1000 }, 200],
      [follows, { enabled: false }, 202],
      [follows, { severity: 'high' }, 202],
      [follows, { selector }, 202],
      [follows, { severity: 'critical' }, 200],
      [low, { enabled: false }, 200],
      [lesser, { severity: 'low' }, 200],
      [off, { severity: 'low' }, 200],
    ] as const) {
      expect([rule.name, body, await patch(rule.id, body as RulePatch)]).toEqual([rule.name, body, status]);
    }
    expect((await call(ada, remove(low.id))).status).toBe(200);
    expect((await call(ada, remove('rul_none'))).status).toBe(404);

    const asked = await call(ada, remove(critical.id));
    expect(asked).toMatchObject({ status: 202, answer: { approval: { kind: 'silence-critical' } } });
    const named = async () => (await alerting.rules.list()).items.map(({ name }) => name);
    expect(await named()).toContain('still critical');
    expect((await approve(asked.answer)).answer).toMatchObject({ state: 'executed', status: 200 });
    expect(await named()).not.toContain('still critical');
    await stop();
  });

  test('each kind is switched for the installation, and what is off takes one', async () => {
    const { alerting, call, ada, approve, stop } = await world();
    const make = (name: string) =>
      alerting.rules.create(
        ruleInput.parse({ name, condition: { type: 'probe-status' }, severity: 'critical' }),
      );
    const mode = ['PATCH', '/api/v1/approval-kinds/silence-critical'] as const;
    const weaken = await call(ada, mode, { body: { mode: 'off' } });
    expect(weaken.status).toBe(202);
    expect((await approve(weaken.answer)).answer).toMatchObject({ state: 'executed' });
    const one = await make('one');
    expect((await call(ada, ['DELETE', `/api/v1/rules/${one.id}`])).status).toBe(200);
    expect((await call(ada, mode, { body: { mode: 'always' } })).status).toBe(200);
    const two = await make('two');
    expect((await call(ada, ['DELETE', `/api/v1/rules/${two.id}`])).status).toBe(202);
    await stop();
  });

  test('a rule of the configuration file is changed there, and asks nobody here', async () => {
    const { alerting, call, ada, stop } = await world();
    const written = ruleInput.parse({
      name: 'file',
      condition: { type: 'probe-status' },
      severity: 'critical',
    });
    await alerting.rules.applyConfiguration([written]);
    const [rule] = (await alerting.rules.list()).items;
    const answer = await call(ada, ['DELETE', `/api/v1/rules/${rule?.id}`]);
    expect(answer).toMatchObject({ status: 409, answer: { code: 'managed_by_configuration' } });
    await stop();
  });
});
