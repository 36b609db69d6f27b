import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { resolveTarget } from './connection.ts';
import { interleave } from './dial.ts';
import {
  expiredCertificate,
  receiverCertificate,
  startReceiver,
  type Receiver,
  type ReceiverOptions,
} from './fixtures/receiver.ts';
import { compilePolicy, probePolicy } from './policy.ts';
import { createOutbound } from './service.ts';
import type { OutboundPolicy, Resolve } from './types.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function receiver(options?: ReceiverOptions): Promise<Receiver> {
  const started = await startReceiver(options);
  closers.push(() => started.close());
  return started;
}

/** A server that speaks no HTTP of its own: `serve` does with each connection what the test wants. */
async function rawServer(serve: (socket: Socket) => void): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

const loopback: OutboundPolicy = { ...probePolicy, internal: ['private'] };

function door({
  policy = loopback,
  resolve = async () => ['127.0.0.1'],
}: { policy?: OutboundPolicy; resolve?: Resolve } = {}) {
  const outbound = createOutbound({ policy, clock: systemClock, onRefused: () => undefined, resolve });
  closers.push(() => outbound.close());
  return outbound;
}

/** Waits for a condition that real sockets bring about. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !condition(); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

describe('an exchange', () => {
  test('sends what it was given and returns what came back, with its timing', async () => {
    const server = await receiver({
      answer: (_request, response) =>
        response.writeHead(201, { 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] }).end('made'),
    });
    const answer = await door().request({
      url: `http://receiver.test:${server.port}/hook?x=1#fragment`,
      method: 'post',
      headers: { 'Content-Type': 'text/plain', 'X-Sign': 'abc' },
      body: 'grüße',
    });
    expect(answer).toMatchObject({ status: 201, truncated: false, address: '127.0.0.1', reused: false });
    expect(answer.headers).toMatchObject({ 'x-a': '1', 'set-cookie': 'a=1, b=2' });
    expect(answer.body.toString()).toBe('made');
    const { dnsMs, connectMs, firstByteMs, totalMs } = answer.timing;
    expect(Math.min(dnsMs, connectMs, firstByteMs)).toBeGreaterThanOrEqual(0);
    expect(totalMs).toBeGreaterThanOrEqual(dnsMs + connectMs + firstByteMs);
    expect(server.received[0]).toMatchObject({ method: 'POST', url: '/hook?x=1', body: 'grüße' });
    expect(server.received[0]?.headers).toMatchObject({
      host: `receiver.test:${server.port}`,
      'content-length': '7',
      'x-sign': 'abc',
      'accept-encoding': 'identity',
    });
  });

  test('another Host goes out where the policy allows it', async () => {
    const server = await receiver();
    await door().request({ url: `http://receiver.test:${server.port}/`, headers: { Host: 'shop.test' } });
    expect(server.received[0]?.headers.host).toBe('shop.test');
  });

  test('one connection carries many requests that can be repeated', async () => {
    const server = await receiver();
    const outbound = door();
    const url = `http://receiver.test:${server.port}/`;
    for (let count = 0; count < 20; count += 1) await outbound.request({ url });
    for (let count = 0; count < 20; count += 1) {
      await outbound.request({
        url,
        method: 'POST',
        headers: { 'Idempotency-Key': String(count) },
        body: '{}',
      });
    }
    expect(server.received).toHaveLength(40);
    expect(server.contacts()).toBe(1);
  });

  test('a post without an idempotency key has a connection of its own', async () => {
    const server = await receiver();
    const outbound = door();
    for (let count = 0; count < 3; count += 1) {
      await outbound.request({ url: `http://receiver.test:${server.port}/`, method: 'POST', body: 'x' });
    }
    expect(server.contacts()).toBe(3);
    await until(() => server.sockets.size === 0);
  });

  test('five hundred posts in bursts all arrive once, over shared connections', async () => {
    const server = await receiver();
    const outbound = createOutbound({
      policy: loopback,
      clock: systemClock,
      onRefused: () => undefined,
      resolve: async () => ['127.0.0.1'],
      maxConnectionsPerTarget: 8,
    });
    closers.push(() => outbound.close());
    const url = `http://receiver.test:${server.port}/`;
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          outbound.request({
            url,
            method: 'POST',
            body: '{}',
            headers: { 'idempotency-key': `${round}-${index}` },
          }),
        ),
      );
    }
    expect(new Set(server.received.map((request) => request.headers['idempotency-key'])).size).toBe(500);
    expect(server.received).toHaveLength(500);
    expect(server.contacts()).toBeLessThanOrEqual(100);
  });

  test('a kept connection that has died is replaced without the caller noticing', async () => {
    const server = await receiver();
    const outbound = door();
    const url = `http://receiver.test:${server.port}/`;
    await outbound.request({ url });
    // The server's end goes away at the very moment when the next request is written.
    for (const socket of server.sockets) socket.resetAndDestroy();
    expect(await outbound.request({ url })).toMatchObject({ status: 200, reused: false });
    expect(server.received).toHaveLength(2);
  });

  test('a connection that broke after the request was read is not tried again in silence for a post', async () => {
    let requests = 0;
    const server = await receiver({
      answer: (request, response) => {
        requests += 1;
        if (requests === 1) response.end('ok');
        else request.socket.destroy();
      },
    });
    const outbound = door();
    const url = `http://receiver.test:${server.port}/`;
    await outbound.request({ url });
    await expect(outbound.request({ url, method: 'POST', body: 'x', reuse: true })).rejects.toMatchObject({
      code: 'outbound_connect',
      retryable: true,
      ownNetwork: false,
    });
    expect(requests).toBe(2);
  });
});

describe('limits', () => {
  test('a body of a gigabyte is cut at the cap and its connection destroyed', async () => {
    let written = 0;
    const chunk = Buffer.alloc(1 << 20, 'x');
    const server = await receiver({
      answer: (_request, response) => {
        response.writeHead(200, { 'content-length': String(1 << 30) });
        const more = (): void => {
          while (written < 1 << 30 && !response.destroyed) {
            written += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', more);
          }
        };
        more();
      },
    });
    const answer = await door().request({ url: `http://receiver.test:${server.port}/` });
    expect(answer.truncated).toBe(true);
    expect(answer.body).toHaveLength(64 * 1024);
    await until(() => server.sockets.size === 0);
    // What fits into socket buffers may have been written, and no more.
    expect(written).toBeLessThan(64 << 20);
  });

  test('a body as long as the cap is whole, one byte more is cut or refused as asked', async () => {
    const server = await receiver({
      answer: (request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))),
    });
    const outbound = door();
    const get = (size: number, onTooLarge: 'truncate' | 'error') =>
      outbound.request({
        url: `http://receiver.test:${server.port}/${size}`,
        maxResponseBytes: 1000,
        onTooLarge,
      });
    expect(await get(1000, 'error')).toMatchObject({ truncated: false });
    expect((await get(1001, 'truncate')).body).toHaveLength(1000);
    await expect(get(1001, 'error')).rejects.toMatchObject({ code: 'response_too_large', retryable: false });
  });

  test('an answer with too many headers is given up', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      socket.write(`x-a: ${'a'.repeat(20_000)}\r\n\r\n`);
    });
    await expect(door().request({ url: `http://receiver.test:${server.port}/` })).rejects.toMatchObject({
      code: 'outbound_protocol',
      causeCode: 'HPE_HEADER_OVERFLOW',
    });
  });

  test.each([
    ['what is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'outbound_protocol'],
    [
      'two different lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'outbound_protocol',
    ],
    ['a body that ends early', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab', 'outbound_connect'],
    ['nothing at all', '', 'outbound_connect'],
    [
      'a change of protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'outbound_connect',
    ],
  ])('a server that sends %s is an error and no crash', async (_name, text, code) => {
    const server = await rawServer((socket) => socket.once('data', () => socket.end(text)));
    await expect(door().request({ url: `http://receiver.test:${server.port}/` })).rejects.toMatchObject({
      code,
    });
  });
});

describe('deadlines', () => {
  const silent = (): Promise<{ port: number; sockets: Set<Socket> }> =>
    rawServer((socket) => void socket.resume());

  test('a name server that hangs', async () => {
    const outbound = door({ resolve: () => new Promise(() => undefined) });
    const rejected = { code: 'outbound_timeout', phase: 'dns', ownNetwork: true, retryable: true };
    await expect(outbound.request({ url: 'http://a.test/', timeoutMs: 100 })).rejects.toMatchObject(rejected);
    await expect(outbound.request({ url: 'http://a.test/', connectTimeoutMs: 100 })).rejects.toMatchObject(
      rejected,
    );
    await expect(outbound.connect({ host: 'a.test', port: 1, timeoutMs: 100 })).rejects.toMatchObject(
      rejected,
    );
    await expect(outbound.checkTarget({ host: 'a.test', port: 1, timeoutMs: 100 })).rejects.toMatchObject(
      rejected,
    );
  });

  test('a server whose queue of connections is full', async () => {
    // A backlog of one that nobody accepts from: the kernel drops further SYNs, as a firewall would.
    const script = `const s=require('net').createServer();s.listen(0,'127.0.0.1',1,()=>{process.stdout.write(String(s.address().port));Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0);})`;
    const child = execFile(process.execPath, ['-e', script]);
    closers.push(() => void child.kill('SIGKILL'));
    const port = Number(
      await new Promise<string>((resolve) =>
        child.stdout?.once('data', (text: Buffer) => resolve(String(text))),
      ),
    );
    const outbound = door();
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => outbound.connect({ host: '127.0.0.1', port, timeoutMs: 500 })),
    );
    const failed = results.filter((result) => result.status === 'rejected');
    for (const result of results) if (result.status === 'fulfilled') result.value.socket.destroy();
    expect(failed.length).toBeGreaterThan(0);
    expect(failed[0]?.reason).toMatchObject({
      code: 'outbound_timeout',
      phase: 'connect',
      ownNetwork: false,
    });
  });

  test('a handshake that hangs', async () => {
    const { port, sockets } = await silent();
    await expect(
      door().request({ url: `https://receiver.test:${port}/`, connectTimeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'outbound_timeout', phase: 'tls' });
    await until(() => sockets.size === 0);
  });

  test('an answer that never begins', async () => {
    const { port, sockets } = await silent();
    await expect(
      door().request({ url: `http://receiver.test:${port}/`, timeoutMs: 100 }),
    ).rejects.toMatchObject({
      code: 'outbound_timeout',
      phase: 'headers',
      ownNetwork: false,
    });
    await until(() => sockets.size === 0);
  });

  test.each([
    ['headers', 'HTTP/1.1 200 OK\r\nx-a: '],
    ['headers', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['body', 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n'],
  ])('an answer that drips into its %s', async (phase, beginning) => {
    const { port, sockets } = await rawServer((socket) => {
      socket.resume();
      socket.write(beginning);
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    const request = door().request({ url: `http://receiver.test:${port}/`, timeoutMs: 300 });
    if (beginning.includes('Continue'))
      await expect(request).rejects.toMatchObject({ code: 'outbound_protocol' });
    else await expect(request).rejects.toMatchObject({ code: 'outbound_timeout', phase });
    await until(() => sockets.size === 0);
  });

  test('the total spans redirects', async () => {
    const server = await receiver({
      answer: (_request, response) =>
        void setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 60),
    });
    await expect(
      door().request({ url: `http://receiver.test:${server.port}/`, followRedirects: 10, timeoutMs: 250 }),
    ).rejects.toMatchObject({ code: 'outbound_timeout' });
    expect(server.received.length).toBeGreaterThan(1);
  });

  test('the caller can call it off at any time', async () => {
    const { port, sockets } = await silent();
    const caller = new AbortController();
    const outbound = door();
    const request = outbound.request({ url: `http://receiver.test:${port}/`, signal: caller.signal });
    const rejected = expect(request).rejects.toMatchObject({ code: 'outbound_aborted' });
    await until(() => sockets.size === 1);
    caller.abort();
    await rejected;
    await until(() => sockets.size === 0);
    await expect(
      outbound.connect({ host: '127.0.0.1', port, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'outbound_aborted' });
  });

  test('a time limit that is none is refused', async () => {
    for (const timeoutMs of [0, -1, Number.NaN, Infinity, 3_600_000]) {
      await expect(door().request({ url: 'http://a.test/', timeoutMs })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
  });
});

describe('failures say where they lie', () => {
  test('a closed port is the target’s, and worth another try', async () => {
    const server = await startReceiver();
    await server.close();
    await expect(door().request({ url: `http://receiver.test:${server.port}/` })).rejects.toMatchObject({
      code: 'outbound_connect',
      causeCode: 'ECONNREFUSED',
      retryable: true,
      ownNetwork: false,
    });
  });

  test.each(['ENOTFOUND', 'EAI_AGAIN'])(
    'a name that is not resolved may be this host’s (%s)',
    async (code) => {
      const outbound = door({ resolve: () => Promise.reject(Object.assign(new Error(code), { code })) });
      await expect(outbound.request({ url: 'http://a.test/' })).rejects.toMatchObject({
        code: 'outbound_dns',
        causeCode: code,
        ownNetwork: true,
        retryable: true,
      });
    },
  );

  test.each([[[]], [['not an address']], [['1.2.3']]])(
    'the answer %j of a resolver is a failure to resolve',
    async (answer) => {
      await expect(
        door({ resolve: async () => answer }).request({ url: 'http://a.test/' }),
      ).rejects.toMatchObject({ code: 'outbound_dns' });
    },
  );
});

describe('connections', () => {
  test('the next address is tried when the first refuses', async () => {
    const server = await receiver();
    const outbound = door({ resolve: async () => ['127.0.0.99', '::1', '127.0.0.1'] });
    const { socket, address } = await outbound.connect({ host: 'receiver.test', port: server.port });
    expect(address).toBe('127.0.0.1');
    socket.destroy();
  });

  test('families take turns', () => {
    expect(interleave(['::1', '::2', '10.0.0.1', '10.0.0.2', '10.0.0.3'])).toEqual([
      '::1',
      '10.0.0.1',
      '::2',
      '10.0.0.2',
      '10.0.0.3',
    ]);
    expect(interleave([])).toEqual([]);
  });

  test('checkTarget returns the addresses to connect to, each once and in one spelling', async () => {
    const outbound = door({ resolve: async () => ['::ffff:127.0.0.1', '127.0.0.1', '0:0:0:0:0:0:0:1'] });
    expect(await outbound.checkTarget({ host: 'DB.test.', port: 5432 })).toEqual({
      host: 'db.test',
      port: 5432,
      addresses: ['127.0.0.1', '::1'],
    });
  });

  test('a hop that must be public does not use what was listed', async () => {
    const rules = compilePolicy(loopback);
    const parts = { rules, clock: systemClock, resolve: async () => ['127.0.0.1'] };
    const task = {
      target: { host: 'receiver.test', port: 1 },
      signal: new AbortController().signal,
      timeoutMs: 100,
      progress: { phase: 'dns' as const },
    };
    expect(await resolveTarget(parts, task)).toEqual(['127.0.0.1']);
    await expect(resolveTarget(parts, { ...task, publicOnly: true })).rejects.toMatchObject({
      reason: 'private_address',
    });
  });
});

describe('TLS', () => {
  const secure = (cert = receiverCertificate): Promise<Receiver> => receiver({ cert });

  test('the handshake names the host, and the certificate is reported', async () => {
    const server = await secure();
    const answer = await door().request({
      url: `https://receiver.test.:${server.port}/`,
      tls: { ca: receiverCertificate },
    });
    expect(server.received[0]).toMatchObject({ servername: 'receiver.test' });
    expect(server.received[0]?.headers.host).toBe(`receiver.test:${server.port}`);
    expect(answer.timing.tlsMs).toBeGreaterThan(0);
    expect(answer.tls).toMatchObject({
      authorized: true,
      protocol: 'TLSv1.3',
      subject: 'receiver.test',
      validTo: Date.UTC(2120, 0, 1),
      chainValidTo: Date.UTC(2120, 0, 1),
    });
    expect(answer.tls?.altNames).toContain('DNS:receiver.test');
    expect(answer.tls?.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  test('an address is no server name and is checked against the certificate', async () => {
    const server = await secure();
    const answer = await door().request({
      url: `https://127.0.0.1:${server.port}/`,
      tls: { ca: receiverCertificate },
    });
    expect(answer.tls?.authorized).toBe(true);
    expect(server.received[0]?.servername).toBeFalsy();
  });

  test('a certificate nobody vouches for is refused, and trying again is useless', async () => {
    const server = await secure();
    await expect(door().request({ url: `https://receiver.test:${server.port}/` })).rejects.toMatchObject({
      code: 'outbound_tls',
      causeCode: expect.stringMatching(/SELF_SIGNED/),
      retryable: false,
    });
    expect(server.received).toHaveLength(0);
  });

  test('a certificate for another name is refused', async () => {
    const server = await secure();
    await expect(
      door().request({ url: `https://evil.test:${server.port}/`, tls: { ca: receiverCertificate } }),
    ).rejects.toMatchObject({ code: 'outbound_tls', causeCode: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(server.received).toHaveLength(0);
  });

  test('a certificate that has expired is refused, and can be looked at where the policy allows it', async () => {
    const server = await secure(expiredCertificate);
    const outbound = door();
    await expect(
      outbound.request({ url: `https://receiver.test:${server.port}/`, tls: { ca: expiredCertificate } }),
    ).rejects.toMatchObject({ code: 'outbound_tls', causeCode: 'CERT_HAS_EXPIRED' });
    const looked = await outbound.connect({
      host: 'receiver.test',
      port: server.port,
      tls: { ca: expiredCertificate, rejectUnauthorized: false },
    });
    expect(looked.tls).toMatchObject({
      authorized: false,
      authorizationError: 'CERT_HAS_EXPIRED',
      validTo: Date.UTC(2020, 1, 1),
    });
    looked.socket.destroy();
  });

  test('a connection made without verification is never used for a request that verifies', async () => {
    const server = await secure();
    const outbound = door();
    const url = `https://receiver.test:${server.port}/`;
    await outbound.request({ url, tls: { rejectUnauthorized: false } });
    expect(await outbound.request({ url, tls: { rejectUnauthorized: false } })).toMatchObject({
      reused: true,
    });
    await expect(outbound.request({ url })).rejects.toMatchObject({ code: 'outbound_tls' });
    await expect(
      outbound.request({ url, tls: { ca: receiverCertificate, servername: 'evil.test' } }),
    ).rejects.toMatchObject({ code: 'outbound_tls' });
  });

  test('a server that speaks plain HTTP gives a TLS error', async () => {
    const server = await receiver();
    await expect(door().request({ url: `https://receiver.test:${server.port}/` })).rejects.toMatchObject({
      code: 'outbound_tls',
    });
  });

  test('a certificate that is none is an error and no crash', async () => {
    const server = await secure();
    await expect(
      door().connect({
        host: 'receiver.test',
        port: server.port,
        tls: { cert: 'nonsense', key: 'nonsense' },
      }),
    ).rejects.toMatchObject({ code: 'outbound_tls', retryable: false });
    await until(() => server.sockets.size === 0);
  });
});

test('proxy variables in the environment have no effect', async () => {
  const target = await receiver();
  const proxy = await receiver();
  const script = `
    const { createOutbound } = await import(${JSON.stringify(new URL('service.ts', import.meta.url).href)});
    const { probePolicy } = await import(${JSON.stringify(new URL('policy.ts', import.meta.url).href)});
    const { systemClock } = await import(${JSON.stringify(new URL('../base/clock.ts', import.meta.url).href)});
    const outbound = createOutbound({ policy: { ...probePolicy, internal: ['private'] }, clock: systemClock, onRefused() {}, resolve: async () => ['127.0.0.1'] });
    const url = 'http://receiver.test:${target.port}/';
    for (const reuse of [true, false]) process.stdout.write((await outbound.request({ url, reuse })).body.toString());
    outbound.close();`;
  const proxyUrl = `http://127.0.0.1:${proxy.port}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      ...process.env,
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxyUrl,
      http_proxy: proxyUrl,
      HTTPS_PROXY: proxyUrl,
      ALL_PROXY: proxyUrl,
      NO_PROXY: '',
      no_proxy: '',
    },
  });
  expect(stdout).toBe('hellohello');
  expect(target.received).toHaveLength(2);
  expect(proxy.contacts()).toBe(0);
});

test('a refusal that cannot be recorded is raised as that failure, and still nobody is contacted', async () => {
  const server = await receiver();
  const outbound = createOutbound({
    policy: probePolicy,
    clock: systemClock,
    onRefused: () => Promise.reject(new Error('audit is down')),
    resolve: async () => ['127.0.0.1'],
  });
  await expect(outbound.request({ url: `http://receiver.test:${server.port}/` })).rejects.toThrow(
    'audit is down',
  );
  expect(server.contacts()).toBe(0);
});

test('the system’s resolver is used by default', async () => {
  const server = await receiver();
  const outbound = createOutbound({ policy: loopback, clock: systemClock, onRefused: () => undefined });
  closers.push(() => outbound.close());
  const checked = await outbound.checkTarget({ host: 'localhost', port: server.port });
  expect(checked.addresses).toContain('127.0.0.1');
  expect((await outbound.request({ url: `http://localhost:${server.port}/` })).status).toBe(200);
});
