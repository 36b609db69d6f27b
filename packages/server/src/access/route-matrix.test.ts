import { roleNames, type BuiltInRoleName } from '@custos/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalCode } from '../../test/refusal-code.ts';
import { administrator, browserFetch, discard, serve, type Served } from '../../test/serve.ts';

type Caller = BuiltInRoleName | 'nobody';

const all = roleNames;
const workers: readonly BuiltInRoleName[] = [
  'analyst',
  'senior-analyst',
  'investigator',
  'admin',
  'super-admin',
];
const admins: readonly BuiltInRoleName[] = ['admin', 'super-admin'];

/** Who holds what a route asks for. Written out here, apart from the roles' own table, to check that. */
const holders: Readonly<Record<string, readonly Caller[]>> = {
  public: [...all, 'nobody'],
  'signed-in': all,
  'dashboard.read': all,
  'alert.read': all,
  'alert.acknowledge': workers,
  'delivery.read': [...workers, 'auditor'],
  'delivery.retry': ['senior-analyst', 'investigator', ...admins],
  'probe.edit': ['investigator', ...admins],
  'probe.run': workers,
  'maintenance.edit': workers,
  'rule.edit': ['investigator', ...admins],
  'channel.read': [...admins, 'auditor'],
  'channel.edit': admins,
  'telemetry.ingest': admins,
  'telemetry.manage': admins,
  'metric.read': all,
  'log.read': [...workers, 'auditor'],
  'log.sql': ['investigator', 'super-admin'],
  'data.export': ['senior-analyst', 'investigator', 'super-admin'],
  'dashboard.edit': workers,
  'job.read': [...admins, 'auditor'],
  'job.manage': admins,
  'audit.read': [...admins, 'auditor'],
  'audit.write': admins,
  'ledger.manage': admins,
  'hold.manage': ['super-admin'],
  'data.erase': ['super-admin'],
  'pii.read': ['senior-analyst', 'investigator', 'super-admin'],
  'user.read': [...admins, 'auditor'],
  'user.manage': admins,
  'token.own': ['viewer', ...workers],
  'system.read': [...admins, 'auditor'],
  'system.configure': ['super-admin'],
};

