import * as contract from '@custos/contract';
import type { z } from 'zod';
import { accessRoutes } from './mock-access.ts';
import { auditRoutes } from './mock-audit.ts';
import { dashboardRoutes } from './mock-dashboards.ts';
import { metricRuleRoutes } from './mock-metric-rules.ts';
import { channelKinds, probeKinds } from './kinds.ts';
import { changesOf, daysOf, resultsOf, seriesOf } from './history.ts';
import { overviewOf, people, system } from './mock-pages.ts';
import { makeId, random } from './chance.ts';
import type { World } from './world.ts';

export interface Call {
  world: World;
  state: string;
  id: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

interface Refusal {
  status: number;
  code: string;
  detail: string;
  errors?: { field: string; message: string }[];
}
export type Answer = { schema: z.ZodType; value: unknown } | { problem: Refusal };

interface Route {
  method: string;
  path: string;
  run: (call: Call) => Answer;
}

const answer = (schema: z.ZodType, value: unknown): Answer => ({ schema, value });
const ok = answer(contract.done, { ok: true });
const refuse = (status: number, code: string, detail: string): Answer => ({
  problem: { status, code, detail },
});
const missing = refuse(404, 'not_found', 'There is no such thing.');

function fits(item: unknown, call: Call, ask: { filters: string[]; text: string | undefined }): boolean {
  const record = item as Record<string, string | undefined>;
  const named = (record['name'] ?? record['summary'] ?? '').toLowerCase();
  return (
    ask.filters.every((name) => record[name] === undefined || record[name] === call.query.get(name)) &&
    (ask.text === undefined || named.includes(ask.text))
  );
}

function list(schema: z.ZodType, items: (call: Call) => readonly unknown[]): (call: Call) => Answer {
  return (call) => {
    if (call.state === 'broken') return refuse(500, 'internal_error', 'Something went wrong on our side.');
    if (call.state === 'forbidden') return refuse(403, 'forbidden', 'You lack the permission user.read.');
    const filters = ['serviceId', 'status', 'kind', 'probeId'].filter((name) => call.query.has(name));
    const text = call.query.get('search')?.toLowerCase();
    const all =
      call.state === 'empty' ? [] : items(call).filter((item) => fits(item, call, { filters, text }));
    const limit = Number(call.query.get('limit') ?? 50);
    const from = Number(call.query.get('cursor') ?? 0);
    const next = from + limit < all.length ? String(from + limit) : null;
    return answer(contract.pageOf(schema), { items: all.slice(from, from + limit), nextCursor: next });
  };
}

function one(schema: z.ZodType, find: (call: Call) => unknown): (call: Call) => Answer {
  return (call) => {
    const value = find(call);
    return value === undefined ? missing : answer(schema, value);
  };
}

/** GET list, GET one, PATCH and DELETE for a resource of the world. */
function resource(path: string, key: keyof World, schema: z.ZodType): Route[] {
  const of = (call: Call): { id: string }[] => call.world[key];
  const found = (call: Call): { id: string } | undefined => of(call).find((item) => item.id === call.id);
  return [
    { method: 'GET', path, run: list(schema, of) },
    { method: 'GET', path: `${path}/:id`, run: one(schema, found) },
    {
      method: 'PATCH',
      path: `${path}/:id`,
      run: one(schema, (call) => {
        const item = found(call);
        return item === undefined ? undefined : Object.assign(item, call.body);
      }),
    },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      run: (call) => {
        const items = of(call);
        const index = items.findIndex((item) => item.id === call.id);
        if (index >= 0) items.splice(index, 1);
        return ok;
      },
    },
    {
      method: 'POST',
      path,
      run: (call) => {
        const sample = of(call)[0];
        if (String(call.body['name']).includes('taken')) {
          return {
            problem: {
              status: 422,
              code: 'invalid_input',
              detail: 'One field is wrong.',
              errors: [{ field: 'name', message: 'is taken by another one' }],
            },
          };
        }
        const made = { ...sample, ...call.body, id: makeId('new') };
        of(call).unshift(made);
        return answer(schema, made);
      },
    },
  ];
}

const probeOf = (call: Call): contract.ProbeView | undefined =>
  call.world.probes.find((probe) => probe.id === call.id);
const alertOf = (call: Call): contract.AlertView | undefined =>
  call.world.alerts.find((alert) => alert.id === call.id);

