import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { writeBundle } from '../verifier/bundle.ts';
import {
  openAuditLog,
  parsePolicy,
  verifyLog,
  verifyProof,
  type AuditFilter,
  type AuditLog,
  type AuditLogOptions,
  type EventDraft,
  type FoundEvent,
} from './index.ts';

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'custos-library-'));
  cleaning.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function opened(directory: string, options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  const audit = await openAuditLog(directory, { source: 'shop', origin: 'example.com/shop', ...options });
  cleaning.push(() => audit.close());
  return audit;
}

const ada = { type: 'user', id: 'usr_ada', name: 'Ada Lovelace' };
const status = (after: string): EventDraft => ({
  type: 'user.status-change',
  outcome: 'succeeded',
  actor: ada,
  target: { type: 'user', id: 'usr_bob' },
  details: { after },
});
const payment = (reference: string): EventDraft => ({
  type: 'transaction.record',
  outcome: 'succeeded',
  actor: ada,
  details: { transactionId: reference, kind: 'payment', amount: '12.50', currency: 'EUR' },
});

async function all(audit: AuditLog, filter: AuditFilter = {}): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  for await (const one of audit.query(filter)) found.push(one);
  return found;
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const holds = (directory: string, text: string): string[] =>
  filesBelow(directory).filter((path) => readFileSync(path).includes(text));

test('an event is on record with a place, a receipt that verifies elsewhere, and is found after a restart', async () => {
  const directory = temporary();
  const first = await opened(directory);
  const recorded = await first.record(status('suspended'));
  expect(recorded).toMatchObject({ id: expect.stringMatching(/^aud_/), log: 'security', index: 0 });
  await first.close();

  const second = await opened(directory);
  const found = await second.find(recorded.id);
  expect(found).toMatchObject({
    log: 'security',
    index: 0,
    event: { source: 'shop', type: 'user.status-change' },
  });
  const receipt = await second.receipt(recorded.id);
  const policy = parsePolicy(second.policy());
  const entry = await second.entry(recorded);
  expect(verifyProof(receipt, entry, policy)).toEqual({
    valid: true,
    index: 0,
    origin: 'example.com/shop/security',
  });
  expect(verifyProof(receipt, Buffer.concat([entry, Buffer.from(' ')]), policy).valid).toBe(false);
  expect((await second.record(status('active'))).index).toBe(1);
  expect(await second.verify()).toMatchObject({ valid: true, entries: 2, sealsChecked: true });
  expect(second.health().status).toBe('ok');
  await expect(second.receipt('aud_none')).rejects.toMatchObject({ code: 'not_found' });
});

test('the verifier in another language accepts what the library wrote, and refuses it when it was changed', async () => {
  const directory = temporary();
  const audit = await opened(directory);
  const recorded = await audit.record(status('suspended'));
  const proof = (await audit.receipt(recorded)).toString('utf8');
  const verify = async (leaf: Uint8Array): Promise<number> => {
    const file = join(temporary(), 'bundle.json');
    const parts = writeBundle({
      policy: audit.policy(),
      checkpoints: [],
      events: [{ leaf, proof, disclosures: [] }],
    });
    let text = '';
    for await (const part of parts) text += part;
    writeFileSync(file, text);
    try {
      execFileSync('python3', [join(import.meta.dirname, '../verifier/verify.py'), file], { stdio: 'pipe' });
      return 0;
    } catch (error) {
      return (error as { status: number }).status;
    }
  };
  const leaf = await audit.entry(recorded);
  expect(await verify(leaf)).toBe(0);
  expect(await verify(Buffer.from(leaf.toString('utf8').replace('suspended', 'activated')))).toBe(1);
});

test('a wrong event is refused with its fields, alone among others', async () => {
  const audit = await opened(temporary());
  const wrong = { ...status('x'), outcome: 'maybe' } as unknown as EventDraft;
  await expect(audit.record(wrong)).rejects.toMatchObject({
    code: 'invalid_input',
    fields: [{ field: 'outcome' }],
  });
  await expect(audit.record({ ...status('x'), type: 'shop.unknown' })).rejects.toMatchObject({
    code: 'invalid_input',
    fields: [{ field: 'type' }],
  });
  const chosen = { ...payment('t-1'), id: 'pay-1', details: { ...payment('t-1').details, account: 'DE02' } };
  const results = await audit.recordMany([chosen, wrong, chosen, status('active')]);
  expect(results.map((result) => result.status)).toEqual(['accepted', 'rejected', 'rejected', 'accepted']);
  expect(results[2]).toMatchObject({ code: 'conflict' });
  await expect(audit.record(chosen)).rejects.toMatchObject({ code: 'conflict' });
  expect((await all(audit)).map(({ event }) => event.type)).toEqual([
    'user.status-change',
    'transaction.record',
  ]);
});

