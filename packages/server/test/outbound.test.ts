import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, type Client } from '@custos/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';

/**
 * The program as it comes, without any internal network listed: whoever may edit probes and channels
 * cannot make Custos reach into the machine or the network around it, and every try is on record.
 */

/** A server on every address of loopback that counts who connects. */
interface Target {
  readonly port: number;
  contacts(): number;
  /** Answers with a redirect to this address from now on. */
  redirectTo(url: string): void;
  close(): Promise<void>;
}

async function startTarget(): Promise<Target> {
  let contacts = 0;
  let location: string | undefined;
  const server: Server = createServer((_request, response) => {
    if (location === undefined) response.end('secret');
    else response.writeHead(302, { location }).end();
  });
  server.on('connection', () => {
    contacts += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '::', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    contacts: () => contacts,
    redirectTo: (url) => {
      location = url;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Spellings of the machine itself, of a private network and of a cloud's metadata service. */
const hosts = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  'localhost',
  '10.0.0.7',
  '192.168.1.1',
  '169.254.169.254',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:169.254.169.254]',
];

async function refusalOf(act: Promise<unknown>): Promise<string> {
  const error = await act.then(
    (value) => new Error(`it was not refused: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw error;
  expect(error).toMatchObject({ status: 422, code: 'invalid_input' });
  return error.fields.map(({ field, message }) => `${field}: ${message}`).join('\n');
}

describe('with the default network', () => {
  let target: Target;
  let custos: Served;
  let client: Client;
  beforeAll(async () => {
    target = await startTarget();
    custos = await serve({ config: { network: {} } });
    client = await setUp(custos);
  });
  afterAll(async () => {
    await discard(custos);
    await target.close();
  });

  const refusals = async (): Promise<string[]> =>
    (await client.audit.list({ action: 'outbound.refuse', limit: 200 })).items.map(
      ({ target: about, outcome, details }) =>
        [details['use'], about?.id, outcome, details['reason']].join(' '),
    );

  test('an http probe of a private address is tried in no spelling, and says why', async () => {
    for (const host of hosts) {
      const url = `http://${host}:${target.port}/`;
      const result = await client.probes.try({ kind: 'http', options: { url }, timeoutMs: 2000 });
      expect(result, host).toMatchObject({ status: 'down', values: {} });
      expect(result.message, host).toMatch(/private|loopback|internal|metadata|not public/i);
    }
    expect(target.contacts()).toBe(0);
    const recorded = await refusals();
    expect(recorded.filter((line) => line.startsWith('probe http://')).length).toBeGreaterThanOrEqual(8);
    expect(recorded.every((line) => line.includes(' denied '))).toBe(true);
  });

  test('probes of other kinds do not get there either', async () => {
    const { port } = target;
    const kinds = [
      { kind: 'tcp', options: { host: '127.0.0.1', port } },
      { kind: 'tls', options: { host: 'localhost', port } },
      { kind: 'redis', options: { host: '127.0.0.1', port } },
      { kind: 'postgres', options: { url: `postgres://somebody@127.0.0.1:${port}/shop` } },
      { kind: 'dns', options: { name: 'example.com', resolver: '127.0.0.1' } },
    ] as const;
    for (const { kind, options } of kinds) {
      const result = await client.probes.try({ kind, options, timeoutMs: 2000 });
      expect(result, kind).toMatchObject({ status: 'down' });
      expect(result.message, kind).toMatch(/private|loopback|internal|not public/i);
    }
    expect(target.contacts()).toBe(0);
  });

  test('a saved probe of a private address is down with the reason, checks on, and contacts nobody', async () => {
    const probe = await client.probes.create({
      name: 'Inside',
      kind: 'http',
      intervalMs: 1000,
      options: { url: `http://127.0.0.1:${target.port}/inside` },
    });
    const view = await eventually(
      async () => {
        const present = await client.probes.get(probe.id);
        return present.status === 'down' && present;
      },
      { what: 'the verdict' },
    );
    expect(view.statusReason).toMatch(/private|loopback|internal/i);
    expect(target.contacts()).toBe(0);
    await client.probes.remove(probe.id);
  });

  test('a webhook to a private address is refused when it is saved and when it is tried, naming the field', async () => {
    for (const host of hosts.filter((name) => name !== 'localhost')) {
      const options = { url: `https://${host}:${target.port}/hook` };
      const saving = client.channels.create({ name: `To ${host}`, kind: 'webhook', options });
      expect(await refusalOf(saving), host).toMatch(/^options\.url: .*(private|loopback|internal|metadata)/i);
      const trying = client.channels.try({ kind: 'webhook', options });
      expect(await refusalOf(trying), host).toMatch(/^options\.url: /);
    }
    expect((await client.channels.list()).items.map(({ name }) => name)).not.toContain('To 127.0.0.1');
    expect(target.contacts()).toBe(0);
    // Nothing was going to be contacted yet; the acts themselves are on record as failed.
    for (const action of ['channel.create', 'channel.try']) {
      const { items } = await client.audit.list({ action, outcome: 'failed', limit: 100 });
      expect(items.length, action).toBeGreaterThanOrEqual(hosts.length - 1);
    }
  });

  test('a webhook whose name leads to a private address is refused when it is used', async () => {
    const options = { url: `https://localhost:${target.port}/hook` };
    const result = await client.channels.try({ kind: 'webhook', options });
    expect(result).toMatchObject({ delivered: false });
    expect(result.error).toMatch(/private|loopback|internal/i);
    expect(target.contacts()).toBe(0);
    expect(await refusals()).toContain(`channel https://localhost:${target.port} denied private_address`);
  });

  test('a mail server on a private address is not contacted', async () => {
    for (const host of ['127.0.0.1', 'localhost', '10.0.0.7', '::1']) {
      const options = {
        host,
        port: target.port,
        security: 'none',
        from: 'custos@example.com',
        to: ['oncall@example.com'],
      };
      const result = await client.channels.try({ kind: 'email', options });
      expect(result, host).toMatchObject({ delivered: false });
      expect(result.error, host).toMatch(/private|loopback|internal/i);
    }
    expect(target.contacts()).toBe(0);
  });

  test('plain http and other schemes are refused for channels, and a password in an address for probes', async () => {
    const webhook = (url: string) =>
      refusalOf(client.channels.create({ name: 'Elsewhere', kind: 'webhook', options: { url } }));
    expect(await webhook('http://hooks.example.com/a')).toMatch(/^options\.url: .*https/i);
    expect(await webhook('ftp://hooks.example.com/a')).toMatch(/^options\.url: /);
    expect(await webhook('file:///etc/passwd')).toMatch(/^options\.url: /);
    const probe = client.probes.create({
      name: 'With password',
      kind: 'http',
      options: { url: 'https://ada:secret@example.com/' },
    });
    expect(await refusalOf(probe)).toMatch(/^options\.url: /);
  });

  test('a refused target that somebody lists as internal is reached from then on', async () => {
    const url = `http://127.0.0.1:${target.port}/`;
    await client.settings.update({ internalTargets: ['127.0.0.1'] });
    const listed = await client.probes.try({ kind: 'http', options: { url } });
    expect(listed).toMatchObject({ status: 'up' });
    expect(target.contacts()).toBe(1);
    await client.settings.update({ internalTargets: [] });
    const result = await client.probes.try({ kind: 'http', options: { url } });
    expect(result).toMatchObject({ status: 'down' });
    expect(target.contacts()).toBe(1);
  });
});

