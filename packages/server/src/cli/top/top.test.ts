import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@custos/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { custos } from '../../../test/command.ts';
import { discard, eventually, serve, setUp, type Served } from '../../../test/serve.ts';
import { freePort } from '../../../test/stores.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-top-'));
let served: Served;
let client: Client;

async function tokenFile(
  name: string,
  permissions: Parameters<Client['tokens']['create']>[0]['permissions'],
) {
  const { token } = await client.tokens.create({ name, permissions, expiresInDays: 1 });
  writeFileSync(join(directory, name), token);
  return token;
}
const top = (...args: readonly string[]) => custos(['top', '--url', served.url, ...args], { directory });

beforeAll(async () => {
  served = await serve();
  client = await setUp(served);
  const all = ['dashboard.read', 'alert.read', 'log.read', 'telemetry.manage', 'system.read'] as const;
  await tokenFile('all', [...all]);
  await tokenFile('glance', ['dashboard.read']);
  const sender = await tokenFile('shop', ['telemetry.ingest']);
  const sent = await fetch(`${served.url}/api/v1/logs?service=shop&host=web-1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sender}`, 'content-type': 'text/plain' },
    body: 'level=error the till is open\n',
  });
  expect(sent.ok).toBe(true);
  await eventually(async () => (await client.logs.list({})).items.length > 0, { what: 'the log record' });
}, 120_000);
afterAll(async () => {
  await discard(served);
  rmSync(directory, { recursive: true });
});

test('--once prints one picture without colours: status, alerts, probes, who sends, and the newest logs', async () => {
  const { code, out, error } = await top('--once', '--token-file', 'all');
  expect(error).toBe('');
  expect(code).toBe(0);
  // oxlint-disable-next-line no-control-regex -- that none is there is what is tested.
  expect(out).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^CUSTOS {2}[✓!✗?] (healthy|warning|critical|unknown) /);
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(out).toMatch(/^ALERTS/m);
  expect(out).toMatch(/^[✓!✗?] \w+ +Host /m);
  expect(out).toMatch(/^RATES {2}metrics .*logs /m);
  expect(out).toMatch(/ logs .* shop$/m);
  expect(out).toMatch(/^\d\d:\d\d:\d\d error shop +.*the till is open$/m);
  expect(out).not.toContain('q quit');
}, 120_000);

test('a token that may see little sees that, and what is missing is named', async () => {
  const { code, out } = await top('--once', '--token-file', 'glance');
  expect(code).toBe(0);
  expect(out).toMatch(/^[✓!✗?] \w+ +Host /m);
  for (const permission of ['alert.read', 'log.read', 'telemetry.manage', 'system.read']) {
    expect(out).toContain(`needs a token with the permission ${permission}`);
  }
}, 120_000);

test('--json is what the API says, with null and a reason for what may not be read', async () => {
  const all = await top('--json', '--token-file', 'all');
  expect(all.code).toBe(0);
  const body = JSON.parse(all.out) as Record<string, never>;
  expect(body).toMatchObject({
    readAt: expect.stringMatching(/^\d{4}-.*Z$/),
    overview: { at: expect.stringMatching(/Z$/), host: {} },
    alerts: expect.any(Array),
    ingest: { seriesLimit: expect.any(Number) },
    logs: [{ message: expect.stringContaining('the till is open'), time: expect.stringMatching(/Z$/) }],
    system: { version: expect.any(String), startedAt: expect.stringMatching(/Z$/) },
    problems: {},
  });
  const glance = JSON.parse((await top('--json', '--token-file', 'glance')).out) as Record<string, never>;
  expect(glance).toMatchObject({
    logs: null,
    ingest: null,
    problems: { logs: expect.stringContaining('log.read') },
  });
}, 120_000);

test('it exits 1 when the status cannot be read, and names a wrong --refresh', async () => {
  const nobody = await top('--once');
  expect(nobody).toMatchObject({ code: 1, out: expect.stringContaining('--token-file') });
  const url = `http://127.0.0.1:${await freePort()}`;
  const gone = await custos(['top', '--once', '--url', url], { directory });
  expect(gone).toMatchObject({
    code: 1,
    out: `CUSTOS  ✗ offline: The server cannot be reached.  ${url}\n`,
  });
  const json = await custos(['top', '--json', '--url', url], { directory });
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    overview: null,
    problems: { overview: 'The server cannot be reached.' },
  });
  const wrong = await top('--once', '--refresh', '0.5');
  expect(wrong).toMatchObject({
    code: 1,
    error: expect.stringContaining('--refresh takes a number of seconds'),
  });
}, 120_000);
