import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../../../test/columns.ts';
import { systemClock } from '../../../base/clock.ts';
import { CustosError } from '../../../base/errors.ts';
import { silentLogger } from '../../../base/logger.ts';
import { receiverCertificate } from '../../../outbound/fixtures/receiver.ts';
import { createTally, type CountingTally } from '../tally.ts';
import { createFakeRecords, type FakeRecords } from '../test/fake-records.ts';
import { createSyslog, type Syslog } from './service.ts';
import type { SyslogListener } from './types.ts';

const receiverKey = readFileSync(
  new URL('../../../outbound/fixtures/receiver.key.pem', import.meta.url),
  'utf8',
);
let records: FakeRecords;
let tally: CountingTally;
let syslog: Syslog;
beforeEach(() => {
  records = createFakeRecords();
  tally = createTally(systemClock);
});
afterEach(() => syslog.stop());

async function listen(...listeners: readonly Partial<SyslogListener>[]): Promise<readonly number[]> {
  syslog = createSyslog({
    listeners: listeners.map((listener) => ({
      protocol: 'tcp',
      host: '127.0.0.1',
      port: 0,
      allow: ['127.0.0.0/8'],
      ...listener,
    })),
    records,
    tally,
    clock: systemClock,
    log: silentLogger,
  });
  await syslog.start();
  return syslog.addresses().map((address) => Number(new URL(address).port));
}
const messages = (): string[] => records.kept.map(({ message }) => message);

async function sendTcp(port: number, ...chunks: readonly (string | Buffer)[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  for (const chunk of chunks) {
    socket.write(chunk);
    await systemClock.sleep(5);
  }
  socket.end();
}

test('logger(1) is understood over UDP and TCP, in both formats and framings', async () => {
  const [udp = 0, tcp = 0] = await listen({ protocol: 'udp' }, { protocol: 'tcp' });
  const base = ['-n', '127.0.0.1', '-t', 'shop', '-p', 'auth.err'];
  const runs = [
    ['-d', '-P', String(udp), 'udp 5424'],
    ['-d', '-P', String(udp), '--rfc3164', 'udp 3164'],
    ['-T', '-P', String(tcp), 'tcp 5424 lines'],
    ['-T', '-P', String(tcp), '--octet-count', '--id=42', '--msgid', 'M1', 'tcp 5424 counted'],
    ['-T', '-P', String(tcp), '--rfc3164', 'tcp 3164 lines'],
  ];
  try {
    for (const run of runs) execFileSync('logger', [...base, ...run], { timeout: 5_000 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await eventually(() => records.kept.length === runs.length);
  expect(messages().toSorted()).toEqual(runs.map((run) => run.at(-1) ?? '').toSorted());
  for (const record of records.kept) {
    expect(record).toMatchObject({ severity: 'error', service: 'shop', attributes: { facility: 'auth' } });
    // RFC 3164 has the sender's local time without its zone.
    expect(Math.abs(record.timeMs - Date.now())).toBeLessThan(15 * 3_600_000);
  }
  expect(records.kept.find(({ message }) => message === 'tcp 5424 counted')?.attributes).toMatchObject({
    pid: '42',
    msgid: 'M1',
  });
  await eventually(() => tally.sources()[0]?.accepted === runs.length);
  expect(tally.sources()).toMatchObject([{ door: 'syslog', name: '127.0.0.1', refused: 0 }]);
});

test('TLS carries counted messages, and a sender without TLS is left aside', async () => {
  const [port = 0] = await listen({ protocol: 'tls', tls: { cert: receiverCertificate, key: receiverKey } });
  await sendTcp(port, '<13>plain\n');
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.end('12 <13>1 broken22 <14>1 - - - - - - one!');
  await eventually(() => records.kept.length === 2);
  expect(messages()).toEqual(['1 broken', 'one!']);
});

test('a message in pieces, and one without an end, are whole', async () => {
  const [port = 0] = await listen({});
  await sendTcp(port, '<13>Jan  2 03:0', '4:05 h a: one\n<13>tw', 'o\n<13>three');
  await eventually(() => records.kept.length === 3);
  expect(messages()).toEqual(['one', 'two', 'three']);
});

test('a stream that is not framed is closed and counted, and what came before is kept', async () => {
  const [port = 0] = await listen({});
  await sendTcp(port, '<13>one\n', '99999x GET / HTTP/1.1\r\n\r\n');
  await eventually(() => tally.sources()[0]?.refused === 1);
  expect(messages()).toEqual(['one']);
  expect(tally.sources()[0]?.refusals).toMatchObject([{ reason: 'unreadable' }]);
});

test('who is not on the list is not listened to, and that shows', async () => {
  const [tcp = 0, udp = 0] = await listen({ allow: ['10.0.0.0/8'] }, { protocol: 'udp', allow: [] });
  await sendTcp(tcp, '<13>x\n').catch(() => undefined);
  const socket = createSocket('udp4');
  socket.send('<13>x', udp, '127.0.0.1');
  await eventually(() => tally.sources()[0]?.refused === 2);
  socket.close();
  expect(records.kept).toEqual([]);
  expect(tally.sources()[0]?.refusals).toMatchObject([{ reason: 'unsupported', count: 2 }]);
});

test('with a full spool TCP senders wait and nothing is lost; datagrams are lost and counted', async () => {
  const [tcp = 0, udp = 0] = await listen({}, { protocol: 'udp' });
  records.failWith(new CustosError('spool_full', 'Full.', { status: 503 }));
  await sendTcp(tcp, '<13>waits\n');
  const socket = createSocket('udp4');
  socket.send('<13>gone', udp, '127.0.0.1');
  await eventually(() => tally.sources()[0]?.refused === 1);
  socket.close();
  expect(tally.sources()[0]?.refusals).toMatchObject([{ reason: 'spool_full', count: 1 }]);
  records.failWith(undefined);
  await eventually(() => records.kept.length === 1);
  expect(messages()).toEqual(['waits']);
});

test('bytes that are no UTF-8 and messages that are too long are refused alone', async () => {
  const [port = 0] = await listen({});
  await sendTcp(port, Buffer.from([0x3c, 0xff, 0x0a]), `<13>${'x'.repeat(200_000)}\n`, '<13>good\n');
  await eventually(() => records.kept.length === 1);
  expect(messages()).toEqual(['good']);
  expect(
    Object.fromEntries(tally.sources()[0]?.refusals.map(({ reason, count }) => [reason, count]) ?? []),
  ).toEqual({ not_utf8: 1, too_large: 1 });
});

test('an address that is taken is said at once, and nothing stays open', async () => {
  const [port = 0] = await listen({});
  const second = createSyslog({
    listeners: [
      { protocol: 'udp', host: '127.0.0.1', port: 0, allow: [] },
      { protocol: 'tcp', host: '127.0.0.1', port, allow: [] },
    ],
    records,
    tally,
    clock: systemClock,
    log: silentLogger,
  });
  await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(second.addresses()).toEqual([]);
});