test('more events than one batch takes keep their order and have a place each', async () => {
  const audit = await opened(temporary());
  const results = await audit.recordMany(Array.from({ length: 2500 }, (_, number) => payment(`t-${number}`)));
  const indexes = results.map((result) => (result.status === 'accepted' ? result.index : -1));
  expect(indexes).toEqual(Array.from({ length: 2500 }, (_, index) => index));
  const found = await all(audit, { log: 'financial' });
  expect(found.map(({ event }) => event.details['transactionId'])).toEqual(
    Array.from({ length: 2500 }, (_, number) => `t-${2499 - number}`),
  );
});

test('queries filter as the server does, newest first over all logs', async () => {
  const clock = createManualClock();
  const audit = await opened(temporary(), { clock, checkpointMs: 0 });
  const start = clock.now();
  for (const event of [status('a'), payment('t-1'), status('b'), payment('t-2')]) {
    await audit.record(event);
    clock.jump(1000);
  }
  const details = async (filter: AuditFilter): Promise<unknown[]> =>
    (await all(audit, filter)).map(({ event }) => event.details['after'] ?? event.details['transactionId']);
  expect(await details({})).toEqual(['t-2', 'b', 't-1', 'a']);
  expect(await details({ type: 'transaction.record' })).toEqual(['t-2', 't-1']);
  expect(await details({ party: 'usr_bob' })).toEqual(['b', 'a']);
  expect(await details({ from: start + 1000, to: start + 3000 })).toEqual(['b', 't-1']);
  expect(await details({ details: [{ path: 'transactionId', value: 't-1' }] })).toEqual(['t-1']);
  expect(await details({ text: 'T-2' })).toEqual(['t-2']);
  expect(await details({ actor: 'usr_eve' })).toEqual([]);
  const first = audit.query({});
  expect((await first.next()).value).toMatchObject({ event: { type: 'transaction.record' } });
  await first.return(undefined);
});

test('sensitive fields are in no file, can be disclosed on record, and are gone after an erasure', async () => {
  const directory = temporary();
  const audit = await opened(directory);
  const canary = `canary-${randomBytes(8).toString('hex')}`;
  const actor = { type: 'user', id: 'usr_17', name: canary };
  const { id } = await audit.record({ ...status('suspended'), actor, address: '203.0.113.7' });
  const before = {
    receipt: await audit.receipt(id),
    entry: await audit.entry({ log: 'security', index: 0 }),
  };
  expect(holds(directory, canary)).toEqual([]);
  // The scan does find what is there.
  expect(holds(directory, 'usr_17').length).toBeGreaterThan(0);

  const asker = { actor: { type: 'user', id: 'usr_dpo' }, reason: 'request 7' };
  expect(await audit.disclose(id, asker)).toEqual(
    new Map([
      ['actor.name', canary],
      ['address', '203.0.113.7'],
    ]),
  );
  expect((await all(audit))[0]?.event).toMatchObject({
    type: 'data.access',
    action: 'audit.disclose',
    actor: { id: 'usr_dpo' },
  });

  const report = await audit.erase({ tenant: null, type: 'user', id: 'usr_17' }, asker);
  expect(report).toMatchObject({ keyDestroyed: true, fields: 2, events: 1 });
  expect(await audit.disclose(id, asker)).toEqual(new Map());
  const erasures = (await all(audit, { type: 'data.erasure' })).map(({ event }) => [
    event.outcome,
    event.details['fields'],
  ]);
  expect(erasures).toEqual([
    ['succeeded', 2],
    ['attempted', 0],
  ]);
  expect(verifyProof(before.receipt, before.entry, parsePolicy(audit.policy())).valid).toBe(true);
  expect((await audit.verify()).valid).toBe(true);
});

