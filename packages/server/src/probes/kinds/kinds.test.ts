import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ProbeKindName } from '@custos/contract';
import { startPostgres, type PostgresServer } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import {
  expiredCertificate,
  receiverCertificate,
  startReceiver,
  type ReceiverOptions,
} from '../../outbound/fixtures/receiver.ts';
import { probePolicy } from '../../outbound/policy.ts';
import { createOutbound } from '../../outbound/service.ts';
import { createProcessReadings } from '../process-readings.ts';
import { runCheck } from '../runner.ts';
import type { CheckOutcome, SelfCheck } from '../types.ts';
import { describeKind } from './kind.ts';
import { localMounts, mountName, readDisks } from './host-disks.ts';
import { probeKinds } from './list.ts';
import { parseReply } from './resp.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Around {
  readonly internal?: readonly string[];
  readonly selfChecks?: readonly SelfCheck[];
  readonly timeoutMs?: number;
  readonly latencyBudgetMs?: number;
  readonly retries?: number;
}

/** Runs one check of a kind with real connections; every name leads to loopback. */
async function check(kindName: ProbeKindName, options: object, around: Around = {}): Promise<CheckOutcome> {
  const {
    internal = ['private'],
    selfChecks = [],
    timeoutMs = 3000,
    latencyBudgetMs = null,
    retries = 0,
  } = around;
  const kind = probeKinds[kindName];
  const readings = createProcessReadings(systemClock, () => 7);
  const outbound = createOutbound({
    policy: { ...probePolicy, internal },
    clock: systemClock,
    onRefused: () => undefined,
    resolve: async () => ['127.0.0.1'],
  });
  try {
    return await runCheck(
      { kind, options: kind.options.parse(options), timeoutMs, retries, retryDelayMs: 10, latencyBudgetMs },
      {
        outbound,
        clock: systemClock,
        purpose: 'test',
        memory: new Map(),
        process: readings,
        selfChecks,
        heartbeat: async () => undefined,
      },
      new AbortController().signal,
    );
  } finally {
    outbound.close();
    readings.stop();
  }
}

async function receiver(options?: ReceiverOptions): Promise<number> {
  const started = await startReceiver(options);
  closers.push(() => started.close());
  return started.port;
}

