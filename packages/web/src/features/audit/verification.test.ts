import type { AuditEventDetail } from '@custos/contract';
import { expect, test } from 'vitest';
import { createMockLog, leafHashOf, makeLogKeys, type MockLog } from '../../../dev/mock-ledger.ts';
import { verdictOf, type Step } from './verdict.ts';
import { verifyEvent, type ProvingLog } from './verification.ts';

const origin = 'example.com/security';
const at = Date.parse('2026-11-21T08:00:00.000Z');

const leafAt = (index: number): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      action: 'probe.delete',
      actor: { id: `usr_${index}`, type: 'user' },
      details: { name: 'Checkout', order: index },
      id: `evt_${index}`,
      outcome: 'succeeded',
      receivedTime: new Date(at + index).toISOString(),
      severity: 'low',
      source: 'custos',
      time: new Date(at).toISOString(),
      type: 'administration.act',
      v: 1,
    }),
  );

const logKeys = makeLogKeys();
const leaves = Array.from({ length: 700 }, (_, index) => leafAt(index));
const log = createMockLog(origin, leaves, logKeys);

function eventAt(index: number, from: MockLog = log): AuditEventDetail {
  const leaf = from.leaves[index] ?? new Uint8Array();
  return {
    id: `evt_${index}`,
    time: at,
    receivedTime: at + index,
    type: 'administration.act',
    action: 'probe.delete',
    outcome: 'succeeded',
    severity: 'low',
    source: 'custos',
    actor: { type: 'user', id: `usr_${index}`, name: 'Ada' },
    target: null,
    tenant: null,
    traceId: null,
    requestId: null,
    details: { order: index, name: 'Checkout' },
    sealedCount: 0,
    sealedFields: [],
    place: { log: 'security', index },
    proof: {
      origin,
      leaf: Buffer.from(leaf).toString('base64'),
      leafHash: leafHashOf(leaf).toString('base64'),
      receipt: from.receipt(index),
    },
  };
}

interface Given {
  readonly served?: MockLog;
  readonly fetch?: ProvingLog['fetch'];
  readonly ownKey?: string;
  readonly policy?: string;
  readonly notes?: Map<string, string>;
  readonly keys?: Map<string, string>;
}

async function verified(event: AuditEventDetail, given: Given = {}) {
  const served = given.served ?? log;
  const { notes = new Map(), keys = new Map() } = given;
  const told: Step[] = [];
  const steps = await verifyEvent(
    event,
    {
      origin,
      vkey: given.ownKey ?? served.vkey,
      ownKey: given.ownKey !== undefined,
      policy: given.policy ?? `log ${served.vkey}\nquorum none\n`,
      fetch: given.fetch ?? ((path) => Promise.resolve(served.read(path))),
      checkpoints: {
        load: (name) => notes.get(name) ?? null,
        save: (name, note) => void notes.set(name, note),
      },
      keys: { load: (name) => keys.get(name) ?? null, save: (name, key) => void keys.set(name, key) },
      waitMs: 1,
    },
    (step) => told.push(step),
  );
  const failed = steps.filter(({ state }) => state === 'failed').map(({ name }) => name);
  return { verdict: verdictOf(steps), failed, steps, told };
}

test('an event that is in the log verifies, and every step is told as it begins and ends', async () => {
  for (const index of [0, 255, 256, 699]) {
    const { verdict, steps, told } = await verified(eventAt(index));
    expect(steps.map(({ state }) => state)).toEqual(Array.from({ length: 7 }, () => 'passed'));
    expect(verdict).toBe('verified');
    expect(told.filter(({ state }) => state === 'running')).toHaveLength(7);
  }
});