/** Every call of the OpenAPI document and what it asks for. A route that is not here fails the test. */
const matrix: Readonly<Record<string, string>> = {
  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'public',
  'POST /api/v1/logs': 'telemetry.ingest',
  'POST /api/v1/write': 'telemetry.ingest',
  'POST /v1/metrics': 'telemetry.ingest',
  'POST /v1/logs': 'telemetry.ingest',
  'POST /v1/traces': 'telemetry.ingest',
  'GET /api/v1/ingest': 'telemetry.manage',
  'POST /loki/api/v1/push': 'telemetry.ingest',
  'GET /api/v1/storage': 'telemetry.manage',
  'PUT /api/v1/storage': 'telemetry.manage',
  'GET /api/v1/dashboards': 'metric.read',
  'GET /api/v1/dashboards/{id}': 'metric.read',
  'POST /api/v1/dashboards': 'dashboard.edit',
  'PUT /api/v1/dashboards/{id}': 'dashboard.edit',
  'DELETE /api/v1/dashboards/{id}': 'dashboard.edit',
  'GET /prometheus/api/v1/query': 'metric.read',
  'POST /prometheus/api/v1/query': 'metric.read',
  'GET /prometheus/api/v1/query_range': 'metric.read',
  'POST /prometheus/api/v1/query_range': 'metric.read',
  'GET /prometheus/api/v1/labels': 'metric.read',
  'POST /prometheus/api/v1/labels': 'metric.read',
  'GET /prometheus/api/v1/series': 'metric.read',
  'POST /prometheus/api/v1/series': 'metric.read',
  'GET /prometheus/api/v1/query_exemplars': 'metric.read',
  'POST /prometheus/api/v1/query_exemplars': 'metric.read',
  'GET /prometheus/api/v1/format_query': 'metric.read',
  'POST /prometheus/api/v1/format_query': 'metric.read',
  'GET /prometheus/api/v1/parse_query': 'metric.read',
  'POST /prometheus/api/v1/parse_query': 'metric.read',
  'GET /prometheus/api/v1/metadata': 'metric.read',
  'GET /prometheus/api/v1/rules': 'metric.read',
  'GET /prometheus/api/v1/alerts': 'metric.read',
  'GET /prometheus/api/v1/status/buildinfo': 'metric.read',
  'GET /prometheus/api/v1/status/flags': 'metric.read',
  'GET /prometheus/api/v1/status/config': 'metric.read',
  'GET /prometheus/api/v1/label/{name}/values': 'metric.read',
  'GET /api/v1/metric-rules': 'metric.read',
  'POST /api/v1/metric-rules': 'rule.edit',
  'PUT /api/v1/metric-rules/{id}': 'rule.edit',
  'DELETE /api/v1/metric-rules/{id}': 'rule.edit',
  'POST /api/v1/metric-rules/check': 'rule.edit',
  'GET /api/v1/logs': 'log.read',
  'GET /api/v1/logs/{id}': 'log.read',
  'GET /api/v1/logs/{id}/around': 'log.read',
  'GET /api/v1/logs/fields': 'log.read',
  'GET /api/v1/logs/values': 'log.read',
  'GET /api/v1/logs/histogram': 'log.read',
  'GET /api/v1/logs/patterns': 'log.read',
  'GET /api/v1/logs/tail': 'log.read',
  'GET /api/v1/logs/export': 'data.export',
  'POST /api/v1/logs/sql': 'log.sql',
  'GET /api/v1/logs/searches': 'log.read',
  'POST /api/v1/logs/searches': 'dashboard.edit',
  'PUT /api/v1/logs/searches/{id}': 'dashboard.edit',
  'DELETE /api/v1/logs/searches/{id}': 'dashboard.edit',
  'GET /api/v1/traces': 'log.read',
  'GET /api/v1/traces/{traceId}': 'log.read',
  'GET /api/v1/log-rules': 'log.read',
  'POST /api/v1/log-rules': 'rule.edit',
  'PUT /api/v1/log-rules/{id}': 'rule.edit',
  'DELETE /api/v1/log-rules/{id}': 'rule.edit',
  'GET /api/v1/stream': 'dashboard.read',
  'GET /api/v1/setup': 'public',
  'POST /api/v1/setup': 'public',
  'GET /api/v1/session': 'signed-in',
  'POST /api/v1/session': 'public',
  'DELETE /api/v1/session': 'signed-in',
  'GET /api/v1/sessions': 'signed-in',
  'DELETE /api/v1/sessions/{id}': 'signed-in',
  'POST /api/v1/session/password': 'signed-in',
  'DELETE /api/v1/sessions': 'signed-in',
  'POST /api/v1/session/second-factor': 'public',
  'POST /api/v1/session/passkey/options': 'public',
  'POST /api/v1/session/passkey': 'public',
  'POST /api/v1/session/step-up/options': 'signed-in',
  'POST /api/v1/session/step-up': 'signed-in',
  'POST /api/v1/session/jwt': 'signed-in',
  'GET /.well-known/jwks.json': 'public',
  'GET /api/v1/me': 'signed-in',
  'GET /api/v1/factors': 'signed-in',
  'POST /api/v1/factors/totp': 'signed-in',
  'POST /api/v1/factors/totp/confirm': 'signed-in',
  'DELETE /api/v1/factors/totp': 'signed-in',
  'POST /api/v1/factors/passkeys/options': 'signed-in',
  'POST /api/v1/factors/passkeys': 'signed-in',
  'DELETE /api/v1/factors/passkeys/{id}': 'signed-in',
  'POST /api/v1/factors/recovery-codes': 'signed-in',
  'DELETE /api/v1/factors/devices': 'signed-in',
  'POST /api/v1/users/invitations': 'user.manage',
  'POST /api/v1/users/{id}/reset': 'user.manage',
  'GET /api/v1/users/{id}/sessions': 'user.manage',
  'DELETE /api/v1/users/{id}/sessions': 'user.manage',
  'DELETE /api/v1/users/{id}/factors': 'user.manage',
  'GET /api/v1/sign-in': 'public',
  'GET /api/v1/sign-in/oidc/{provider}': 'public',
  'GET /api/v1/sign-in/oidc/{provider}/callback': 'public',
  'POST /api/v1/sign-in/oidc/{provider}/link': 'signed-in',
  'DELETE /api/v1/sign-in/oidc/{provider}/link': 'signed-in',
  'GET /api/v1/sign-in/policy': 'user.read',
  'PATCH /api/v1/sign-in/policy': 'system.configure',
  'POST /api/v1/sign-in/resets': 'public',
  'POST /api/v1/sign-in/links/look': 'public',
  'POST /api/v1/sign-in/links/use': 'public',
  'GET /api/v1/users': 'user.read',
  'POST /api/v1/users': 'user.manage',
  'PATCH /api/v1/users/{id}': 'user.manage',
  'GET /api/v1/roles': 'user.read',
  'POST /api/v1/roles': 'user.manage',
  'PATCH /api/v1/roles/{name}': 'user.manage',
  'DELETE /api/v1/roles/{name}': 'user.manage',
  'GET /api/v1/role-preset': 'user.read',
  'PUT /api/v1/role-preset': 'system.configure',
  'GET /api/v1/users/{id}/teams': 'user.read',
  'PUT /api/v1/users/{id}/teams': 'user.manage',
  'GET /api/v1/approvals': 'signed-in',
  'GET /api/v1/approvals/{id}': 'signed-in',
  'POST /api/v1/approvals/{id}/approve': 'signed-in',
  'POST /api/v1/approvals/{id}/refuse': 'signed-in',
  'POST /api/v1/approvals/{id}/withdraw': 'signed-in',
  'GET /api/v1/approval-kinds': 'system.read',
  'PATCH /api/v1/approval-kinds/{kind}': 'system.configure',
  'GET /api/v1/address-rules': 'system.read',
  'POST /api/v1/address-rules': 'system.configure',
  'DELETE /api/v1/address-rules/{id}': 'system.configure',
  'GET /api/v1/access-reviews': 'user.read',
  'POST /api/v1/access-reviews': 'user.manage',
  'GET /api/v1/access-reviews/{id}': 'user.read',
  'GET /api/v1/access-reviews/{id}/lines': 'user.read',
  'POST /api/v1/access-reviews/{id}/decide': 'user.manage',
  'POST /api/v1/access-reviews/{id}/sign': 'user.manage',
  'GET /api/v1/access-reviews/{id}/evidence': 'user.read',
  'POST /api/v1/authorize': 'signed-in',
  'GET /api/v1/tokens': 'token.own',
  'POST /api/v1/tokens': 'token.own',
  'DELETE /api/v1/tokens/{id}': 'token.own',
  'GET /api/v1/audit/events': 'audit.read',
  'POST /api/v1/audit/events': 'audit.write',
  'GET /api/v1/audit/events/{id}': 'audit.read',
  'POST /api/v1/audit/events/{id}/reveal': 'pii.read',
  'GET /api/v1/audit/types': 'audit.read',
  'GET /api/v1/audit/histogram': 'audit.read',
  'GET /api/v1/audit/top': 'audit.read',
  'GET /api/v1/audit/security-groups': 'audit.read',
  'GET /api/v1/audit/export': 'audit.read',
  'POST /api/v1/audit/evidence': 'audit.read',
  'POST /api/v1/audit/erasures': 'data.erase',
  'GET /api/v1/audit/holds': 'audit.read',
  'POST /api/v1/audit/holds': 'hold.manage',
  'POST /api/v1/audit/holds/{id}/release': 'hold.manage',
  'GET /api/v1/audit/ledger': 'audit.read',
  'POST /api/v1/audit/ledger/verify': 'ledger.manage',
  'POST /api/v1/audit/index/check': 'ledger.manage',
  'POST /api/v1/audit/index/rebuild': 'ledger.manage',
  'GET /api/v1/audit/health': 'audit.read',
  'GET /ledger/{*}': 'audit.read',
  'GET /api/v1/audit/searches': 'audit.read',
  'POST /api/v1/audit/searches': 'audit.read',
  'PUT /api/v1/audit/searches/{id}': 'audit.read',
  'DELETE /api/v1/audit/searches/{id}': 'audit.read',
  'GET /api/v1/settings': 'system.read',
  'PATCH /api/v1/settings': 'system.configure',
  'GET /api/v1/jobs/schedules': 'job.read',
  'GET /api/v1/jobs/runs': 'job.read',
  'GET /api/v1/jobs/dead': 'job.read',
  'POST /api/v1/jobs/dead/{id}/replay': 'job.manage',
  'POST /api/v1/jobs/dead/{id}/discard': 'job.manage',
  'GET /api/v1/channel-kinds': 'channel.read',
  'GET /api/v1/channels': 'channel.read',
  'POST /api/v1/channels': 'channel.edit',
  'GET /api/v1/channels/{id}': 'channel.read',
  'PATCH /api/v1/channels/{id}': 'channel.edit',
  'DELETE /api/v1/channels/{id}': 'channel.edit',
  'POST /api/v1/channels/try': 'channel.edit',
  'POST /api/v1/channels/{id}/test': 'channel.edit',
  'GET /api/v1/deliveries': 'delivery.read',
  'GET /api/v1/deliveries/counts': 'delivery.read',
  'GET /api/v1/deliveries/{id}': 'delivery.read',
  'POST /api/v1/deliveries/{id}/retry': 'delivery.retry',
  'GET /api/v1/probe-kinds': 'dashboard.read',
  'GET /api/v1/probes': 'dashboard.read',
  'POST /api/v1/probes': 'probe.edit',
  'GET /api/v1/probes/{id}': 'dashboard.read',
  'PATCH /api/v1/probes/{id}': 'probe.edit',
  'DELETE /api/v1/probes/{id}': 'probe.edit',
  'POST /api/v1/probes/try': 'probe.run',
  'POST /api/v1/probes/{id}/check': 'probe.run',
  'GET /api/v1/probes/{id}/results': 'dashboard.read',
  'GET /api/v1/probes/{id}/series': 'dashboard.read',
  'GET /api/v1/probes/{id}/days': 'dashboard.read',
  'GET /api/v1/probes/{id}/changes': 'dashboard.read',
  'GET /api/v1/services': 'dashboard.read',
  'POST /api/v1/services': 'probe.edit',
  'GET /api/v1/services/{id}': 'dashboard.read',
  'PATCH /api/v1/services/{id}': 'probe.edit',
  'DELETE /api/v1/services/{id}': 'probe.edit',
  'GET /api/v1/maintenance': 'dashboard.read',
  'POST /api/v1/maintenance': 'maintenance.edit',
  'GET /api/v1/maintenance/{id}': 'dashboard.read',
  'PUT /api/v1/maintenance/{id}': 'maintenance.edit',
  'DELETE /api/v1/maintenance/{id}': 'maintenance.edit',
  'GET /ping/{token}': 'public',
  'POST /ping/{token}': 'public',
  'GET /ping/{token}/{event}': 'public',
  'POST /ping/{token}/{event}': 'public',
  'GET /api/v1/alerts': 'alert.read',
  'GET /api/v1/alerts/{id}': 'alert.read',
  'POST /api/v1/alerts/{id}/acknowledge': 'alert.acknowledge',
  'POST /api/v1/alerts/{id}/resolve': 'alert.acknowledge',
  'POST /api/v1/acknowledge': 'public',
  'GET /api/v1/rules': 'alert.read',
  'POST /api/v1/rules': 'rule.edit',
  'PATCH /api/v1/rules/{id}': 'rule.edit',
  'DELETE /api/v1/rules/{id}': 'rule.edit',
  'GET /api/v1/overview': 'dashboard.read',
  'GET /api/v1/system': 'system.read',
  'GET /api/health': 'public',
  'GET /api/health/detailed': 'dashboard.read',
  'GET /api/metrics': 'dashboard.read',
  'GET /api/status': 'dashboard.read',
  'GET /api/dashboard': 'dashboard.read',
  'GET /api/alerts': 'alert.read',
};