async function rawServer(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

describe('http', () => {
  const page =
    (status: number, body: string) =>
    (_request: unknown, response: { writeHead(s: number): { end(b: string): void } }) => {
      response.writeHead(status).end(body);
    };

  test('status, text, pattern and JSON path are each compared with what is expected', async () => {
    const port = await receiver({ answer: page(200, '{"status":"ok","queue":{"depth":3}}') });
    const url = `http://127.0.0.1:${port}/health`;
    expect(await check('http', { url })).toMatchObject({
      status: 'up',
      values: { status_code: 200, body_bytes: 35 },
    });
    expect(await check('http', { url, expectedStatus: ['201', '300-399'] })).toMatchObject({
      status: 'down',
      message: 'Answered 200, expected 201, 300-399.',
    });
    expect(await check('http', { url, bodyContains: '"ok"' })).toMatchObject({ status: 'up' });
    expect(await check('http', { url, bodyContains: 'fine' })).toMatchObject({
      status: 'down',
      message: 'The body does not contain "fine".',
    });
    expect(await check('http', { url, bodyMatches: 'depth":\\d+' })).toMatchObject({ status: 'up' });
    expect(await check('http', { url, bodyMatches: '^ok$' })).toMatchObject({ status: 'down' });
    expect(await check('http', { url, jsonPath: '$.queue.depth', jsonEquals: '3' })).toMatchObject({
      status: 'up',
    });
    expect(await check('http', { url, jsonPath: '$.queue.depth', jsonEquals: '4' })).toMatchObject({
      status: 'down',
      message: 'The body has 3 at $.queue.depth, expected 4.',
    });
    expect(await check('http', { url, jsonPath: '$.nothing' })).toMatchObject({
      status: 'down',
      message: 'The body has nothing at $.nothing.',
    });
  });

  test('a pattern that hangs other engines is answered at once', async () => {
    const port = await receiver({ answer: page(200, `${'a'.repeat(40_000)}!`) });
    const found = await check(
      'http',
      { url: `http://127.0.0.1:${port}/`, bodyMatches: '^(a+)+$' },
      { timeoutMs: 10_000 },
    );
    expect(found).toMatchObject({ status: 'down', message: 'The body does not match ^(a+)+$.' });
  });

  test('credentials, headers, method and body are sent as told', async () => {
    const started = await startReceiver();
    closers.push(() => started.close());
    const url = `http://127.0.0.1:${started.port}/`;
    await check('http', {
      url,
      method: 'POST',
      body: 'hi',
      headers: { 'x-a': '1' },
      username: 'u',
      password: 'ü',
      secretHeader: 'X-Api-Key: k',
    });
    await check('http', { url, bearerToken: 't' });
    const [first, second] = started.received;
    expect(first).toMatchObject({
      method: 'POST',
      body: 'hi',
      headers: {
        'x-a': '1',
        'x-api-key': 'k',
        authorization: `Basic ${Buffer.from('u:ü').toString('base64')}`,
      },
    });
    expect(second?.headers.authorization).toBe('Bearer t');
  });

  test('an answer that comes too late is down, a slow one degraded, and a refused connection down', async () => {
    const silent = await rawServer(() => undefined);
    expect(await check('http', { url: `http://127.0.0.1:${silent}/` }, { timeoutMs: 150 })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('No answer within 150 ms'),
      doubt: false,
    });
    const slow = await receiver({
      answer: (_request, response) => void setTimeout(() => response.end('x'), 60),
    });
    expect(await check('http', { url: `http://127.0.0.1:${slow}/` }, { latencyBudgetMs: 20 })).toMatchObject({
      status: 'degraded',
      message: expect.stringMatching(/^Took \d+ ms, more than the budget of 20 ms\.$/),
    });
    expect(await check('http', { url: 'http://127.0.0.1:1/' })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a retry within a check spares a single hiccup', async () => {
    let asked = 0;
    const port = await receiver({
      answer: (_request, response) => void response.writeHead((asked += 1) === 1 ? 503 : 200).end(),
    });
    const url = `http://127.0.0.1:${port}/`;
    expect(await check('http', { url }, { retries: 1 })).toMatchObject({ status: 'up' });
    expect(asked).toBe(2);
  });

  test('a private address is refused unless it is listed, and the message says so', async () => {
    const port = await receiver({ answer: page(200, '') });
    const found = await check('http', { url: `http://127.0.0.1:${port}/` }, { internal: [] });
    expect(found.status).toBe('down');
    expect(found.message).toContain('127.0.0.1');
  });

  test('certificates are verified, their days are counted, and a private authority can be given', async () => {
    const port = await receiver({ cert: receiverCertificate });
    const url = `https://receiver.test:${port}/`;
    expect(await check('http', { url })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('TLS'),
    });
    const trusted = await check('http', { url, certificateAuthority: receiverCertificate });
    expect(trusted.status).toBe('up');
    expect(trusted.values['certificate_days']).toBeGreaterThan(30_000);
    expect(await check('http', { url, verifyTls: false })).toMatchObject({ status: 'up' });
    const expired = await receiver({ cert: expiredCertificate });
    const late = await check('http', { url: `https://receiver.test:${expired}/`, verifyTls: false });
    expect(late).toMatchObject({
      status: 'degraded',
      message: expect.stringMatching(/^The certificate ended \d+ days ago\.$/),
    });
  });
});

test('a TLS check reports days, name and chain apart', async () => {
  const port = await receiver({ cert: receiverCertificate });
  const good = { host: 'receiver.test', port, certificateAuthority: receiverCertificate };
  expect(await check('tls', good)).toMatchObject({
    status: 'up',
    values: { certificate_days: expect.any(Number) },
  });
  expect(await check('tls', { host: 'receiver.test', port })).toMatchObject({
    status: 'down',
    message: expect.stringContaining('does not hold'),
  });
  expect(await check('tls', { ...good, serverName: 'other.test' })).toMatchObject({ status: 'down' });
  expect(await check('tls', { host: 'receiver.test', port, verifyTls: false })).toMatchObject({
    status: 'up',
  });
  const expired = await receiver({ cert: expiredCertificate });
  expect(await check('tls', { host: 'receiver.test', port: expired, verifyTls: false })).toMatchObject({
    status: 'down',
    message: expect.stringContaining('ended'),
  });
});

test('a TCP check connects, speaks and listens', async () => {
  const port = await rawServer((socket) => {
    socket.write('220 mail.example.com\r\n');
    socket.on('data', (data) =>
      socket.write(data.toString() === 'EHLO x\r\n' ? '250 fine\r\n' : '500 what\r\n'),
    );
  });
  const target = { host: '127.0.0.1', port };
  expect(await check('tcp', target)).toMatchObject({ status: 'up' });
  expect(await check('tcp', { ...target, send: 'EHLO x\\r\\n', expect: '250' })).toMatchObject({
    status: 'up',
  });
  expect(await check('tcp', { ...target, expect: 'never' }, { timeoutMs: 150 })).toMatchObject({
    status: 'down',
  });
  expect(await check('tcp', { host: '127.0.0.1', port: 1 })).toMatchObject({ status: 'down' });
});