test('one flipped bit in any tile on the way makes it fail', async () => {
  for (const path of ['tile/0/001', 'tile/1/000.p/2', 'tile/0/002.p/188']) {
    const { verdict, failed } = await verified(eventAt(300), {
      fetch: (asked) => {
        const bytes = log.read(asked);
        if (asked !== path || bytes === undefined) return Promise.resolve(bytes);
        const damaged = Uint8Array.from(bytes);
        damaged[40] = (damaged[40] ?? 0) ^ 1;
        return Promise.resolve(damaged);
      },
    });
    expect([path, verdict, failed.includes('inclusion')]).toEqual([path, 'failed', true]);
  }
});

test('an event that is shown differently from what the log keeps fails by name', async () => {
  const event = { ...eventAt(7), outcome: 'denied' as const, details: { order: 8, name: 'Checkout' } };
  const { verdict, failed, steps } = await verified(event);
  expect(verdict).toBe('failed');
  expect(failed).toEqual(['shown']);
  expect(steps[0]?.text).toContain('outcome, details');
});

test('bytes that are not of the log fail at the hash, on the way and in the receipt', async () => {
  const event = eventAt(7);
  const other = Buffer.from(leafAt(7)).toString('base64').replace('eyJh', 'eyJi');
  const { failed } = await verified({ ...event, proof: { ...event.proof, leaf: other } });
  expect(failed).toEqual(expect.arrayContaining(['leaf', 'inclusion', 'stored', 'receipt']));
});

test('a log that was rewritten or cut under the same key is noticed by what the browser remembers', async () => {
  const notes = new Map<string, string>();
  expect((await verified(eventAt(3), { notes })).verdict).toBe('verified');
  const rewritten = createMockLog(origin, leaves.with(650, leafAt(3)), logKeys);
  const forked = await verified(eventAt(3, rewritten), { notes, served: rewritten });
  expect(forked.failed).toEqual(['checkpoint']);
  const shortened = createMockLog(origin, leaves.slice(0, 600), logKeys);
  const behind = await verified(eventAt(3, shortened), { notes, served: shortened });
  expect(behind.failed).toEqual(['checkpoint']);
  // What did not continue the remembered checkpoint never takes its place.
  expect((await verified(eventAt(3), { notes })).verdict).toBe('verified');
});

test('another key than before fails, and is not remembered', async () => {
  const keys = new Map<string, string>();
  await verified(eventAt(3), { keys });
  const forged = createMockLog(origin, log.leaves);
  const { failed } = await verified(eventAt(3, forged), { keys, served: forged });
  expect(failed).toContain('key');
  expect(keys.get(origin)).toBe(log.vkey);
});

test('a key that a person brings decides, and the wrong one fails', async () => {
  expect((await verified(eventAt(3), { ownKey: log.vkey })).verdict).toBe('verified');
  const forged = createMockLog(origin, log.leaves);
  expect((await verified(eventAt(3), { ownKey: forged.vkey })).failed).toContain('checkpoint');
});

test('what the policy does not trust fails at the receipt', async () => {
  const forged = createMockLog(origin, log.leaves);
  const { failed } = await verified(eventAt(3), { policy: `log ${forged.vkey}\nquorum none\n` });
  expect(failed).toEqual(['receipt']);
});

test('a log that cannot be reached proves nothing, and says so', async () => {
  const { verdict, failed } = await verified(eventAt(3), {
    fetch: () => Promise.reject(new Error('The server answered 503.')),
  });
  expect(verdict).toBe('unknown');
  expect(failed).toEqual([]);
});

test('an entry whose content is past its retention still verifies by its hash', async () => {
  const { verdict, steps } = await verified(eventAt(3), {
    fetch: (path) => Promise.resolve(path.startsWith('tile/entries/') ? undefined : log.read(path)),
  });
  expect(verdict).toBe('verified');
  expect(steps.find(({ name }) => name === 'stored')?.state).toBe('absent');
});

test('an event that the log has not signed within a few seconds is not verified', async () => {
  const early = createMockLog(origin, log.leaves.slice(0, 5));
  const { failed } = await verified(eventAt(6), { served: early });
  expect(failed).toContain('checkpoint');
});
