import { spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { RecorderProblem } from '../options.ts';
import type { EventQueue } from '../queue.ts';
import type { AuditRecorder } from '../recorder.ts';
import { auditServer, type AuditServer } from '../server-fixture.ts';
import { openAuditRecorder } from './open-recorder.ts';
import { openSpoolQueue } from './spool-queue.ts';

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'custos-spool-'));
  cleaning.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function serving(): Promise<AuditServer> {
  const server = await auditServer();
  cleaning.push(() => server.stop());
  return server;
}

async function spooled(
  spoolDirectory: string,
  url: string,
  problems: RecorderProblem[] = [],
): Promise<AuditRecorder> {
  const recorder = await openAuditRecorder({
    url,
    spoolDirectory,
    token: 'cst_good',
    flushIntervalMs: 30_000,
    onProblem: (problem) => problems.push(problem),
  });
  cleaning.push(() => recorder.close({ timeoutMs: 0 }));
  return recorder;
}

const event = (id: string) =>
  ({ id, type: 'user.status-change', outcome: 'succeeded', actor: { type: 'user', id: 'usr_1' } }) as const;
const nowhere = 'http://127.0.0.1:1';
const limits = { events: 100, bytes: 1_000_000 };
const files = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.endsWith('.spool'));
const textsOf = async (queue: EventQueue): Promise<string[]> => {
  const texts: string[] = [];
  for (;;) {
    const batch = await queue.next({ events: 3, bytes: 1_000_000 });
    if (batch === undefined) return texts;
    texts.push(...batch.events.map(({ text }) => text));
    await queue.finish();
  }
};

async function queueIn(directory: string, fileBytes?: number) {
  const damages: string[] = [];
  const queue = await openSpoolQueue({ directory, fileBytes, onDamage: (message) => damages.push(message) });
  cleaning.push(() => queue.close());
  return { queue, damages };
}