/** Doors for machines take a token and no cookie, so that no page elsewhere can send in a person's name. */
const doors: ReadonlySet<string> = new Set(
  Object.keys(matrix).filter((call) => matrix[call] === 'telemetry.ingest'),
);

let served: Served;
let calls: Readonly<Record<string, string>>;
const browsers = new Map<Caller, typeof fetch>();

beforeAll(async () => {
  served = await serve();
  const document = (await (await fetch(`${served.url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-access': string }>>;
  };
  calls = Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, call]) => [`${method.toUpperCase()} ${path}`, call['x-access']]),
    ),
  );

  const first = browserFetch();
  await post(first, '/api/v1/setup', { token: await served.setupToken(), ...administrator });
  for (const role of all) {
    if (role === 'super-admin') continue;
    const email = emailOf(role);
    const password = 'the first of two lanterns';
    await post(first, '/api/v1/users', { email, name: 'Somebody Else', role, password });
    // A password that somebody else chose opens nothing but the choice of another one.
    const browser = browserFetch();
    await post(browser, '/api/v1/session', { email, password });
    expect((await browser(`${served.url}/api/v1/overview`)).status).toBe(403);
    const own = { current: password, password: administrator.password };
    await post(browser, '/api/v1/session/password', own);
  }
  for (const role of all) browsers.set(role, await enter(role));
  browsers.set('nobody', browserFetch());
}, 120_000);

afterAll(async () => {
  await discard(served);
});

function emailOf(role: BuiltInRoleName): string {
  return role === 'super-admin' ? administrator.email : `${role}@example.com`;
}

async function post(browser: typeof fetch, path: string, body: object): Promise<void> {
  const reply = await browser(`${served.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
}

async function enter(role: BuiltInRoleName): Promise<typeof fetch> {
  const browser = browserFetch();
  await post(browser, '/api/v1/session', { email: emailOf(role), password: administrator.password });
  return browser;
}

/** What the server makes of a call with an id that nothing has and an empty body. */
async function outcome(call: string, browser: typeof fetch): Promise<{ status: number; code: string }> {
  const [method = '', path = ''] = call.split(' ');
  const abort = new AbortController();
  const reply = await browser(`${served.url}${path.replaceAll(/\{\w+\}/g, 'none')}`, {
    method,
    signal: abort.signal,
    ...(method === 'GET' || method === 'DELETE'
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: '{}' }),
  });
  const code = await refusalCode(call, reply);
  // A live stream never ends by itself.
  abort.abort();
  return { status: reply.status, code };
}

test('every call is in the matrix, with the permission that it asks for', () => {
  expect(calls).toEqual(matrix);
});

test('every permission in the matrix says who holds it', () => {
  for (const access of Object.values(matrix)) expect(holders).toHaveProperty([access]);
});

test('every call answers every role, and nobody, as the matrix says', { timeout: 120_000 }, async () => {
  const surprises: string[] = [];
  for (const [call, access] of Object.entries(matrix)) {
    for (const [caller, browser] of browsers) {
      const { status, code } = await outcome(call, browser);
      const allowed = holders[access]?.includes(caller) === true && !doors.has(call);
      const refusal = caller === 'nobody' || doors.has(call) ? 'unauthenticated' : 'forbidden';
      const refused = code === 'unauthenticated' || code === 'forbidden';
      const right = allowed ? !refused && status < 500 && status !== 429 : code === refusal;
      if (!right) surprises.push(`${call} as ${caller}: ${status} ${code}`);
      // Signing out worked, so this one has to come back in.
      if (call === 'DELETE /api/v1/session' && caller !== 'nobody') browsers.set(caller, await enter(caller));
    }
  }
  expect(surprises).toEqual([]);
});
