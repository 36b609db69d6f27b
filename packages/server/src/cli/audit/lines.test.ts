import type { AuditEventView } from '@custos/contract';
import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { eventJson, eventLine } from './event-line.ts';
import { filterOf } from './filters.ts';
import { auditNagiosLine } from './health.ts';
import { countOf, secondsOf } from '../repeat.ts';
import { bytesText } from './stats.ts';
import { createTail } from './tail.ts';
import { logKeys } from './verify-served.ts';
import { wireJson } from './wire-json.ts';
import { witnessExitCode, witnessLines } from './witness.ts';

const event: AuditEventView = {
  id: 'aud_1',
  time: 0,
  receivedTime: 1000,
  type: 'transaction.record',
  action: 'order.refund',
  outcome: 'succeeded',
  severity: 'info',
  source: 'shop',
  actor: { type: 'user', id: 'usr_1', name: 'Ada' },
  target: { type: 'order', id: null, name: null },
  tenant: null,
  traceId: null,
  requestId: null,
  details: { amount: 12 },
  sealedCount: 0,
  place: { log: 'financial', index: 7 },
};

test('an event is one line', () => {
  expect(eventLine(event)).toBe(
    '1970-01-01T00:00:01.000Z info     succeeded order.refund [transaction.record] user:usr_1 (Ada) -> order:(sealed) from shop aud_1 {"amount":12}',
  );
  expect(JSON.parse(eventJson(event))).toMatchObject({ receivedTime: '1970-01-01T00:00:01.000Z' });
});

test('text of others cannot move the cursor, break the line or turn its direction', () => {
  const nasty = eventLine({
    ...event,
    source: 'a\nOK\u001B[2J\u202Eb',
    actor: { ...event.actor, name: '\r\u0007' },
  });
  // oxlint-disable-next-line no-control-regex -- that none is left is what is tested.
  expect(nasty).not.toMatch(/[\u0000-\u001F\u007F\u202E]/);
  expect(nasty).toContain('a\uFFFDOK\uFFFD[2J\uFFFDb');
});

test('times are RFC 3339 or durations before now, and anything else is refused by name', () => {
  const clock = createManualClock();
  expect(filterOf({ from: '2h', to: '30m ago' }, clock)).toMatchObject({
    from: clock.now() - 7_200_000,
    to: clock.now() - 1_800_000,
  });
  expect(filterOf({ from: '2026-01-02T00:00:00Z' }, clock).from).toBe(Date.UTC(2026, 0, 2));
  expect(() => filterOf({ to: 'yesterday' }, clock)).toThrow('--to must be a time');
});

test('numbers out of their range are refused by the name of the option', () => {
  expect(countOf('limit', '7', { min: 1, max: 9 })).toBe(7);
  for (const wrong of ['0', '10', '1.5', 'x', '']) {
    expect(() => countOf('limit', wrong, { min: 1, max: 9 })).toThrow('--limit must be a whole number');
  }
  expect(secondsOf('watch', undefined)).toBeUndefined();
  for (const wrong of ['0.5', 'x', '-1']) expect(() => secondsOf('watch', wrong)).toThrow('--watch');
  expect([bytesText(999), bytesText(2.5e6), bytesText(5e9)]).toEqual(['1.0 kB', '2.5 MB', '5.0 GB']);
});

test('health is one line with performance data that Nagios can read', () => {
  const component = (name: string, title: string, changed: object) => ({
    name,
    title,
    status: 'ok' as const,
    message: '',
    value: null,
    unit: null,
    warning: null,
    critical: null,
    ...changed,
  });
  const components = [
    component('buffer', 'Buffer', { value: 3, unit: 'events', warning: 500, critical: 800 }),
    component('queries', 'Query time', { value: 12.3456, unit: 'ms', warning: 100, critical: 500 }),
    component('log-size', 'Log size', { value: 0.25, unit: 'GB', warning: 1, critical: 5 }),
    component('ledger', 'Ledger', {}),
  ];
  expect(auditNagiosLine({ status: 'ok', checkedAt: 0, components })).toBe(
    'CUSTOS AUDIT OK - the audit log works | buffer=3;500;800;0 queries=12.346ms;100;500;0 log_size=0.25GB;1;5;0',
  );
  const ill = { status: 'critical' as const, message: 'EIO | disk\nfull' };
  expect(
    auditNagiosLine({ status: 'critical', checkedAt: 0, components: [component('ledger', 'Ledger', ill)] }),
  ).toBe('CUSTOS AUDIT CRITICAL - Ledger critical: EIO / disk\uFFFDfull | ');
});

