import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createClient, type Client } from '@custos/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { custos } from './command.ts';
import {
  administrator,
  browserFetch,
  discard,
  eventually,
  launch,
  serve,
  setUp,
  signIn,
  type Served,
} from './serve.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'custos-command-'));
  cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A web server that keeps a request waiting until it is let go. */
async function startSlowServer() {
  const held: (() => void)[] = [];
  const keys: string[] = [];
  const server: Server = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key'] ?? ''));
    held.push(() => response.end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanUp.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    keys,
    letGo: () => held.splice(0).forEach((answer) => answer()),
  };
}

describe('a first start', () => {
  test('the version is told without anything else', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await custos(['--version'], { directory: emptyDirectory() })).toEqual({
      code: 0,
      out: `${version}\n`,
      error: '',
    });
  });

  test('a wrong call exits 2 and says what there is', async () => {
    const { code, error } = await custos(['serv'], { directory: emptyDirectory() });
    expect(code).toBe(2);
    expect(error).toMatch(/unknown command 'serv'[\s\S]*Usage: custos/);
  });

  test('custos init makes the first account, once, and the server then offers no set-up link', async () => {
    const directory = emptyDirectory();
    const args = ['init', '--email', administrator.email, '--name', administrator.name];
    const weak = await custos(args, { directory, input: 'short\n' });
    expect(weak).toMatchObject({ code: 1, error: expect.stringContaining('\n  password: ') });
    const made = await custos(args, { directory, input: `${administrator.password}\n` });
    expect(made).toEqual({ code: 0, out: `Created ${administrator.email} as super-admin.\n`, error: '' });
    const again = await custos(args, { directory, input: `${administrator.password}\n` });
    expect(again).toMatchObject({ code: 1, error: expect.stringContaining('there is an account already') });

    const served = await serve({ directory });
    cleanUp.push(() => discard(served));
    const client = await signIn(served);
    expect((await client.session.current()).role).toBe('super-admin');
    expect(served.output()).not.toContain('setup#token=');
  });

  test('custos init asks for what is not given, one line each', async () => {
    const input = `${administrator.email}\n${administrator.name}\n${administrator.password}\n`;
    const made = await custos(['init'], { directory: emptyDirectory(), input });
    expect(made).toMatchObject({ code: 0, out: `Created ${administrator.email} as super-admin.\n` });
  });
});

describe('stopping', () => {
  async function withWebhook(stopDeadlineSeconds: number) {
    const network = { internal: ['127.0.0.0/8'], allowPlainHttp: true };
    const served = await serve({ config: { network, stopDeadlineSeconds } });
    cleanUp.push(() => discard(served));
    const client = await setUp(served);
    const slow = await startSlowServer();
    await client.channels.create({ name: 'Slow hook', kind: 'webhook', options: { url: slow.url } });
    const probe = await client.probes.create({
      name: 'Closed port',
      kind: 'tcp',
      intervalMs: 1000,
      timeoutMs: 500,
      options: { host: '127.0.0.1', port: 1 },
    });
    const stream = client.openStream({ onEvent: () => undefined });
    cleanUp.push(() => stream.close());
    // One page is on its way, one request is being answered and one dashboard is open.
    await eventually(() => slow.keys.length === 1, { what: 'the page' });
    const request = client.probes
      .try({ kind: 'http', options: { url: slow.url }, timeoutMs: 60_000 })
      .catch((error: unknown) => error);
    await eventually(() => slow.keys.length === 2, { what: 'the request' });
    return { served, slow, request, probe };
  }

  test('a stop waits for a request and a page that are under way, records both, and exits 0', async () => {
    const { served, slow, request, probe } = await withWebhook(20);
    const began = Date.now();
    const stopped = served.stop();
    await eventually(() => served.output().includes('SIGTERM'), { what: 'the signal' });
    setTimeout(slow.letGo, 500);
    expect(await stopped).toBe(0);
    expect(await request).toMatchObject({ status: 'up' });
    // The connections that carried them stay open on the other side, and so do dashboards.
    expect(Date.now() - began).toBeLessThan(10_000);

    const next = await serve({ directory: served.directory, port: served.port });
    const client = await signIn(next);
    const { items } = await client.deliveries.list({ limit: 50 });
    const page = items.filter(({ channelName }) => channelName === 'Slow hook');
    expect(page).toMatchObject([{ event: 'firing', state: 'delivered', attempts: 1 }]);
    expect(page[0]?.idempotencyKey).toBe(slow.keys[0]);
    expect((await client.probes.get(probe.id)).status).toBe('down');
    await next.kill();
  });

  test('a request and a page that never end are cut at the deadline, and the page is sent again afterwards', async () => {
    const { served, slow, request } = await withWebhook(2);
    const began = Date.now();
    expect(await served.stop()).toBe(0);
    // The deadline, and the moment that each part gets on top to put things on record.
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await request).toBeInstanceOf(Error);

    const next = await serve({ directory: served.directory, port: served.port });
    const repeats = (): string[] => slow.keys.filter((key) => key === slow.keys[0]);
    await eventually(() => repeats().length === 2, { what: 'the page again', timeoutMs: 20_000 });
    await next.kill();
  });

  test('a second signal ends it at once', async () => {
    const { served } = await withWebhook(60);
    served.process.kill('SIGTERM');
    await eventually(() => served.output().includes('again to end at once'), { what: 'the signal' });
    expect(await served.stop()).toBe(130);
  });
});

