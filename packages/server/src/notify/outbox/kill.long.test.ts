import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { startPostgres } from '../../../test/stores.ts';
import { openState } from '../../storage/state/open.ts';
import { channelOf, createWorld, firing, resolved, send, startReceiver, until } from '../test/world.ts';

const program = fileURLToPath(new URL('../test/sender-process.ts', import.meta.url));

async function spawnSender(url: string, name: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, url, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the sender ended by itself (${code})`)));
  });
  return child;
}

/** Kills `senders` processes over and over while alerts come in, then lets the last ones finish. */
async function killAndCount(url: string, { senders, kills }: { senders: number; kills: number }) {
  const state = await openState({ url, clock: systemClock, log: silentLogger });
  const receiver = await startReceiver((response, _received, count) => {
    setTimeout(() => response.end('ok'), count % 30);
  });
  const { notify } = await createWorld(state, { node: 'writer' });
  const channel = await notify.channels.create(
    channelOf('webhook', { url: receiver.url, secret: 'a-secret-of-some-length' }),
  );
  const alerts = Array.from({ length: kills * 5 }, (_, index) => `alr_${index}`);
  let next = 0;
  const children: ChildProcess[] = [];
  for (let count = 0; count < senders; count += 1) children.push(await spawnSender(url, `s${count}`));
  for (let kill = 0; kill < kills; kill += 1) {
    const some = alerts.slice(next, next + 5);
    next += 5;
    for (const id of some) {
      await send(state, notify, [firing(id, { channelIds: [channel.id] })]);
      await send(state, notify, [resolved(id, { channelIds: [channel.id] })]);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    const victim = Math.floor(Math.random() * senders);
    children[victim]?.removeAllListeners('exit');
    const ended = new Promise((resolve) => children[victim]?.once('exit', resolve));
    children[victim]?.kill('SIGKILL');
    await ended;
    children[victim] = await spawnSender(url, `s${victim}-${kill}`);
  }
  await until(async () => (await notify.deliveries.counts()).pending === 0, 60_000);
  for (const child of children) {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  const keysOf = new Map<string, Set<string>>();
  const order = new Map<string, string[]>();
  for (const { headers, body } of receiver.received) {
    const { alert, step } = JSON.parse(body) as { alert: { id: string }; step: string };
    const name = `${alert.id}/${step}`;
    keysOf.set(name, (keysOf.get(name) ?? new Set()).add(String(headers['idempotency-key'])));
    order.set(alert.id, [...(order.get(alert.id) ?? []), step]);
  }
  const wanted = alerts.flatMap((id) => [`${id}/firing-1`, `${id}/resolved-1`]);
  expect([...keysOf.keys()].toSorted()).toEqual(wanted.toSorted());
  expect([...keysOf.values()].filter((keys) => keys.size !== 1)).toEqual([]);
  for (const steps of order.values())
    expect(steps.lastIndexOf('firing-1')).toBeLessThan(steps.indexOf('resolved-1'));
  const counts = await notify.deliveries.counts();
  expect(counts).toMatchObject({ delivered: wanted.length, failed: 0, pending: 0 });
  await receiver.close();
  return state;
}

test(
  '40 kills of the sender lose nothing, and no notification has two keys (SQLite)',
  { timeout: 240_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'custos-kill-'));
    const state = await killAndCount(`sqlite:${join(directory, 'state.sqlite')}`, { senders: 1, kills: 40 });
    const check = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(state.read);
    expect(check.rows).toEqual([{ integrity_check: 'ok' }]);
    await state.close();
    rmSync(directory, { recursive: true, force: true });
  },
);

test(
  'two senders on one PostgreSQL, either killed 30 times, lose nothing',
  { timeout: 240_000 },
  async () => {
    const server = await startPostgres();
    const state = await killAndCount(await server.createDatabase(), { senders: 2, kills: 30 });
    await state.close();
    await server.stop();
  },
);
