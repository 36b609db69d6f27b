import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../base/logger.ts';
import { channelPolicy } from '../../outbound/policy.ts';
import { createOutbound } from '../../outbound/service.ts';
import { systemClock } from '../../base/clock.ts';
import { certificate, refusal, startMailServer, type MailServer } from '../test/smtp.ts';
import { message, openOutbound } from '../test/world.ts';
import type { Dispatch, OpenChannel } from '../types.ts';
import { email } from './email.ts';
import { emailOptions } from './email-options.ts';

const opened: OpenChannel[] = [];
const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const channel of opened.splice(0)) channel.close();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(...args: Parameters<typeof startMailServer>): Promise<MailServer> {
  const server = await startMailServer(...args);
  servers.push(server);
  return server;
}

function open(port: number, more: object = {}, outbound = openOutbound()): OpenChannel {
  const options = emailOptions.parse({
    host: '127.0.0.1',
    port,
    from: 'Custos <custos@example.com>',
    to: ['one@example.com', 'Two <two@example.com>'],
    certificateAuthority: certificate,
    ...more,
  });
  const channel = email.open(options, { outbound, log: silentLogger, print: () => undefined });
  opened.push(channel);
  return channel;
}

function dispatch(more: Partial<Dispatch> = {}): Dispatch {
  return {
    message: message(),
    notificationId: 'ntf_1',
    idempotencyKey: 'k1',
    step: 'firing-1',
    createdAt: 1_767_225_660_000,
    now: 1_767_225_660_000,
    url: 'https://custos.example.com/alerts/alr_1',
    acknowledgeUrl: 'https://custos.example.com/acknowledge?token=abc',
    progress: null,
    signal: new AbortController().signal,
    ...more,
  };
}

/** Header lines, unfolded. */
const headersOf = (raw: string) => raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');

