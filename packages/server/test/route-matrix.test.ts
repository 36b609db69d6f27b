import {
  permissionNames,
  permissions,
  roleNames,
  tokenCreate,
  type Permission,
  type RoleName,
} from '@custos/contract';
import type { Client } from '@custos/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInRoles } from '../src/access/roles.ts';
import { refusalCode } from './refusal-code.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';

/**
 * Beside the test in `access/`, which tries every route with every role: the whole table of permissions,
 * every route with API tokens, and the record that each change leaves.
 */

const all: readonly RoleName[] = roleNames;
const ladder: readonly RoleName[] = ['viewer', 'analyst', 'senior-analyst', 'investigator'];
const admins: readonly RoleName[] = ['admin', 'super-admin'];
const workers: readonly RoleName[] = [...ladder.slice(1), ...admins];
const readers: readonly RoleName[] = [...admins, 'auditor'];

/** Who holds each permission in a fresh installation, written out apart from the roles themselves. */
const holders: Readonly<Record<Permission, readonly RoleName[]>> = {
  'dashboard.read': all,
  'alert.read': all,
  'alert.acknowledge': workers,
  'delivery.read': [...workers, 'auditor'],
  'delivery.retry': ['senior-analyst', 'investigator', ...admins],
  'probe.edit': ['investigator', ...admins],
  'probe.run': workers,
  'maintenance.edit': workers,
  'rule.edit': ['investigator', ...admins],
  'channel.read': readers,
  'channel.edit': admins,
  'metric.read': all,
  'log.read': [...workers, 'auditor'],
  'log.sql': ['investigator', 'super-admin'],
  'telemetry.ingest': admins,
  'telemetry.manage': admins,
  'dashboard.edit': workers,
  'job.read': readers,
  'job.manage': admins,
  'audit.read': readers,
  'audit.write': admins,
  'ledger.manage': admins,
  'hold.manage': ['super-admin'],
  'data.erase': ['super-admin'],
  'user.read': readers,
  'user.manage': admins,
  'token.own': [...ladder, ...admins],
  'token.manage': admins,
  'system.read': readers,
  'system.configure': ['super-admin'],
  'pii.read': ['senior-analyst', 'investigator', 'super-admin'],
  'data.export': ['senior-analyst', 'investigator', 'super-admin'],
  'investigation.read': all,
  'investigation.create': [...ladder.slice(1), 'super-admin'],
  'investigation.modify': [...ladder.slice(1), 'super-admin'],
  'investigation.delete': ['investigator', 'super-admin'],
};

/** Changes that no permission guards and that are recorded by the part that makes them, or not at all. */
const withoutRouteAudit = [
  // Asks and changes nothing; what it refuses is on record.
  'POST /api/v1/authorize',
  // Questions with a form, as Prometheus's clients ask them; a rule file that is only looked at.
  'POST /prometheus/api/v1/query',
  'POST /prometheus/api/v1/query_range',
  'POST /prometheus/api/v1/labels',
  'POST /prometheus/api/v1/series',
  'POST /prometheus/api/v1/query_exemplars',
  'POST /prometheus/api/v1/format_query',
  'POST /prometheus/api/v1/parse_query',
  'POST /api/v1/metric-rules/check',
  'POST /api/v1/setup',
  'POST /api/v1/session',
  'POST /api/v1/session/second-factor',
  'POST /api/v1/session/passkey',
  'POST /api/v1/sign-in/resets',
  'POST /api/v1/sign-in/links/use',
  // A question, and what a browser is to sign; nothing has changed yet.
  'POST /api/v1/sign-in/links/look',
  'POST /api/v1/session/passkey/options',
  'POST /api/v1/session/step-up/options',
  'POST /api/v1/factors/passkeys/options',
  // Can do no more than the session that it comes from, and ends with it.
  'POST /api/v1/session/jwt',
  // What others send is the record.
  'POST /api/v1/audit/events',
  // Thousands of calls a minute by machines; the ingest page has who sent what.
  'POST /api/v1/write',
  'POST /api/v1/logs',
  'POST /loki/api/v1/push',
  'POST /v1/metrics',
  'POST /v1/logs',
  'POST /v1/traces',
  // On record as data.access, with the reason, before and after.
  'POST /api/v1/audit/events/{id}/reveal',
  'GET /ping/{token}',
  'POST /ping/{token}',
  'GET /ping/{token}/{event}',
  'POST /ping/{token}/{event}',
];

interface Call {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: string;
  readonly audit: string | null;
}

let served: Served;
let client: Client;
let calls: readonly Call[];

