import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@custos/client';
import { createClient } from '@custos/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { discard, eventually, launch, serve, setUp, type Served } from '../../../test/serve.ts';
import { runAudit } from './run-fixture.ts';

/** One installation through its life: read, backed up while it runs, restored too old, and resumed. */

let served: Served;
let sender: Client;
let config: string;
let connection: string[];
const directory = mkdtempSync(join(tmpdir(), 'custos-audit-host-'));
const backups = join(directory, 'backups');
const ledger = join(directory, 'data', 'ledger');

const settings = () => ({
  columns: { enabled: false },
  audit: { origin: 'audit.example.com/test', backup: { address: backups, keep: 2 } },
});

async function record(count: number, first = 0): Promise<void> {
  for (let at = first; at < first + count; at += 1) {
    await sender.audit.record({
      type: at % 2 === 0 ? 'application.act' : 'user.status-change',
      action: 'order.refund',
      outcome: 'succeeded',
      actor: { type: 'user', id: `usr_${at}` },
      details: at % 2 === 0 ? { order: at } : { before: 'active', after: 'closed' },
    });
  }
}

async function restart(): Promise<void> {
  served = await serve({ directory, port: served.port, config: settings() });
}

beforeAll(async () => {
  served = await serve({ directory, config: settings() });
  const admin = await setUp(served);
  const { token } = await admin.tokens.create({
    name: 'shop',
    permissions: ['audit.read', 'audit.write'],
    expiresInDays: 1,
  });
  const tokenFile = join(directory, 'token');
  writeFileSync(tokenFile, `${token}\n`);
  sender = createClient({ baseUrl: served.url, token });
  config = join(directory, 'custos.yaml');
  connection = ['--url', served.url, '--token-file', tokenFile];
  await record(6);
}, 60_000);
afterAll(async () => {
  // Undefined when it did not start.
  if ((served as Served | undefined) !== undefined) await discard(served);
  rmSync(directory, { recursive: true, force: true });
});

test('query finds what was recorded, newest first, and refuses a word that is none by its field', async () => {
  const { code, out } = await runAudit('query', ...connection, '--action', 'order', '--limit', '3', '--json');
  expect(code).toBe(0);
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { actor: { id: string } });
  expect(events.map(({ actor }) => actor.id)).toEqual(['usr_5', 'usr_4', 'usr_3']);
  const wrong = await runAudit('query', ...connection, '--outcome', 'perhaps');
  expect(wrong).toMatchObject({ code: 1, error: expect.stringMatching(/\n {2}outcome: /) });
  expect((await runAudit('query', '--url', served.url)).code).toBe(1);
});

test('tail shows the newest, oldest first', async () => {
  const { out } = await runAudit('tail', ...connection, '-n', '2', '--action', 'order.refund');
  const lines = out.trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('user:usr_4');
  expect(lines[1]).toContain('user:usr_5');
});

test('export writes a file that is whole', async () => {
  const file = join(directory, 'events.csv');
  const args = ['export', ...connection, '--action', 'order.refund', '--format', 'csv', '-o', file];
  expect((await runAudit(...args)).code).toBe(0);
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(7);
  expect(existsSync(`${file}.part`)).toBe(false);
  const out = await runAudit('export', ...connection, '--action', 'order.refund');
  expect(out.out.trim().split('\n')).toHaveLength(6);
  expect((await runAudit('export', ...connection, '--format', 'pdf')).error).toContain('--format must be');
});

test('the ledger of this host verifies beside the running server', async () => {
  const { code, out } = await runAudit('verify', '-c', config);
  expect(out).toContain('signed as audit.example.com/test/security');
  expect(code).toBe(0);
});

test('the server verifies over HTTP, proves an event, and tells how its audit log is', async () => {
  const { items } = await sender.audit.list({ action: 'order.refund', limit: 1 });
  const proven = await runAudit('prove', items[0]?.id ?? '', ...connection);
  expect(proven).toMatchObject({ code: 0, out: expect.stringContaining('Proven: ') });
  const policy = join(directory, 'own.policy');
  const told = await runAudit('witness', ...connection, '--policy');
  writeFileSync(policy, told.out);
  const remember = join(directory, 'seen.json');
  const args = ['verify', ...connection, '--policy', policy, '--remember', remember, '--json'];
  expect(JSON.parse((await runAudit(...args)).out)).toMatchObject({ verified: true });
  await record(2, 50);
  const again = await eventually(async () => {
    const { out } = await runAudit(...args);
    const { verified, logs } = JSON.parse(out) as { verified: boolean; logs: { continues: number }[] };
    return verified && logs.some(({ continues }) => continues > 0) && out;
  });
  expect(again).toContain('audit.example.com/test/general');

  expect((await runAudit('stats', ...connection)).out).toContain('in files');
  const witness = await runAudit('witness', ...connection);
  expect(witness).toMatchObject({ code: 0, out: expect.stringContaining('No witness and no anchor') });
  const health = await runAudit('health', ...connection, '--verbose');
  // How full the disk of this machine is, is part of it.
  const [, word = ''] = /^CUSTOS AUDIT (OK|WARNING|CRITICAL) - /.exec(health.out) ?? [];
  expect(health.code).toBe(['OK', 'WARNING', 'CRITICAL'].indexOf(word));
  expect(health.out).toMatch(/\| .*buffer=\d+;500;800;0/);
  expect((await runAudit('health', '--url', served.url)).code).toBe(3);
});