describe('dns', () => {
  /** A name server for one name: A records, or NXDOMAIN for any other (RFC 1035, section 4). */
  async function nameServer(addresses: readonly string[]): Promise<string> {
    const socket = createSocket('udp4');
    socket.on('message', (query, from) => {
      const end = query.indexOf(0, 12) + 5;
      const question = query.subarray(12, end);
      const known = question.includes(Buffer.from('known'));
      const header = Buffer.from(query.subarray(0, 12));
      header.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
      header.writeUInt16BE(known ? addresses.length : 0, 6);
      header.writeUInt16BE(0, 8);
      header.writeUInt16BE(0, 10);
      const answers = addresses.map((address) =>
        Buffer.concat([
          Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]),
          Buffer.from(address.split('.').map(Number)),
        ]),
      );
      socket.send(Buffer.concat([header, question, ...(known ? answers : [])]), from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    closers.push(() => void socket.close());
    return `127.0.0.1:${socket.address().port}`;
  }

  test('answers are compared, a missing record is down, a silent server is down', async () => {
    const resolver = await nameServer(['192.0.2.1', '192.0.2.2']);
    const name = 'known.example';
    expect(await check('dns', { name, resolver })).toMatchObject({
      status: 'up',
      values: { record_count: 2 },
    });
    expect(await check('dns', { name, resolver, expected: ['192.0.2.2'] })).toMatchObject({ status: 'up' });
    expect(await check('dns', { name, resolver, expected: ['192.0.2.9'] })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('192.0.2.9 is not among'),
    });
    expect(await check('dns', { name: 'no.example', resolver })).toMatchObject({
      status: 'down',
      message: 'There is no A record for no.example.',
      doubt: false,
    });
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    closers.push(() => void silent.close());
    expect(
      await check('dns', { name, resolver: `127.0.0.1:${silent.address().port}` }, { timeoutMs: 400 }),
    ).toMatchObject({ status: 'down', message: expect.stringMatching(/no answer|No answer/) });
  });

  test('a resolver in private space is refused unless it is listed', async () => {
    const resolver = await nameServer(['192.0.2.1']);
    expect(await check('dns', { name: 'known.example', resolver }, { internal: [] })).toMatchObject({
      status: 'down',
    });
  });
});