function child(args: readonly string[]) {
  const started = spawn(
    process.execPath,
    [new URL('./spool-child-fixture.ts', import.meta.url).pathname, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<string>((resolve) =>
    started.once('close', (code, signal) => resolve(signal ?? String(code))),
  );
  cleaning.push(() => void started.kill('SIGKILL'));
  const says = async (text: string): Promise<void> => {
    for (let tries = 0; !output.includes(text); tries += 1) {
      if (tries > 1000) throw new Error(`"${text}" did not happen:\n${output.slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { process: started, ended, says, output: () => output };
}

test('what was taken while the server was away is sent by the next recorder, in order, and the disk is free again', async () => {
  const directory = temporary();
  const first = await spooled(directory, nowhere);
  for (let number = 0; number < 250; number += 1) await first.enqueue(event(`e-${number}`));
  expect(first.status()).toMatchObject({ keptOn: 'disk', waiting: { events: 250 } });
  expect(await first.close({ timeoutMs: 100 })).toEqual({ kept: 250, lost: 0 });

  const server = await serving();
  const second = await spooled(directory, server.url);
  expect(second.status().waiting.events).toBe(250);
  await second.flush();
  expect(server.ids()).toEqual(Array.from({ length: 250 }, (_, number) => `e-${number}`));
  expect(await second.close()).toEqual({ kept: 0, lost: 0 });
  expect(readdirSync(directory)).toEqual([]);
});

test('files are for their owner alone', async () => {
  const directory = join(temporary(), 'made', 'here');
  const recorder = await spooled(directory, nowhere);
  await recorder.enqueue(event('e-0'));
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
});

test(
  'events that were taken before a kill -9 are sent once, whatever the server had stored of them',
  { timeout: 120_000 },
  async () => {
    const server = await serving();
    const directory = temporary();
    const taken: string[] = [];
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 12; round += 1) {
      if (round % 2 === 0) server.faults.push('cut-after-storing', { status: 503 }, 'half-answer');
      if (round % 3 === 2) server.faults.push('hang');
      const one = child([server.url, directory, `r${round}`, 'enqueue']);
      await one.says('open');
      await new Promise((resolve) => setTimeout(resolve, random(250)));
      one.process.kill('SIGKILL');
      expect(await one.ended, one.output().slice(-2000)).toBe('SIGKILL');
      taken.push(...[...one.output().matchAll(/^taken (\S+)\n/gm)].map(([, id = '']) => id));
    }
    server.faults.length = 0;
    const last = child([server.url, directory, 'last', 'drain']);
    expect(await last.ended, last.output()).toBe('0');
    const ids = server.ids();
    const stored = new Set(ids);
    expect(taken.length).toBeGreaterThan(100);
    expect(taken.filter((id) => !stored.has(id))).toEqual([]);
    expect(ids.length).toBe(stored.size);
    // Batches were in fact repeated under their keys, else this would prove nothing.
    const keys = server.batches.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(new Set(keys).size);
    expect(readdirSync(directory)).toEqual([]);
  },
);

test('a program that ends by itself, or at a signal that it gave us, sends what waits', async () => {
  const server = await serving();
  const directory = temporary();
  const ending = child([server.url, directory, 'ending', 'three', '30000']);
  expect(await ending.ended, ending.output()).toBe('0');
  expect(server.ids()).toEqual(['ending-1', 'ending-2', 'ending-3']);
  const told = child([server.url, directory, 'told', 'wait', '30000']);
  await told.says('done');
  told.process.kill('SIGTERM');
  expect(await told.ended).toBe('SIGTERM');
  expect(server.ids().slice(3)).toEqual(['told-1', 'told-2', 'told-3']);
});

test('a torn last line is dropped and told, and everything before it is sent', async () => {
  const directory = temporary();
  const first = await spooled(directory, nowhere);
  for (const id of ['a', 'b', 'c']) await first.enqueue(event(id));
  await first.close({ timeoutMs: 50 });
  const path = join(directory, files(directory).at(-1) ?? '');
  appendFileSync(path, '1234abcd {"kind":"event","seq":4,"te');
  const server = await serving();
  const problems: RecorderProblem[] = [];
  const second = await spooled(directory, server.url, problems);
  await second.flush();
  expect(server.ids()).toEqual(['a', 'b', 'c']);
  expect(problems.map(({ kind }) => kind)).toEqual(['damaged']);
  expect(problems[0]?.message).toContain('was torn');
});

test('every byte of a file may change: what is left is sent once, and what is lost is told', async () => {
  const made = temporary();
  const { queue } = await queueIn(made);
  for (let number = 0; number < 5; number += 1) await queue.append(`{"id":"e${number}"}`).kept;
  await queue.next({ events: 3, bytes: 1_000_000 });
  const [name = ''] = files(made);
  const bytes = readFileSync(join(made, name));
  for (let place = 0; place < bytes.length; place += 3) {
    const directory = temporary();
    const copy = Buffer.from(bytes);
    copy[place] = (copy[place] ?? 0) ^ 0x15;
    writeFileSync(join(directory, name), copy);
    const { queue: hurt, damages } = await queueIn(directory);
    const texts = await textsOf(hurt);
    await hurt.close();
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBeGreaterThanOrEqual(3);
    for (const text of texts) expect(text).toMatch(/^\{"id":"e[0-4]"\}$/);
    expect(damages.length).toBeGreaterThan(0);
  }
});

test('a batch keeps its key and its events over restarts, and gets a new key when events of it are gone', async () => {
  const directory = temporary();
  const first = await queueIn(directory, 200);
  for (let number = 0; number < 8; number += 1) await first.queue.append(`{"id":"e${number}"}`).kept;
  const batch = await first.queue.next({ events: 5, bytes: 1_000_000 });
  expect(batch?.events).toHaveLength(5);
  await first.queue.append('{"id":"late"}').kept;
  await first.queue.close();
  const second = await queueIn(directory, 200);
  expect(await second.queue.next(limits)).toEqual(batch);
  await second.queue.close();
  expect(files(directory).length).toBeGreaterThan(2);
  rmSync(join(directory, files(directory)[0] ?? ''));
  const third = await queueIn(directory, 200);
  const other = await third.queue.next(limits);
  expect(other?.key).not.toBe(batch?.key);
  expect(other?.events.length).toBeLessThan(9);
  expect(third.damages.join()).toContain('under a new key');
});

test('files go away as the server answers for their events, and the queue lists them oldest first', async () => {
  const directory = temporary();
  const { queue } = await queueIn(directory, 300);
  const texts = Array.from(
    { length: 40 },
    (_, number) => `{"id":"e${number}","text":"${'x'.repeat(number)}"}`,
  );
  await Promise.all(texts.slice(0, 20).map((text) => queue.append(text).kept));
  for (const text of texts.slice(20)) await queue.append(text).kept;
  const before = files(directory).length;
  expect(before).toBeGreaterThan(5);
  const seen: string[] = [];
  for (let batch = await queue.next({ events: 7, bytes: 400 }); batch !== undefined;) {
    expect(batch.events.length).toBeLessThanOrEqual(7);
    seen.push(...batch.events.map(({ text }) => text));
    await queue.finish();
    batch = await queue.next({ events: 7, bytes: 400 });
  }
  expect(seen).toEqual(texts);
  expect(files(directory).length).toBeLessThanOrEqual(2);
  expect(queue.waiting()).toMatchObject({ events: 0, bytes: 0 });
});

test('while one process uses a directory no other can; a dead one does not hold it', async () => {
  const directory = temporary();
  const one = child([nowhere, directory, 'one', 'wait']);
  await one.says('done');
  await expect(spooled(directory, nowhere)).rejects.toMatchObject({ code: 'spool_in_use' });
  one.process.kill('SIGKILL');
  await one.ended;
  const next = await spooled(directory, nowhere);
  expect(next.status().waiting.events).toBe(3);
  await expect(spooled(directory, nowhere)).rejects.toMatchObject({ code: 'spool_in_use' });
});

test('a holder on another host counts as alive until it was silent for a minute, and one of our own number as dead', async () => {
  const directory = temporary();
  const lock = join(directory, 'lock');
  const heldBy = (host: string, pid: number, silentMs: number): void => {
    writeFileSync(lock, JSON.stringify({ host, pid, nonce: 'other' }));
    const at = (Date.now() - silentMs) / 1000;
    utimesSync(lock, at, at);
  };
  heldBy('elsewhere', 1, 30_000);
  await expect(queueIn(directory)).rejects.toMatchObject({ code: 'spool_in_use' });
  heldBy('elsewhere', 1, 61_000);
  const first = await queueIn(directory);
  await first.queue.close();
  // In a container the program has the same number after every start.
  heldBy(hostname(), process.pid, 0);
  const second = await queueIn(directory);
  await second.queue.close();
  expect(readdirSync(directory)).toEqual([]);
});

test('a disk that refuses is told to who records, and events are taken again when it is back', async () => {
  const directory = temporary();
  const { queue } = await queueIn(directory, 1);
  await queue.append('{"id":"a"}').kept;
  rmSync(directory, { recursive: true });
  await expect(queue.append('{"id":"b"}').kept).rejects.toMatchObject({ code: 'ENOENT' });
  mkdirSync(directory);
  await queue.append('{"id":"c"}').kept;
  expect(queue.waiting()).toMatchObject({ events: 2, newest: 3 });
});

test('a spool that cannot write refuses by name, and the recorder counts it', async () => {
  const directory = temporary();
  const problems: RecorderProblem[] = [];
  const recorder = await spooled(directory, nowhere, problems);
  rmSync(directory, { recursive: true });
  await expect(recorder.enqueue(event('e-0'))).rejects.toMatchObject({ code: 'spool_failed' });
  await expect(recorder.record(event('e-1'))).rejects.toMatchObject({ code: 'spool_failed' });
  expect(problems.map(({ kind }) => kind)).toEqual(['not-taken', 'not-taken']);
  expect(recorder.status()).toMatchObject({ waiting: { events: 0 }, counters: { notTaken: 2 } });
});