test('own types and own logs, from plain data', async () => {
  const audit = await opened(temporary(), {
    logs: ['marketing'],
    types: [
      {
        type: 'shop.coupon-used',
        title: 'Coupon used',
        retention: 'marketing',
        fields: { code: { kind: 'text', required: true }, email: { kind: 'text', sensitive: 'actor' } },
      },
    ],
  });
  const event = { type: 'shop.coupon-used', outcome: 'succeeded', actor: ada } as const;
  expect(await audit.record({ ...event, details: { code: 'X', email: 'a@b.c' } })).toMatchObject({
    log: 'marketing',
  });
  await expect(audit.record(event)).rejects.toMatchObject({ fields: [{ field: 'details.code' }] });
  await expect(
    opened(temporary(), { types: [{ type: 'x', title: '', retention: 'none', fields: {} }] }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

test('there is no rate limit unless one is given, and then drops are counted in the log', async () => {
  const directory = temporary();
  const audit = await opened(directory, {
    limits: { perSecond: 1, burst: 3 },
    types: [{ type: 'shop.seen', title: 'Seen', retention: 'general', fields: {} }],
  });
  const seen = { type: 'shop.seen', outcome: 'succeeded', actor: ada } as const;
  const results = await audit.recordMany(Array.from({ length: 10 }, () => seen));
  expect(results.map((result) => result.status)).toEqual([
    ...Array.from({ length: 3 }, () => 'accepted'),
    ...Array.from({ length: 7 }, () => 'dropped'),
  ]);
  await expect(audit.record(seen)).rejects.toMatchObject({ code: 'rate_limited' });
  await audit.close();
  const again = await opened(directory);
  expect((await all(again, { type: 'intake.rate-limited' }))[0]?.event.details).toMatchObject({ dropped: 8 });
});

test('a changed byte is found, and where', async () => {
  const directory = temporary();
  const audit = await opened(directory);
  for (let number = 0; number < 20; number += 1) await audit.record(status(`state-${number}`));
  const policy = parsePolicy(audit.policy());
  await audit.close();
  expect((await verifyLog(join(directory, 'ledger'), policy)).valid).toBe(true);
  const [segment = ''] = filesBelow(join(directory, 'ledger/journal')).filter((path) =>
    path.endsWith('.segment'),
  );
  const bytes = readFileSync(segment);
  bytes.write('state-X', bytes.indexOf('state-7'));
  writeFileSync(segment, bytes);
  const { valid, findings } = await verifyLog(join(directory, 'ledger'), policy);
  expect(valid).toBe(false);
  expect(findings.some(({ log, from, to }) => log === 'security' && from <= 7 && to > 7)).toBe(true);
});

test('files are the owner’s alone, the secret is kept, and another one is refused', async () => {
  const directory = join(temporary(), 'audit');
  const audit = await opened(directory);
  await audit.record(status('a'));
  for (const path of filesBelow(directory)) expect(statSync(path).mode & 0o077, path).toBe(0);
  await expect(openAuditLog(directory, { source: 'shop', origin: 'example.com/shop' })).rejects.toMatchObject(
    {
      code: 'data_directory_in_use',
    },
  );
  await audit.close();
  await expect(opened(directory, { secret: randomBytes(32).toString('hex') })).rejects.toMatchObject({
    code: expect.stringMatching(/^(ledger_damaged|secret_key_wrong|ledger_forked)$/),
  });
  await expect(opened(directory, { secret: 'password' })).rejects.toMatchObject({ code: 'invalid_input' });
  const again = await opened(directory);
  expect((await again.record(status('b'))).index).toBe(1);
});

test('with a secret from elsewhere none is written, and the vault’s keys can be exchanged', async () => {
  const directory = temporary();
  const secret = randomBytes(32).toString('base64');
  const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const first = await opened(directory, { secret, vaultKeys: older });
  const { id } = await first.record(status('a'));
  await first.close();
  expect(readdirSync(directory)).not.toContain('secret.key');
  await expect(opened(directory, { secret, vaultKeys: newer })).rejects.toMatchObject({
    code: 'secret_key_wrong',
  });
  const second = await opened(directory, { secret, vaultKeys: `${newer},${older}` });
  expect(await second.disclose(id, { actor: ada })).toEqual(new Map([['actor.name', ada.name]]));
});

test('what was acknowledged survives kill -9, at its place', { timeout: 60_000 }, async () => {
  const directory = temporary();
  let acknowledged: string[][] = [];
  for (let round = 0; round < 5; round += 1) {
    const child = spawn(process.execPath, [
      new URL('./kill-child-fixture.ts', import.meta.url).pathname,
      directory,
    ]);
    cleaning.push(() => void child.kill('SIGKILL'));
    let output = '';
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    const begun = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        output += String(chunk);
        if (output.length > 2000) resolve();
      });
      child.once('close', () => resolve());
    });
    await begun;
    await new Promise((resolve) => setTimeout(resolve, 30 * round));
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
    expect(errors).toBe('');
    acknowledged = [
      ...acknowledged,
      ...output
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' ')),
    ];
  }
  const audit = await opened(directory, { origin: undefined });
  expect(acknowledged.length).toBeGreaterThan(100);
  for (const [id, log = '', index] of acknowledged) {
    const entry = JSON.parse((await audit.entry({ log, index: Number(index) })).toString('utf8')) as {
      id: string;
    };
    expect(entry.id).toBe(id);
  }
  expect(await audit.verify()).toMatchObject({ valid: true });
});