describe('a start that is refused', () => {
  test('a second process on one data directory, a later schema, and a wrong key, each in words', async () => {
    const served = await serve();
    cleanUp.push(() => discard(served));
    const client = await setUp(served);
    await client.channels.create({
      name: 'Hook',
      kind: 'webhook',
      options: { url: 'https://hooks.example.com/a', secret: 'a-secret-of-the-receiver-0123456789' },
    });
    const { directory } = served;
    const file = join(directory, 'custos.yaml');
    const start = (environment: Record<string, string> = {}) =>
      custos(['serve', '--config', file], { directory, environment });

    const second = await start();
    expect(second).toMatchObject({ code: 1, out: '' });
    expect(second.error).toContain(`Another Custos uses the data directory ${join(directory, 'data')}`);
    expect((await fetch(`${served.url}/readyz`)).status).toBe(200);
    expect(await served.stop()).toBe(0);

    const otherKey = await start({
      CUSTOS_SECRET_KEY: Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('hex'),
    });
    expect(otherKey).toMatchObject({ code: 1, out: '' });
    expect(otherKey.error).toMatch(/secrets in the state store were sealed with the key [0-9a-f]{16}/);
    const noKey = await start({ CUSTOS_SECRET_KEY: 'a passphrase' });
    expect(noKey.code).toBe(1);
    expect(noKey.error).toContain('CUSTOS_SECRET_KEY');
    expect(noKey.error).not.toContain('passphrase');

    const path = join(directory, 'data', 'state.sqlite');
    const database = new DatabaseSync(path);
    database.exec(`insert into schema_migration (id, applied_at) values ('9999-from-tomorrow', 0)`);
    database.close();
    const later = await start();
    expect(later).toMatchObject({ code: 1, out: '' });
    expect(later.error).toMatch(/later version of Custos \(it has 9999-from-tomorrow\)/);
    for (const { error } of [second, otherKey, noKey, later]) expect(error).not.toMatch(/^\s+at /m);
  });

  test('a port that is taken is told, and nothing is left running', async () => {
    const served = await serve({ config: { columns: { enabled: false } } });
    cleanUp.push(() => discard(served));
    const directory = emptyDirectory();
    const config = { listen: `127.0.0.1:${served.port}`, dataDirectory: join(directory, 'data') };
    writeFileSync(join(directory, 'custos.yaml'), JSON.stringify(config));
    const { code, error } = await custos(['serve'], { directory });
    expect(code).toBe(1);
    expect(error).toContain('Custos could not start');
    expect(error).toContain('EADDRINUSE');
  });

  test('custos check lists every finding and exits 2, and exits 0 for a configuration that works', async () => {
    const directory = emptyDirectory();
    const file = join(directory, 'custos.yaml');
    const wrong = `
listen: nowhere
colour: red
stopDeadlineSeconds: 0
probes:
  - { name: A, kind: http, interval: 500ms, options: { url: { env: MISSING } } }
  - { name: A, kind: ftp }
`;
    writeFileSync(file, wrong);
    const refused = await custos(['check'], { directory, environment: { CUSTOS_LISTENN: 'x' } });
    expect(refused.code).toBe(2);
    for (const finding of [
      'listen: must be host:port',
      'colour: is not a known field',
      'stopDeadlineSeconds:',
      'probes[0].intervalMs: must be at least 1 s',
      'probes[0].options.url: refers to the variable MISSING, which is not there',
      'probes[1].kind:',
      'CUSTOS_LISTENN: is not a known variable',
    ]) {
      expect(refused.error).toContain(finding);
    }
    const asJson = await custos(['check', '--json'], { directory });
    expect(asJson.code).toBe(2);
    const { findings } = JSON.parse(asJson.out) as { findings: { path: string }[] };
    expect(findings.map(({ path }) => path)).toEqual(expect.arrayContaining(['listen', 'colour']));
    expect((await custos(['serve'], { directory })).code).toBe(2);

    writeFileSync(file, JSON.stringify({ state: { url: 'postgres://nobody@127.0.0.1:1/custos' } }));
    const away = await custos(['check'], { directory });
    expect(away.code).toBe(2);
    expect(away.out).toMatch(/state: .*ECONNREFUSED/);

    writeFileSync(file, JSON.stringify({ listen: '127.0.0.1:0' }));
    expect(await custos(['check'], { directory })).toEqual({
      code: 0,
      out: `${file}: valid\nThe stores answer.\n`,
      error: '',
    });
  });
});