describe('with one internal host listed', () => {
  let inside: Target;
  let listed: Target;
  let custos: Served;
  let client: Client;
  beforeAll(async () => {
    [inside, listed] = await Promise.all([startTarget(), startTarget()]);
    custos = await serve({ config: { network: { internal: ['127.0.0.2'], allowPlainHttp: true } } });
    client = await setUp(custos);
  });
  afterAll(async () => {
    await discard(custos);
    await Promise.all([inside.close(), listed.close()]);
  });

  test('a redirect from it to another private address is refused and not followed', async () => {
    for (const host of ['127.0.0.1', '2130706433', '[::1]', 'localhost', '10.0.0.7']) {
      listed.redirectTo(`http://${host}:${inside.port}/secret`);
      const before = listed.contacts();
      const url = `http://127.0.0.2:${listed.port}/`;
      const result = await client.probes.try({ kind: 'http', options: { url, followRedirects: true } });
      expect(result, host).toMatchObject({ status: 'down' });
      expect(result.message, host).toMatch(/private|loopback|internal|redirect/i);
      expect(listed.contacts()).toBeGreaterThanOrEqual(before);
      const sent = await client.channels.try({ kind: 'webhook', options: { url } });
      expect(sent, host).toMatchObject({ delivered: false });
    }
    expect(listed.contacts()).toBeGreaterThan(0);
    expect(inside.contacts()).toBe(0);
    const { items } = await client.audit.list({ action: 'outbound.refuse', limit: 100 });
    expect(new Set(items.map(({ details }) => details['use']))).toEqual(new Set(['probe', 'channel']));
  });
});