describe('postgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(['fsync=off', 'max_connections=200']);
  });
  afterAll(() => server.stop());

  test('a query is run, its value compared, and connections are counted', async () => {
    const { url } = server;
    const found = await check('postgres', { url });
    expect(found).toMatchObject({ status: 'up', values: { connections_limit: 200, query_value: 1 } });
    expect(found.values['connections_used']).toBeGreaterThanOrEqual(1);
    expect(await check('postgres', { url, query: "select 'a'", expected: 'a' })).toMatchObject({
      status: 'up',
    });
    expect(await check('postgres', { url, query: 'select 41', expected: '42' })).toMatchObject({
      status: 'down',
      message: 'The query gave "41", expected "42".',
    });
  });

  test('it writes nothing, and errors, bad passwords and slow queries are down', async () => {
    const { url } = server;
    expect(await check('postgres', { url, query: 'create table t (a int)' })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('read-only'),
    });
    const wrong = await check('postgres', { url: url.replace(':postgres@', ':wr0ng@') });
    expect(wrong).toMatchObject({
      status: 'down',
      message: expect.stringContaining('password authentication failed'),
    });
    expect(wrong.message).not.toContain('wr0ng');
    const started = performance.now();
    expect(await check('postgres', { url, query: 'select pg_sleep(5)' }, { timeoutMs: 200 })).toMatchObject({
      status: 'down',
    });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(await check('postgres', { url: url.replace(/:\d+\//, ':1/') })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('redis', () => {
  // No Redis server comes as an npm package, so this one speaks just enough of its protocol (RESP2).
  async function redis(password: string | null, memory = 50): Promise<number> {
    return rawServer((socket) => {
      let signedIn = password === null;
      socket.on('data', (data) => {
        const words = parseReply(Buffer.from(data))?.reply as string[];
        const info = (text: string): string => `$${text.length}\r\n${text}\r\n`;
        if (words[0] === 'AUTH') {
          signedIn = words.at(-1) === password;
          socket.write(signedIn ? '+OK\r\n' : '-WRONGPASS invalid username-password pair\r\n');
        } else if (!signedIn) socket.write('-NOAUTH Authentication required.\r\n');
        else if (words[0] === 'PING') socket.write('+PONG\r\n');
        else if (words[1] === 'memory') {
          // In two pieces, as a network may deliver it.
          const text = info(`# Memory\r\nused_memory:${memory}\r\nmaxmemory:100\r\n`);
          socket.write(text.slice(0, 10));
          setTimeout(() => socket.write(text.slice(10)), 20);
        } else socket.write(info('# Clients\r\nconnected_clients:3\r\nmaxclients:10000\r\n'));
      });
    });
  }

  test('PING is answered, figures are read, and a full memory is degraded', async () => {
    const port = await redis(null);
    expect(await check('redis', { host: '127.0.0.1', port })).toMatchObject({
      status: 'up',
      values: { memory_percent: 50, clients_connected: 3, clients_limit: 10_000 },
    });
    expect(await check('redis', { host: '127.0.0.1', port: await redis(null, 95) })).toMatchObject({
      status: 'degraded',
    });
  });

  test('a password is sent when given, and a server that wants another says so', async () => {
    const port = await redis('pw');
    expect(await check('redis', { host: '127.0.0.1', port, password: 'pw' })).toMatchObject({ status: 'up' });
    expect(await check('redis', { host: '127.0.0.1', port, password: 'no' })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('WRONGPASS'),
    });
    expect(await check('redis', { host: '127.0.0.1', port })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('NOAUTH'),
    });
    const web = await rawServer((socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await check('redis', { host: '127.0.0.1', port: web })).toMatchObject({
      status: 'down',
      message: expect.stringContaining('protocol of Redis'),
    });
  });
});

test('the host has processor, memory and disk figures, and limits degrade it', async () => {
  const found = await check('host', { cpuPercent: null, memoryPercent: null, diskPercent: null });
  expect(found.status).toBe('up');
  for (const name of [
    'cpu_percent',
    'memory_percent',
    'disk_percent',
    'disk_percent_root',
    'load1',
    'load_per_cpu',
  ]) {
    expect(found.values[name]).toBeGreaterThanOrEqual(0);
  }
  expect(found.values['memory_percent']).toBeLessThanOrEqual(100);
  const full = await check('host', { memoryPercent: 1 });
  expect(full).toMatchObject({ status: 'degraded', message: expect.stringContaining('Memory is at') });
  expect(await check('host', { mounts: ['/no/such/place'] })).toMatchObject({
    status: 'degraded',
    message: expect.stringContaining('/no/such/place could not be read'),
  });
  expect((await readDisks(['/'])).values['disk_free_bytes_root']).toBeGreaterThan(0);
});

test('mounts are the root and local disks, each device once under its shortest path', () => {
  const text =
    'overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n/dev/sda1 /etc/hosts ext4 rw 0 0\n/dev/sda1 /data ext4 rw 0 0\n/dev/sdb1 /mnt/my\\040disk xfs rw 0 0\nnas:/x /nas nfs4 rw 0 0\n';
  expect(localMounts(text)).toEqual(['/', '/data', '/mnt/my disk']);
  expect(['/', '/var/lib', '/mnt/My disk'].map(mountName)).toEqual(['root', 'var_lib', 'mnt_my_disk']);
});

test('the process probe is as bad as the worst self-check and carries their figures', async () => {
  const part = (status: 'up' | 'degraded', title: string): SelfCheck => ({
    name: title,
    title,
    check: async () => ({ status, latencyMs: null, message: 'so it is', values: { [`${title}_ms`]: 5 } }),
  });
  const fine = await check('process', {}, { selfChecks: [part('up', 'outbox')] });
  expect(fine).toMatchObject({
    status: 'up',
    values: { outbox_ms: 5, restarts: 7, rss_bytes: expect.any(Number) },
  });
  const broken: SelfCheck = {
    name: 'audit',
    title: 'Audit',
    check: () => Promise.reject(new Error('the disk is full')),
  };
  const bad = await check('process', {}, { selfChecks: [part('degraded', 'outbox'), broken] });
  expect(bad).toMatchObject({ status: 'down', message: 'outbox: so it is Audit: the disk is full' });
});

test('every option of every kind has a title and a description for its form, and secrets are marked', () => {
  for (const kind of Object.values(probeKinds)) {
    const { schema } = describeKind(kind);
    const fields = schema['properties'] as Record<
      string,
      { title?: string; description?: string; secret?: boolean }
    >;
    for (const [name, field] of Object.entries(fields)) {
      expect(field.title, `${kind.kind}.${name}`).toMatch(/./);
      expect(field.description, `${kind.kind}.${name}`).toMatch(/./);
      expect(field.secret === true).toBe(kind.secretFields.includes(name));
    }
  }
  expect(probeKinds.http.secretFields).toEqual(['password', 'bearerToken', 'secretHeader']);
  expect(probeKinds.postgres.secretFields).toEqual(['url']);
});