describe('beside a server that runs', () => {
  let served: Served;
  let client: Client;
  beforeAll(async () => {
    served = await serve({
      config: { columns: { enabled: false }, network: { internal: ['127.0.0.0/8'] } },
    });
    client = await setUp(served);
    // What this machine is like at the moment is not to decide about the answers.
    for (const { id } of (await client.probes.list()).items) await client.probes.update(id, { paused: true });
  });
  afterAll(() => discard(served));

  const run = (args: readonly string[], input = '') =>
    custos([...args, '--config', join(served.directory, 'custos.yaml')], {
      directory: served.directory,
      input,
    });
  const health = (...args: string[]) =>
    custos(['health', '--url', served.url, ...args], { directory: served.directory });

  test('custos user makes, lists and unlocks accounts', async () => {
    const email = 'vera@example.com';
    const password = 'maple ribbon anchor dune';
    const create = ['user', 'create', '--email', email, '--name', 'Vera', '--role'];
    expect(await run([...create, 'boss'], `${password}\n`)).toMatchObject({
      code: 1,
      error: expect.stringContaining('role: must be one of viewer,'),
    });
    expect(await run([...create, 'viewer'], `${password}\n`)).toEqual({
      code: 0,
      out: `Created ${email} as viewer.\n`,
      error: '',
    });
    expect(await run([...create, 'viewer'], `${password}\n`)).toMatchObject({ code: 1, out: '' });
    const { code, out } = await run(['user', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ada@example\.com +super-admin$/m);
    expect(out).toMatch(/^vera@example\.com +viewer$/m);
    const listed = JSON.parse((await run(['user', 'list', '--json'])).out) as { email: string }[];
    expect(listed.map((user) => user.email).toSorted()).toEqual([administrator.email, email]);

    const enter = (secret: string) => {
      const visitor = createClient({ baseUrl: served.url, fetch: browserFetch() });
      return visitor.session.signIn({ email, password: secret }).then(
        () => 'in',
        (error: unknown) => (error as { code: string }).code,
      );
    };
    for (let attempt = 0; attempt < 5; attempt += 1) expect(await enter('wrong')).not.toBe('in');
    expect(await enter(password)).not.toBe('in');
    expect(await run(['user', 'unlock', email])).toMatchObject({
      code: 0,
      out: `${email} may sign in again.\n`,
    });
    expect(await enter(password)).toBe('in');
    expect(await run(['user', 'unlock', email])).toMatchObject({
      code: 1,
      out: `${email} was not locked.\n`,
    });
    const { items } = await client.audit.list({ limit: 100 });
    const acts = items.filter(({ actor }) => actor.type === 'system').map(({ action }) => action);
    expect(acts).toEqual(expect.arrayContaining(['user.create', 'user.unlock']));
  });

  test('custos health exits 0, 2 and 3, and speaks as a Nagios plug-in does', async () => {
    expect(await health()).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^CUSTOS OK - everything that is watched works \| uptime=\d+s;;;0 active_users=\d+;;;0\n$/,
      ),
    });
    const asJson = await health('--json');
    expect(asJson.code).toBe(0);
    expect(JSON.parse(asJson.out)).toMatchObject({
      status: 'healthy',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      services: { database: 'healthy', cache: 'unknown', api: 'healthy' },
    });

    const probe = await client.probes.create({
      name: 'Till | closed',
      kind: 'tcp',
      intervalMs: 1000,
      timeoutMs: 500,
      options: { host: '127.0.0.1', port: 1 },
    });
    await eventually(async () => (await client.probes.get(probe.id)).status === 'down', { what: 'down' });
    expect((await health()).code).toBe(2);
    const { token } = await client.tokens.create({
      name: 'Nagios',
      permissions: ['dashboard.read'],
      expiresInDays: 1,
    });
    const file = join(served.directory, 'token');
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    const verbose = await health('--token-file', file, '--verbose');
    expect(verbose.code).toBe(2);
    expect(verbose.out).toMatch(/^CUSTOS CRITICAL - Till \/ closed critical \| /);
    expect(verbose.out).toMatch(/^CRITICAL +Till \| closed/m);
    expect(verbose.out.split('\n')[0]?.match(/\|/g)).toHaveLength(1);
    const details = await health('--token-file', file, '--json');
    expect(JSON.parse(details.out)).toMatchObject({
      status: 'critical',
      checks: expect.arrayContaining([
        expect.objectContaining({ name: 'Till | closed', status: 'critical' }),
      ]),
    });
    await client.probes.remove(probe.id);

    const nowhere = await custos(['health', '--url', 'http://127.0.0.1:1'], { directory: served.directory });
    expect(nowhere).toMatchObject({ code: 3, out: expect.stringMatching(/^CUSTOS UNKNOWN - /) });
    const nowhereJson = await custos(['health', '--url', 'http://127.0.0.1:1', '--json'], {
      directory: served.directory,
    });
    expect(nowhereJson.code).toBe(3);
    expect(JSON.parse(nowhereJson.out)).toMatchObject({ status: 'unknown' });
    const noToken = await health('--token-file', join(served.directory, 'none'));
    expect(noToken.code).toBe(3);
  });

  test('custos health exits 1 while something is degraded', async () => {
    const slow = createServer((_request, response) => void setTimeout(() => response.end('ok'), 60));
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
    const probe = await client.probes.create({
      name: 'Slow till',
      kind: 'http',
      intervalMs: 1000,
      latencyBudgetMs: 10,
      options: { url },
    });
    await eventually(async () => (await client.probes.get(probe.id)).status === 'degraded', {
      what: 'degraded',
    });
    expect(await health()).toMatchObject({ code: 1, out: expect.stringMatching(/^CUSTOS WARNING - /) });
    await client.probes.remove(probe.id);
    slow.closeAllConnections();
    slow.close();
  });

  test('a start that is killed half-way leaves nothing in the way of the next', async () => {
    const directory = emptyDirectory();
    for (const afterMs of [50, 200, 400]) {
      const life = await launch({ directory });
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await life.kill();
    }
    const last = await serve({ directory });
    expect(await last.stop()).toBe(0);
  });
});