function historyOf(alert: contract.AlertView): contract.AlertEventView[] {
  const events: contract.AlertEventView[] = [
    { at: alert.startedAt, type: 'pending', actor: null, note: 'The condition held for the first time' },
  ];
  if (alert.firedAt !== null) events.push({ at: alert.firedAt, type: 'firing', actor: null, note: '' });
  if (alert.acknowledgedAt !== null) {
    events.push({
      at: alert.acknowledgedAt,
      type: 'acknowledged',
      actor: alert.acknowledgedBy,
      note: 'Looking at the index',
    });
  }
  if (alert.resolvedAt !== null)
    events.push({ at: alert.resolvedAt, type: 'resolved', actor: null, note: '' });
  return events;
}

function attemptsOf(delivery: contract.DeliveryView): contract.DeliveryAttemptView[] {
  return Array.from({ length: delivery.attempts }, (_, index) => ({
    number: index + 1,
    at: delivery.createdAt + 300 + index * 20_000,
    outcome:
      index + 1 === delivery.attempts ? (delivery.state === 'delivered' ? 'delivered' : 'failed') : 'retry',
    latencyMs: 140 + index * 30,
    answer: delivery.state === 'delivered' ? '250 2.0.0 Ok: queued as 4F1C2' : '500 Internal Server Error',
    providerId: delivery.state === 'delivered' ? '4F1C2' : null,
    error: delivery.lastError,
  }));
}

const tryResult = (): contract.ProbeResultView => ({
  at: Date.now(),
  status: random() > 0.3 ? 'up' : 'down',
  latencyMs: 92,
  message: '200 OK, text found',
  values: { certificate_days: 41, dns_ms: 4, connect_ms: 12 },
});
const testResult = { delivered: true, answer: '250 2.0.0 Ok: queued as 4F1C2', error: null, latencyMs: 412 };