describe('e-mail', () => {
  test('a mail goes out over STARTTLS with a login, as text and HTML, with an id that follows from the key', async () => {
    const server = await serve({
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        password === 'opensesame' ? done(null, { user: username }) : done(refusal(535, 'no')),
    });
    const channel = open(server.port, { user: 'custos', password: 'opensesame' });
    const outcome = await channel.send(dispatch());
    expect(outcome).toMatchObject({
      result: 'delivered',
      answer: '250 2.0.0 Ok: queued as Q1',
      providerId: 'Q1',
      error: null,
    });
    const [mail] = server.mails;
    expect(mail).toMatchObject({
      from: 'custos@example.com',
      to: ['one@example.com', 'two@example.com'],
      secure: true,
      user: 'custos',
    });
    const headers = headersOf(mail?.raw ?? '');
    expect(headers).toContain('Message-ID: <k1@example.com>');
    expect(headers).toContain('In-Reply-To: <alr_1@example.com>');
    expect(headers).toContain('References: <alr_1@example.com>');
    expect(headers).toContain('Subject: [FIRING] shop is down');
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(mail?.raw).toContain('Content-Type: text/plain');
    expect(mail?.raw).toContain('Content-Type: text/html');
    expect(mail?.raw).toContain('Threshold:');
  });

  test('TLS from the start works, and a certificate of a stranger is refused', async () => {
    const server = await serve({ secure: true });
    expect(await open(server.port, { security: 'tls' }).send(dispatch())).toMatchObject({
      result: 'delivered',
    });
    expect(server.mails[0]?.secure).toBe(true);
    const stranger = open(server.port, { security: 'tls', certificateAuthority: undefined });
    expect(await stranger.send(dispatch())).toMatchObject({ result: 'retryable' });
    const upgrade = await serve();
    const strangerLater = open(upgrade.port, { certificateAuthority: undefined });
    expect(await strangerLater.send(dispatch())).toMatchObject({ result: 'retryable' });
    expect(upgrade.mails).toHaveLength(0);
  });

  test('STARTTLS is insisted on: a server without it gets no mail', async () => {
    const server = await serve({ disabledCommands: ['STARTTLS'] });
    const outcome = await open(server.port).send(dispatch());
    expect(outcome.result).not.toBe('delivered');
    expect(server.mails).toHaveLength(0);
    expect(await open(server.port, { security: 'none' }).send(dispatch())).toMatchObject({
      result: 'delivered',
    });
  });

  test('connections are kept between mails', async () => {
    const server = await serve();
    const channel = open(server.port);
    for (let count = 0; count < 5; count += 1) await channel.send(dispatch({ idempotencyKey: `k${count}` }));
    expect(server.mails).toHaveLength(5);
    expect(server.connections()).toBe(1);
  });

  test('a 4xx answer is tried again and a 5xx answer is not', async () => {
    const answers = [refusal(451, 'try later'), refusal(554, 'never')];
    const server = await serve({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(answers.shift() ?? null));
      },
    });
    const channel = open(server.port);
    expect(await channel.send(dispatch())).toMatchObject({ result: 'retryable', answer: '451 try later' });
    expect(await channel.send(dispatch())).toMatchObject({ result: 'permanent', answer: '554 never' });
  });

  test('a wrong password is a refusal whose record does not hold it', async () => {
    const server = await serve({
      onAuth: (_auth, _session, done) => done(refusal(535, '5.7.8 bad credentials')),
    });
    const outcome = await open(server.port, { user: 'custos', password: 'wrong-password' }).send(dispatch());
    expect(outcome).toMatchObject({ result: 'permanent', answer: expect.stringContaining('535') });
    expect(JSON.stringify(outcome)).not.toContain('wrong-password');
  });

  test('recipients who are refused for now are tried again without telling the others twice', async () => {
    let grey = true;
    const server = await serve({
      onRcptTo: ({ address }, _session, done) =>
        grey && address.startsWith('two@') ? done(refusal(450, 'grey-listed')) : done(),
    });
    const channel = open(server.port);
    const first = await channel.send(dispatch());
    expect(first).toMatchObject({ result: 'retryable', error: expect.stringContaining('450 grey-listed') });
    grey = false;
    const second = await channel.send(dispatch({ progress: first.progress ?? null }));
    expect(second.result).toBe('delivered');
    expect(server.mails.map(({ to }) => to)).toEqual([['one@example.com'], ['two@example.com']]);
    expect(headersOf(server.mails[0]?.raw ?? '')).toContain('Message-ID: <k1@example.com>');
    expect(headersOf(server.mails[1]?.raw ?? '')).toContain('Message-ID: <k1@example.com>');
  });

  test('nobody there is for later, and a connection lost after the whole mail was sent is unknown', async () => {
    const gone = await startMailServer();
    await gone.close();
    expect(await open(gone.port, { security: 'none' }).send(dispatch())).toMatchObject({
      result: 'retryable',
    });

    const server = await serve({
      onData(stream, session) {
        stream.resume();
        stream.on('end', () => {
          for (const connection of sockets) connection.destroy();
          void session;
        });
      },
    });
    const sockets = new Set<Socket>();
    const relay = createServer((client) => {
      sockets.add(client);
      client.on('error', () => undefined);
      const upstream = new (client.constructor as typeof Socket)().connect(server.port, '127.0.0.1');
      upstream.on('error', () => undefined);
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    servers.push({ close: () => new Promise((resolve) => relay.close(() => resolve())) });
    const outcome = await open((relay.address() as AddressInfo).port, { security: 'none' }).send(dispatch());
    expect(outcome.result).toBe('unknown');
  });

  test('a server that accepts the connection and says nothing is given up in seconds', async () => {
    const mute = createServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    servers.push({ close: () => new Promise((resolve) => mute.close(() => resolve())) });
    const before = performance.now();
    const outcome = await open((mute.address() as AddressInfo).port).send(dispatch());
    expect(outcome.result).toBe('retryable');
    expect(performance.now() - before).toBeLessThan(9000);
  });

  test('a mail server in private space is refused unless it is listed, and is never contacted', async () => {
    const server = await serve();
    const guarded = createOutbound({
      policy: { ...channelPolicy, tcpPorts: 'any' },
      clock: systemClock,
      onRefused: () => undefined,
    });
    const outcome = await open(server.port, {}, guarded).send(dispatch());
    expect(outcome.result).toBe('permanent');
    expect(server.connections()).toBe(0);
  });

  test('texts from outside cannot add headers, recipients or markup', async () => {
    const server = await serve();
    const evil = message({
      title: 'down\r\nBcc: victim@example.com',
      summary: '<script>alert(1)</script>',
      labels: { host: '"><img src=x onerror=alert(1)>' },
    });
    await open(server.port).send(dispatch({ message: evil }));
    const { raw = '', to } = server.mails[0] ?? {};
    expect(to).toEqual(['one@example.com', 'two@example.com']);
    expect(headersOf(raw)).not.toMatch(/^Bcc:/im);
    const html = raw.slice(raw.indexOf('text/html')).replace(/=\r\n/g, '');
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;script&gt;');
  });

  test('options that would leak a password or reach nobody are refused by field', () => {
    const base = { host: 'smtp.example.com', from: 'a@example.com', to: ['b@example.com'] };
    const fields = (more: object) =>
      emailOptions.safeParse({ ...base, ...more }).error?.issues.map(({ path }) => path.join('.'));
    expect(fields({})).toBeUndefined();
    expect(fields({ security: 'none', user: 'u', password: 'p' })).toEqual(['security']);
    expect(fields({ user: 'u' })).toEqual(['password']);
    expect(fields({ to: [] })).toEqual(['to']);
    expect(fields({ to: ['x@example.com\r\nBcc: y@example.com'] })).toEqual(['to.0']);
    expect(fields({ from: 'nobody' })).toEqual(['from']);
    expect(fields({ host: 'smtp example' })).toEqual(['host']);
  });
});
