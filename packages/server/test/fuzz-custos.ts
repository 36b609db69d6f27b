import { readFileSync } from 'node:fs';
import type { Client } from '@custos/client';
import { permissionNames } from '@custos/contract';
import { expect } from 'vitest';
import { fuzz, type FuzzReport } from './fuzz.ts';
import { administrator, discard, serve, setUp, type Served, type ServeOptions } from './serve.ts';

/** Calls that would end the fuzzer's own session or token, or that it must not need luck to survive. */
const leaveOut = ['DELETE /api/v1/session', 'POST /api/v1/session/password', 'DELETE /api/v1/sessions'];

interface FuzzedRun extends FuzzReport {
  /** Resident memory of the server, MB: after the first third of the requests, and at the end. */
  readonly memoryMb: readonly [number, number];
  /** Whether the fuzzer's own callers still work, so that what came back was about them. */
  readonly callersLive: readonly number[];
  /** The log of the server. */
  readonly output: string;
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Something of everything, so that ids lead somewhere. */
async function furnish(client: Client): Promise<void> {
  await client.audit.record({
    type: 'application.act',
    action: 'order.refund',
    outcome: 'succeeded',
    actor: { type: 'user', id: 'usr_1', name: 'Vic' },
    details: { order: 1 },
  });
  await client.users.create({
    email: 'vic@example.com',
    name: 'Vic',
    role: 'viewer',
    password: administrator.password,
  });
  await client.tokens.create({ name: 'spare', permissions: ['dashboard.read'], expiresInDays: 1 });
  await client.probes.create({
    name: 'Shop',
    kind: 'http',
    intervalMs: 60_000,
    options: { url: 'http://127.0.0.1:64999/' },
  });
  await client.channels.create({
    name: 'Hook',
    kind: 'webhook',
    options: { url: 'http://127.0.0.1:64999/' },
  });
}

/** Fuzzes a real server by a token with every permission, a browser's session, and nobody. */
export async function fuzzCustos({
  seed,
  rounds,
  mostMs,
  config = {},
}: {
  readonly seed: number;
  readonly rounds: number;
  readonly mostMs: number;
  readonly config?: ServeOptions['config'];
}): Promise<FuzzedRun> {
  const served: Served = await serve({
    config: {
      columns: { enabled: false },
      http: { requestsPerMinute: 1_000_000 },
      log: { level: 'warn' },
      ...config,
    },
  });
  try {
    const client = await setUp(served);
    const made = await client.tokens.create({ name: 'fuzz', permissions: permissionNames, expiresInDays: 1 });
    await furnish(client);
    const { url } = served;
    const signedIn = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ email: administrator.email, password: administrator.password }),
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const me = (await (await fetch(`${url}/api/v1/session`, { headers: { cookie } })).json()) as {
      userId: string;
    };
    const sessions = (await (await fetch(`${url}/api/v1/sessions`, { headers: { cookie } })).json()) as {
      items: { id: string }[];
    };
    const bearer = { authorization: `Bearer ${made.token}` };
    const callers = [bearer, bearer, { cookie, origin: url }];
    const keep = [made.id, me.userId, ...sessions.items.map(({ id }) => id)];
    const shared = { port: served.port, callers, leaveOut, keep };
    const first = Math.max(1, Math.floor(rounds / 3));
    const pid = served.process.pid ?? 0;
    const warm = await fuzz({ ...shared, seed, rounds: first, mostMs: mostMs / 3 });
    const before = residentMb(pid);
    const rest = await fuzz({
      ...shared,
      seed: seed + 100_000,
      rounds: rounds - first,
      mostMs: (mostMs * 2) / 3,
    });
    const memoryMb = [before, residentMb(pid)] as const;
    const callersLive = await Promise.all(
      callers.map(async (headers) => (await fetch(`${url}/api/v1/session`, { headers })).status),
    );
    const statuses = { ...warm.statuses };
    for (const [status, count] of Object.entries(rest.statuses)) {
      statuses[Number(status)] = (statuses[Number(status)] ?? 0) + count;
    }
    return {
      findings: [...warm.findings, ...rest.findings],
      requests: warm.requests + rest.requests,
      statuses,
      neverDone: warm.neverDone.filter((name) => rest.neverDone.includes(name)),
      memoryMb,
      callersLive,
      output: served.output(),
    };
  } finally {
    await discard(served);
  }
}

/** What every run must be like. `growthMb` is what memory may grow by in the last two thirds. */
export function expectSteady(run: FuzzedRun, { growthMb }: { readonly growthMb: number }): void {
  expect(run.findings.join('\n')).toBe('');
  expect(run.output.split('\n').filter((line) => line.includes('with a defect'))).toEqual([]);
  expect(run.callersLive).toEqual(run.callersLive.map(() => 200));
  const [before, after] = run.memoryMb;
  expect(after - before).toBeLessThan(growthMb);
  // A fuzzer that is turned away at every door proves nothing.
  const answers = Object.values(run.statuses).reduce((sum, count) => sum + count, 0);
  expect((run.statuses[200] ?? 0) / answers).toBeGreaterThan(0.2);
}
