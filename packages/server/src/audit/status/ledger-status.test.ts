import { ledgerStatus } from '@custos/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import type { LogProgress } from '../anchors/types.ts';
import type { EgressStatus } from '../egress/types.ts';
import type { IndexStatus } from '../index/types.ts';
import { createSigners } from '../log/signing.ts';
import {
  removed,
  temporary,
  testEntry,
  testKeys,
  testOptions,
  testOrigins,
  testPolicy,
} from '../log/ledger-fixture.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { openLedger } from '../log/ledger.ts';
import { ownPolicyText } from '../own-policy.ts';
import { createLedgerStatus, type LedgerStatusParts } from './ledger-status.ts';
import type { VerificationStatus } from './verification.ts';

const directory = temporary();
const clock = createManualClock();
const signersOf = createSigners(testKeys);
const verifiers = testPolicy().logs.map(({ verifier }) => verifier);
let ledger: Ledger;

beforeAll(async () => {
  ledger = await openLedger(testOptions(directory, clock));
  await ledger.appendMany('security', [testEntry(1), testEntry(2), testEntry(3)]);
  await ledger.publish();
});
afterAll(async () => {
  await ledger.close();
  removed(directory);
});

const indexing: IndexStatus = {
  state: 'indexing',
  logs: [{ log: 'security', indexed: 3, size: 3, behind: 0 }],
  queries: { count: 0, p50Ms: null, p95Ms: null },
  rebuild: null,
  lastError: null,
  lastCheck: null,
};
const progress: LogProgress = {
  log: 'security',
  origin: testOrigins.security,
  size: 2,
  confirmedAt: 5,
  lagEntries: 1,
  lagMs: 250,
  failures: 0,
  error: null,
  errorAt: null,
};
const ok = { status: 'ok', reasons: [] } as const;
const verified: VerificationStatus = { state: 'ok', startedAt: 1, durationMs: 2, entries: 3, findings: [] };

const statusOf = (change: Partial<LedgerStatusParts> = {}) =>
  createLedgerStatus({
    store: 'files',
    ledger,
    signersOf,
    rules: [{ log: 'security', days: 2557, archive: true }],
    policy: () => ownPolicyText(null, verifiers),
    witnessKeys: [],
    witnesses: null,
    anchors: null,
    egress: null,
    index: { status: () => indexing },
    verification: { last: () => null },
    ...change,
  })();

test('a ledger by itself is shown with its logs, keys, newest checkpoint and what it keeps', async () => {
  const status = await statusOf();
  expect(() => ledgerStatus.encode(status)).not.toThrow();
  expect(status).toMatchObject({
    status: 'ok',
    reasons: [],
    store: 'files',
    witnesses: [],
    anchors: [],
    egress: [],
    verification: null,
  });
  expect(status.guarantee).toContain('No witness and no anchor');
  expect(status.policy.split('\n').filter((line) => line.startsWith('log '))).toHaveLength(2);
  expect(status.journalBytes).toBeGreaterThan(0);
  const [general, security] = status.logs;
  expect(general).toMatchObject({ name: 'general', size: 0, retentionDays: null, archive: false });
  const { root } = ledger.reader('security').head();
  expect(security).toMatchObject({
    name: 'security',
    origin: testOrigins.security,
    size: 3,
    minimumIndex: 0,
    retentionDays: 2557,
    archive: true,
    checkpoint: {
      size: 3,
      root: root.toString('base64'),
      at: clock.now(),
      note: ledger.reader('security').checkpoint(),
    },
    verifierKeys: [verifiers.find(({ name }) => name === testOrigins.security)?.vkey],
  });
  expect(security?.bytes).toBeGreaterThan(0);
});

test('who is outside is shown with how far they are, and the worst of all parts is the status', async () => {
  const witness = {
    name: 'w',
    members: ['w'],
    url: 'https://w.example',
    state: 'behind',
    logs: [progress],
  } as const;
  const status = await statusOf({
    witnesses: {
      status: () => [witness],
      health: () => ({ status: 'degraded', reasons: ['The witness w is behind'] }),
    },
    anchors: {
      status: () => [{ name: 'vault', kind: 's3-lock', intervalMs: 600_000, logs: [progress] }],
      health: () => ok,
    },
    verification: { last: () => verified },
  });
  expect(() => ledgerStatus.encode(status)).not.toThrow();
  expect(status).toMatchObject({ status: 'degraded', reasons: ['The witness w is behind'] });
  const { origin: _origin, errorAt: _errorAt, ...shown } = progress;
  expect(status.witnesses).toEqual([{ name: 'w', url: 'https://w.example', state: 'behind', logs: [shown] }]);
  expect(status.anchors).toEqual([{ name: 'vault', kind: 's3-lock', intervalMs: 600_000, logs: [shown] }]);
  expect(status.guarantee).toContain('(vault)');
  expect(status.verification).toEqual(verified);
});

test('what fails in index, destinations and verification is said', async () => {
  const destination = (failures: number): EgressStatus => ({
    destination: 'siem',
    kind: 'webhook',
    sending: true,
    logs: [
      {
        log: 'security',
        next: 1,
        size: 3,
        behind: 2,
        lagMs: 9,
        skipped: 0,
        failures,
        lastSentAt: null,
        lastError: { at: 7, message: 'refused' },
      },
    ],
  });
  const of = async (change: Partial<LedgerStatusParts>) => {
    const { status, reasons } = await statusOf(change);
    return [status, ...reasons];
  };
  const index = (change: Partial<IndexStatus>) => ({ index: { status: () => ({ ...indexing, ...change }) } });
  expect(await of({ egress: { status: async () => [destination(2)] } })).toEqual(['ok']);
  expect(await of({ egress: { status: async () => [destination(3)] } })).toEqual([
    'degraded',
    'The destination siem failed 3 times for "security": refused',
  ]);
  expect(await of(index({ state: 'away' }))).toEqual(['degraded', expect.stringContaining('index is away')]);
  expect(await of(index({ lastError: 'no room' }))).toEqual(['degraded', 'Indexing fails: no room']);
  const range = { from: 0, to: 3, expected: 3, found: 2, indexes: [1] };
  const log = { log: 'security', from: 0, to: 3, behind: 0, expectedDigest: 'a', foundDigest: 'b' };
  const lastCheck = { ok: false, checkedAt: 4, durationMs: 1, logs: [{ ...log, differing: [range, range] }] };
  expect(await of(index({ lastCheck }))).toEqual(['degraded', expect.stringContaining('rebuild it')]);
  expect((await statusOf(index({ lastCheck }))).index.lastCheck).toEqual({
    ok: false,
    checkedAt: 4,
    differing: 2,
  });
  const failed: VerificationStatus = { ...verified, state: 'failed', findings: ['tile: gone', 'more'] };
  expect(await of({ verification: { last: () => failed } })).toEqual([
    'critical',
    'The last verification failed: tile: gone',
  ]);
  expect(await of({ verification: { last: () => ({ ...verified, state: 'running' }) } })).toEqual(['ok']);
});

test('a ledger that has stopped is critical, whatever else is well', async () => {
  const health = { ...ledger.health(), status: 'critical', reasons: ['The journal stopped'] } as const;
  const { figures, reader } = ledger;
  const status = await statusOf({ ledger: { health: () => health, figures, reader } });
  expect(status).toMatchObject({ status: 'critical', reasons: ['The journal stopped'] });
});