beforeAll(async () => {
  served = await serve({ config: { columns: { enabled: false } } });
  client = await setUp(served);
  const document = (await (await fetch(`${served.url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-access': string; 'x-audit'?: string }>>;
  };
  calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, call]) => {
      const method = name.toUpperCase();
      const { 'x-access': access, 'x-audit': audit = null } = call;
      return { name: `${method} ${path}`, method, path, access, audit };
    }),
  );
});
afterAll(() => discard(served));

/** Calls with an id that nothing has and an empty body; what comes of it is `denied`, `open` or a surprise. */
async function outcome(call: Call, token: string): Promise<string> {
  const abort = new AbortController();
  const reply = await fetch(`${served.url}${call.path.replaceAll(/\{\w+\}/g, 'none')}`, {
    method: call.method,
    signal: abort.signal,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(['GET', 'DELETE'].includes(call.method) ? {} : { body: '{}' }),
  });
  const code = await refusalCode(call.name, reply);
  // A live stream never ends by itself.
  abort.abort();
  if (reply.status === 401) return `401 ${code}`;
  if (code === 'forbidden') return 'denied';
  // Whoever gets this far was let in; this server runs without columns.
  if (code === 'columns_unavailable') return 'open';
  return reply.status < 500 && reply.status !== 429 ? 'open' : `${reply.status} ${code}`;
}

async function surprises(token: string, wanted: (call: Call) => string): Promise<string[]> {
  const found: string[] = [];
  for (const call of calls) {
    const came = await outcome(call, token);
    if (came !== wanted(call)) found.push(`${call.name}: ${came} instead of ${wanted(call)}`);
  }
  return found;
}

/** Sessions and factors are what people have: a token neither sees nor changes them. */
const forPeople = [
  'GET /api/v1/sessions',
  'GET /api/v1/me',
  'GET /api/v1/factors',
  'POST /api/v1/factors/totp',
  'POST /api/v1/factors/passkeys/options',
  'POST /api/v1/factors/recovery-codes',
  'POST /api/v1/session/jwt',
  'POST /api/v1/session/step-up/options',
  'POST /api/v1/sign-in/oidc/{provider}/link',
];

const isOpen = (call: Call, held: readonly string[]): boolean =>
  !forPeople.includes(call.name) &&
  (call.access === 'public' || call.access === 'signed-in' || held.includes(call.access));

test('the roles hold exactly what the table says, in the code and in the running program', async () => {
  const written = Object.fromEntries(
    all.map((role) => [role, permissionNames.filter((name) => holders[name].includes(role)).toSorted()]),
  );
  expect(
    Object.fromEntries(builtInRoles.map(({ name, permissions: held }) => [name, held.toSorted()])),
  ).toEqual(written);
  const { items } = await client.users.roles();
  expect(Object.fromEntries(items.map((role) => [role.name, role.permissions.toSorted()]))).toEqual(written);
});

test('every route asks for something that somebody may hold', () => {
  expect(calls.length).toBeGreaterThan(70);
  const known = ['public', 'signed-in', ...Object.keys(permissions)];
  expect(calls.filter(({ access }) => !known.includes(access))).toEqual([]);
});

test(
  'a token opens what its permissions open, whoever owns it, and nothing more',
  { timeout: 60_000 },
  async () => {
    const sets: readonly (readonly Permission[])[] = [
      permissionNames,
      ['dashboard.read'],
      ['alert.read', 'alert.acknowledge'],
      ['probe.edit', 'channel.read'],
    ];
    for (const [index, held] of sets.entries()) {
      const body = tokenCreate.parse({ name: `Token ${index}`, permissions: held, expiresInDays: 1 });
      const { token } = await client.tokens.create(body);
      expect(await surprises(token, (call) => (isOpen(call, held) ? 'open' : 'denied')), held.join()).toEqual(
        [],
      );
    }
  },
);

test(
  'a token that was made up or revoked opens what is open to everybody and nothing else',
  { timeout: 60_000 },
  async () => {
    const { token, id } = await client.tokens.create({
      name: 'Short-lived',
      permissions: ['dashboard.read'],
      expiresInDays: 1,
    });
    await client.tokens.revoke(id);
    for (const worthless of [token, `${token}x`, 'custos_made_up']) {
      const open = await surprises(worthless, (call) =>
        call.access === 'public' ? 'open' : '401 unauthenticated',
      );
      expect(open).toEqual([]);
    }
  },
);

test(
  'every change that needs a permission names its record, and a denied one leaves it',
  { timeout: 60_000 },
  async () => {
    const changes = calls.filter(({ method, name }) => method !== 'GET' && !withoutRouteAudit.includes(name));
    expect(changes.filter(({ audit }) => audit === null).map(({ name }) => name)).toEqual([]);
    const { token, id } = await client.tokens.create({
      name: 'Reader',
      permissions: ['investigation.read'],
      expiresInDays: 1,
    });
    const guarded = changes.filter(({ access }) => access in permissions);
    for (const call of guarded) expect(await outcome(call, token), call.name).toBe('denied');
    const wanted = guarded.map(({ audit }) => audit ?? '').toSorted();
    await eventually(
      async () => {
        const { items } = await client.audit.list({ outcome: 'denied', limit: 500 });
        const mine = items.filter(({ actor }) => actor.type === 'token' && actor.id === id);
        return JSON.stringify(mine.map(({ action }) => action).toSorted()) === JSON.stringify(wanted);
      },
      { what: `a record of each of ${wanted.length} denials` },
    );
  },
);

test('what was done is on record from its attempt to its end', async () => {
  // Denials of the tests above would fill the page.
  const pages = await Promise.all(
    (['attempted', 'succeeded'] as const).map((outcome) => client.audit.list({ outcome, limit: 500 })),
  );
  const items = pages.flatMap((page) => page.items);
  for (const action of ['token.create', 'token.revoke']) {
    const outcomes = items.filter((event) => event.action === action).map(({ outcome: end }) => end);
    expect(outcomes, action).toEqual(expect.arrayContaining(['attempted', 'succeeded']));
  }
});