test('only the Ed25519 keys of a policy are logs to verify, each once', () => {
  const ed25519 = `example.com/log+0a0b0c0d+${Buffer.concat([Buffer.from([1]), Buffer.alloc(32, 0xfb)]).toString('base64')}`;
  const mlDsa = `example.com/log+0a0b0c0e+${Buffer.concat([Buffer.from([6]), Buffer.alloc(32)]).toString('base64')}`;
  expect(
    logKeys(`# ours\nlog ${ed25519}\nlog ${mlDsa}\nwitness w ${ed25519} https://w\nquorum none\n`),
  ).toEqual([ed25519]);
});

test('instants leave as RFC 3339 and other numbers as they are', () => {
  expect(JSON.parse(wireJson({ checkedAt: 0, at: null, size: 7, checkpoint: { at: 1000 } }))).toEqual({
    checkedAt: '1970-01-01T00:00:00.000Z',
    at: null,
    size: 7,
    checkpoint: { at: '1970-01-01T00:00:01.000Z' },
  });
});

test('witnesses that follow are 0, one behind is 1, a fork is 2', () => {
  const logs = [{ log: 'a', size: 3, confirmedAt: 0, lagEntries: 0, lagMs: 0, failures: 0, error: null }];
  const status = (state: 'ok' | 'behind' | 'failing' | 'forked', failures = 0) => ({
    guarantee: 'Nobody.',
    witnessKeys: ['example.com/w+0a1b2c3d+BAA='],
    witnesses: [{ name: 'w', url: 'https://w', state, logs }],
    anchors: [
      {
        name: 'v',
        kind: 's3-lock' as const,
        intervalMs: 60_000,
        logs: logs.map((one) => ({ ...one, failures })),
      },
    ],
  });
  expect(witnessExitCode(status('ok'))).toBe(0);
  expect(witnessExitCode(status('ok', 1))).toBe(1);
  expect(witnessExitCode(status('failing'))).toBe(1);
  expect(witnessExitCode(status('forked'))).toBe(2);
  expect(witnessLines(status('behind'))).toEqual([
    'Nobody.',
    'Witness w (https://w): behind',
    '  a: confirmed to 3',
    'Anchor v (s3-lock), every 1m',
    '  a: confirmed to 3',
    'For others this installation is the witness example.com/w+0a1b2c3d+BAA=',
  ]);
});

test('a tail gives each event once, oldest first, also those that come to light late', async () => {
  let stored: AuditEventView[] = [];
  const asked: object[] = [];
  const list = async (query: { from?: number; limit?: number; cursor?: string | undefined }) => {
    asked.push(query);
    const { from = 0, limit = 50, cursor = '0' } = query;
    const sorted = stored
      .filter(({ receivedTime }) => receivedTime >= from)
      .toSorted((left, right) => right.receivedTime - left.receivedTime);
    const end = Number(cursor) + Math.min(limit, 2);
    return {
      items: sorted.slice(Number(cursor), end),
      nextCursor: end < sorted.length ? String(end) : null,
    };
  };
  const tail = createTail({ audit: { list } } as never, {});
  const add = (id: string, receivedTime: number) => {
    stored = [...stored, { ...event, id, receivedTime }];
  };
  const ids = async () => (await tail.look(3)).map(({ id }) => id);
  for (let at = 0; at < 5; at += 1) add(`e${at}`, 100_000 + at);
  expect(await ids()).toEqual(['e2', 'e3', 'e4']);
  expect(await ids()).toEqual([]);
  add('new', 105_000);
  add('late', 100_003);
  expect(await ids()).toEqual(['late', 'new']);
  expect(await ids()).toEqual([]);
  for (let at = 0; at < 7; at += 1) add(`many${at}`, 110_000 + at);
  expect(await ids()).toHaveLength(7);
});