test('backups are made, listed, checked and cleaned up beside the running server', async () => {
  for (const args of [[], ['--compression', 'gzip', '--level', '9'], ['--plain', '--compression', 'none']]) {
    expect(await runAudit('backup', 'create', '-c', config, ...args)).toMatchObject({ code: 0 });
  }
  const listed = JSON.parse((await runAudit('backup', 'list', '-c', config, '--json')).out) as {
    backups: { id: string; keyId: string | null; logs: { name: string; size: number }[] }[];
  };
  expect(listed.backups.map(({ keyId }) => keyId === null)).toEqual([true, false, false]);
  expect(listed.backups[0]?.logs.find(({ name }) => name === 'general')?.size).toBe(4);

  const oldest = listed.backups[2]?.id ?? '';
  expect(await runAudit('backup', 'check', oldest, '-c', config)).toMatchObject({ code: 0 });
  const cleaned = await runAudit('backup', 'cleanup', '-c', config);
  expect(cleaned.out).toContain('Kept 2, removed 1.');
  expect((await runAudit('backup', 'check', oldest, '-c', config)).code).toBe(1);

  const elsewhere = join(directory, 'elsewhere');
  expect(await runAudit('backup', 'create', '-c', config, '--address', elsewhere)).toMatchObject({ code: 0 });
  expect((await runAudit('backup', 'list', '-c', config, '--address', elsewhere)).out).toContain('bkp_');
  for (const wrong of [
    ['--address', 'ftp://x'],
    ['--level', '10'],
    ['--compression', 'rar'],
  ]) {
    expect((await runAudit('backup', 'create', '-c', config, ...wrong)).code, wrong.join(' ')).toBe(1);
  }
});

test('what commands on the host did is on record in the log that they are about', async () => {
  const acts = await eventually(async () => {
    const { items } = await sender.audit.list({ action: 'audit-backup', limit: 100 });
    return items.length >= 10 && items;
  });
  const seen = new Set(acts.map(({ action, outcome }) => `${action} ${outcome}`));
  expect([...seen].toSorted()).toEqual(
    ['audit-backup.cleanup', 'audit-backup.create'].flatMap((action) => [
      `${action} attempted`,
      `${action} succeeded`,
    ]),
  );
});

test('a damaged backup is told and not restored', async () => {
  const into = join(directory, 'not-restored');
  const data = readdirSync(backups, { recursive: true, withFileTypes: true }).find(
    ({ name, parentPath }) => name === 'data' && parentPath.includes('.segment'),
  );
  if (data === undefined) throw new Error('There is no backup to damage.');
  const path = join(data.parentPath, data.name);
  const bytes = readFileSync(path);
  const damaged = Buffer.from(bytes);
  damaged[100] = (damaged[100] as number) ^ 1;
  writeFileSync(path, damaged);
  const id = /bkp_[0-9a-z]+/.exec(path)?.[0] ?? '';
  const ran = await runAudit('backup', 'restore', id, '--into', into, '-c', config);
  expect(ran).toMatchObject({ code: 1, error: expect.stringContaining('damaged') });
  expect(existsSync(into) && readdirSync(into).length > 0).toBe(false);
  writeFileSync(path, bytes);
});

test('resume is refused while the server runs', async () => {
  const args = ['--log', 'security', '--origin', 'audit.example.com/other', '-c', config];
  expect(await runAudit('resume', ...args)).toMatchObject({
    code: 1,
    error: expect.stringContaining('Stop it first'),
  });
});

test('a backup that is restored too old does not sign until each log is resumed, and then goes on', async () => {
  await record(4, 6);
  const into = join(directory, 'restored');
  const restored = await runAudit('backup', 'restore', '--into', into, '-c', config);
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('Restored into') });
  await served.stop();
  const nothing = ['resume', '--log', 'security', '--origin', 'audit.example.com/again', '-c', config];
  expect((await runAudit(...nothing)).error).toContain('nothing to resume');

  // The newest marks stay, as README of audit/backup asks for.
  const newest = join(directory, 'newest');
  renameSync(ledger, newest);
  mkdirSync(ledger);
  cpSync(into, ledger, { recursive: true });
  rmSync(join(ledger, 'heads'), { recursive: true });
  cpSync(join(newest, 'heads'), join(ledger, 'heads'), { recursive: true });

  const refused = await launch({ directory, port: served.port, config: settings() });
  expect(await refused.exited).not.toBe(0);
  expect(refused.output()).toContain('resume under a new origin');

  const resume = (log: string) =>
    runAudit('resume', '--log', log, '--origin', `audit.example.com/test/${log}-2`, '-c', config);
  const first = await resume('general');
  expect(first).toMatchObject({ code: 1, out: expect.stringContaining('does not open yet') });
  const second = await resume('security');
  expect(second).toMatchObject({ code: 0, out: expect.stringContaining('goes on as audit.example.com') });

  await restart();
  await record(2, 20);
  const { items } = await sender.audit.list({ action: 'ledger.resume' });
  expect(new Set(items.map(({ target }) => target?.id))).toEqual(new Set(['general', 'security']));
  expect(items).toHaveLength(2);
  expect(items[0]?.details).toMatchObject({ oldOrigin: expect.stringContaining('audit.example.com/test/') });
  const { code, out } = await runAudit('verify', '-c', config);
  expect(out).toContain('signed as audit.example.com/test/security-2');
  expect(code).toBe(0);
}, 60_000);