export const routes: Route[] = [
  {
    method: 'GET',
    path: '/setup',
    run: (call) => answer(contract.setupState, { needed: call.state === 'setup' }),
  },
  { method: 'POST', path: '/setup', run: () => answer(contract.identity, people.me()) },
  {
    method: 'GET',
    path: '/session',
    run: (call) =>
      call.state === 'setup' || call.state === 'signed-out'
        ? refuse(401, 'unauthenticated', 'Sign in.')
        : answer(contract.identity, people.me(call.state === 'viewer')),
  },
  {
    method: 'POST',
    path: '/session',
    run: (call) =>
      call.body['password'] === 'wrong'
        ? refuse(
            401,
            'sign_in_failed',
            'The e-mail or password is wrong, or the account is locked or disabled.',
          )
        : answer(contract.identity, people.me()),
  },
  { method: 'DELETE', path: '/session', run: () => ok },
  { method: 'POST', path: '/session/password', run: () => ok },
  { method: 'GET', path: '/sessions', run: list(contract.session, () => people.sessions) },
  { method: 'DELETE', path: '/sessions/:id', run: () => ok },
  { method: 'GET', path: '/users', run: list(contract.user, () => people.users) },
  { method: 'POST', path: '/users', run: () => answer(contract.user, people.users[0]) },
  { method: 'PATCH', path: '/users/:id', run: () => answer(contract.user, people.users[0]) },
  { method: 'GET', path: '/roles', run: list(contract.role, () => people.roles) },
  { method: 'GET', path: '/tokens', run: list(contract.apiToken, () => people.tokens) },
  {
    method: 'POST',
    path: '/tokens',
    run: () => answer(contract.apiTokenMade, { ...people.tokens[0], token: 'cst_8f2k_demo_only' }),
  },
  { method: 'DELETE', path: '/tokens/:id', run: () => ok },
  ...accessRoutes,
  ...auditRoutes,
  ...dashboardRoutes,
  ...metricRuleRoutes,
  { method: 'GET', path: '/probe-kinds', run: list(contract.kindDescription, () => probeKinds) },
  { method: 'GET', path: '/channel-kinds', run: list(contract.kindDescription, () => channelKinds) },
  { method: 'POST', path: '/probes/try', run: () => answer(contract.probeResult, tryResult()) },
  { method: 'POST', path: '/probes/:id/check', run: () => answer(contract.probeResult, tryResult()) },
  {
    method: 'GET',
    path: '/probes/:id/results',
    run: list(contract.probeResult, (call) => {
      const probe = probeOf(call);
      return probe === undefined ? [] : resultsOf(probe);
    }),
  },
  {
    method: 'GET',
    path: '/probes/:id/series',
    run: (call) => {
      if (call.state === 'columns-down') {
        return refuse(
          503,
          'columns_unavailable',
          'The columns store does not answer; history is unavailable for now.',
        );
      }
      const to = Date.parse(call.query.get('to') ?? new Date().toISOString());
      const from = Date.parse(call.query.get('from') ?? new Date(to - 86_400_000).toISOString());
      const points = Number(call.query.get('points') ?? 300);
      return answer(contract.series, seriesOf(call.query.get('value') ?? 'latency_ms', { from, to, points }));
    },
  },
  { method: 'GET', path: '/probes/:id/days', run: list(contract.dayRollup, () => daysOf()) },
  {
    method: 'GET',
    path: '/probes/:id/changes',
    run: list(contract.statusChange, (call) => {
      const probe = probeOf(call);
      return probe === undefined ? [] : changesOf(probe);
    }),
  },
  ...resource('/probes', 'probes', contract.probe),
  ...resource('/services', 'services', contract.service),
  ...resource('/maintenance', 'maintenance', contract.maintenance),
  ...resource('/rules', 'rules', contract.rule),
  {
    method: 'GET',
    path: '/alerts',
    run: list(contract.alert, (call) => {
      const wanted = call.query.get('state');
      const probe = call.query.get('probeId');
      const open = ['pending', 'firing', 'acknowledged'];
      return call.world.alerts.filter(
        (alert) =>
          (wanted === null || (wanted === 'open' ? open.includes(alert.state) : alert.state === wanted)) &&
          (probe === null || alert.probeId === probe),
      );
    }),
  },
  {
    method: 'GET',
    path: '/alerts/:id',
    run: one(contract.alertDetail, (call) => {
      const alert = alertOf(call);
      return alert === undefined ? undefined : { ...alert, history: historyOf(alert) };
    }),
  },
  {
    method: 'POST',
    path: '/alerts/:id/acknowledge',
    run: one(contract.alert, (call) => {
      const alert = alertOf(call);
      if (alert === undefined) return undefined;
      return Object.assign(alert, {
        state: 'acknowledged',
        acknowledgedAt: Date.now(),
        acknowledgedBy: 'Ada Lovelace',
      });
    }),
  },
  {
    method: 'POST',
    path: '/alerts/:id/resolve',
    run: one(contract.alert, (call) => {
      const alert = alertOf(call);
      return alert === undefined
        ? undefined
        : Object.assign(alert, { state: 'resolved', resolvedAt: Date.now() });
    }),
  },
  {
    method: 'POST',
    path: '/acknowledge',
    run: (call) =>
      call.body['token'] === 'expired'
        ? refuse(410, 'token_invalid', 'The link is wrong, used or expired.')
        : ok,
  },
  { method: 'POST', path: '/channels/try', run: () => answer(contract.channelTestResult, testResult) },
  { method: 'POST', path: '/channels/:id/test', run: () => answer(contract.channelTestResult, testResult) },
  ...resource('/channels', 'channels', contract.channel),
  {
    method: 'GET',
    path: '/deliveries',
    run: list(contract.delivery, (call) => {
      const state = call.query.get('state');
      const alert = call.query.get('alertId');
      return call.world.deliveries.filter(
        (delivery) =>
          (state === null || delivery.state === state) && (alert === null || delivery.alertId === alert),
      );
    }),
  },
  {
    method: 'GET',
    path: '/deliveries/counts',
    run: () => answer(contract.deliveryCounts, { delivered: 41, failed: 1, pending: 1, p50LatencyMs: 412 }),
  },
  {
    method: 'GET',
    path: '/deliveries/:id',
    run: one(contract.deliveryDetail, (call) => {
      const delivery = call.world.deliveries.find((item) => item.id === call.id);
      return delivery === undefined ? undefined : { ...delivery, history: attemptsOf(delivery) };
    }),
  },
  {
    method: 'POST',
    path: '/deliveries/:id/retry',
    run: one(contract.delivery, (call) => call.world.deliveries.find((item) => item.id === call.id)),
  },
  {
    method: 'GET',
    path: '/overview',
    run: (call) =>
      call.state === 'broken'
        ? refuse(500, 'internal_error', 'Something went wrong on our side.')
        : answer(contract.overview, overviewOf(call.world, call.state)),
  },
  { method: 'GET', path: '/settings', run: () => answer(contract.settings, system.settings) },
  {
    method: 'PATCH',
    path: '/settings',
    run: (call) => answer(contract.settings, Object.assign(system.settings, call.body)),
  },
  { method: 'GET', path: '/system', run: (call) => answer(contract.systemStatus, system.status(call.state)) },
  { method: 'GET', path: '/jobs/schedules', run: list(contract.jobSchedule, () => system.schedules) },
  { method: 'GET', path: '/jobs/runs', run: list(contract.jobRun, () => system.runs) },
  { method: 'GET', path: '/jobs/dead', run: list(contract.deadJob, () => system.dead) },
  { method: 'POST', path: '/jobs/dead/:id/replay', run: () => ok },
  { method: 'POST', path: '/jobs/dead/:id/discard', run: () => ok },
];
