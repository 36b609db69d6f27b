import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@custos/client';
import { afterEach, expect, test } from 'vitest';
import { fillDisk } from './columns-faults.ts';
import { startReceiver, startShop, type Receiver, type Shop } from './receivers.ts';
import { chooseSeed, seededRandom } from './seeded-random.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';

/** The columns store dies again and again, or has no room left, while everything else must go on. */
const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

/** The embedded engine's process: the child of the main process that runs the columns program. */
function engineOf(served: Served): number | undefined {
  const { pid } = served.process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children
    .filter((child) => child !== '')
    .map(Number)
    .find((child) => {
      try {
        return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('columns');
      } catch {
        return false;
      }
    });
}

interface Watched {
  readonly served: Served;
  readonly client: Client;
  readonly shops: readonly Shop[];
  readonly hook: Receiver;
  readonly probeIds: readonly string[];
  /** When each probe was checked, as it was told live. */
  readonly told: ReadonlyMap<string, Set<number>>;
  /** Ends what looks at `/readyz`; returns every answer it saw. */
  readiness(): Promise<{ readonly status: string; readonly code: number }[]>;
}

/** Starts Custos, four shops with a probe each second, a receiver of pages, and what watches Custos. */
async function startWatched(directory: string): Promise<Watched> {
  const [hook, ...shops] = await Promise.all([
    startReceiver(),
    startShop(),
    startShop(),
    startShop(),
    startShop(),
  ]);
  cleanUp.push(async () => {
    await Promise.all([hook.close(), ...shops.map((shop) => shop.kill().catch(() => undefined))]);
  });
  // Each outage is an alert of its own, however many there were before.
  const config = {
    network: { internal: ['127.0.0.0/8', 'localhost'], allowPlainHttp: true },
    flapping: { firings: 1_000_000 },
  };
  const served = await serve({ directory, config });
  cleanUp.push(async () => {
    await served.kill();
    spawnSync('umount', ['-l', join(directory, 'data', 'columns')], { stdio: 'ignore' });
    await discard(served);
  });
  const client = await setUp(served);
  await client.channels.create({ name: 'Hook', kind: 'webhook', options: { url: hook.url } });

  const told = new Map<string, Set<number>>();
  let resets = 0;
  const stream = client.openStream({
    types: ['probe.result'],
    onEvent: (event) => {
      if (event.type === 'reset') resets += 1;
      if (event.type !== 'probe.result') return;
      const { probeId, at } = event.data;
      told.set(probeId, (told.get(probeId) ?? new Set()).add(at));
    },
  });
  cleanUp.push(() => {
    stream.close();
    expect(resets).toBe(0);
  });
  await eventually(() => stream.state === 'live', { what: 'the stream' });
  const probeIds: string[] = [];
  for (const [index, shop] of shops.entries()) {
    const made = await client.probes.create({
      name: `Shop ${index}`,
      kind: 'http',
      intervalMs: 1000,
      timeoutMs: 800,
      options: { url: shop.url },
    });
    probeIds.push(made.id);
  }
  await eventually(async () => (await client.system.status()).columns.state === 'up', { what: 'columns' });

  const answers: { status: string; code: number }[] = [];
  const end = new AbortController();
  const looking = (async () => {
    while (!end.signal.aborted) {
      const reply = await fetch(`${served.url}/readyz`);
      const { status } = (await reply.json()) as { status: string };
      answers.push({ status, code: reply.status });
      await delay(200);
    }
  })();
  const readiness = async () => {
    end.abort();
    await looking;
    return answers;
  };
  cleanUp.push(async () => void (await readiness()));
  return { served, client, shops, hook, probeIds, told, readiness };
}

/** A shop dies: the page comes within five seconds of the second failure, and its end is told too. */
async function outage({ client, shops, hook, probeIds }: Watched, index: number): Promise<void> {
  const id = probeIds[index] ?? '';
  const pages = () => hook.received.filter(({ body }) => body.includes(id));
  const before = pages().length;
  await shops[index]?.kill();
  const down = await eventually(
    async () => {
      const view = await client.probes.get(id);
      return view.status === 'down' && view;
    },
    { what: `shop ${index} down` },
  );
  const page = await eventually(() => pages()[before], { what: 'the page', timeoutMs: 6000 });
  expect(page.at - (down.statusSince ?? 0)).toBeLessThan(5000);
  expect(page.body).toContain('"firing"');
  await shops[index]?.revive();
  const end = await eventually(() => pages()[before + 1], { what: 'the end' });
  expect(end.body).toContain('"resolved"');
}

/** When a probe was checked according to columns, each result as often as it is there. */
async function storedTimes(client: Client, id: string): Promise<number[]> {
  const times: number[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await client.probes.results(id, { limit: 500, ...(cursor && { cursor }) });
    times.push(...page.items.map(({ at }) => at));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return times.toSorted((left, right) => left - right);
}

/** Stops the checks and waits until nothing is left to hand over. */
async function settle({ client, probeIds }: Watched): Promise<void> {
  for (const id of probeIds) await client.probes.update(id, { paused: true });
  await eventually(
    async () => {
      const { columns } = await client.system.status();
      return columns.state === 'up' && columns.spooledBytes === 0;
    },
    { what: 'ingest to catch up', timeoutMs: 90_000 },
  );
  await delay(2000);
}

test('the engine killed for a minute: pages go on, readiness stays, and every result is kept once', async ({
  annotate,
}) => {
  const seed = chooseSeed();
  await annotate(`seed ${seed}; repeat with CUSTOS_TEST_SEED=${seed}`);
  const random = seededRandom(seed);
  const watched = await startWatched(mkdtempSync(join(tmpdir(), 'custos-columns-')));
  const { served, client, probeIds, told } = watched;
  const stop = new AbortController();
  let kills = 0;
  cleanUp.push(() => stop.abort());
  const killing = (async () => {
    let last: number | undefined;
    while (!stop.signal.aborted) {
      const pid = engineOf(served);
      if (pid !== undefined && pid !== last) {
        await delay(random() * 1500);
        process.kill(pid, 'SIGKILL');
        kills += 1;
        last = pid;
      }
      await delay(50);
    }
  })();
  const until = Date.now() + 60_000;
  for (let round = 0; Date.now() < until; round += 1) {
    await outage(watched, round % watched.shops.length);
    await delay(2000);
  }
  stop.abort();
  await killing;
  expect(kills).toBeGreaterThanOrEqual(4);
  const answers = await watched.readiness();
  expect(answers.filter(({ code }) => code !== 200)).toEqual([]);
  expect(answers.map(({ status }) => status)).toContain('degraded');

  await settle(watched);
  const { columns } = await client.system.status();
  expect(columns.restarts).toBeGreaterThanOrEqual(kills - 1);
  let count = 0;
  for (const id of probeIds) {
    const times = [...(told.get(id) ?? [])].toSorted((left, right) => left - right);
    count += times.length;
    expect(times.length).toBeGreaterThan(40);
    expect(await storedTimes(client, id)).toEqual(times);
  }
  expect((await (await fetch(`${served.url}/readyz`)).json()) as object).toMatchObject({ status: 'ready' });
  await annotate(`${kills} kills, ${columns.restarts} restarts, ${count} results, each there once`);
});

test('no room left for the engine: pages go on, and results are kept again when there is', async ({
  skip,
  annotate,
}) => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-columns-'));
  cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
  const disk = join(directory, 'data', 'columns');
  mkdirSync(disk, { recursive: true, mode: 0o700 });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=700', 'tmpfs', disk], {
    stdio: 'ignore',
  });
  if (mounted.status !== 0) skip('only root can mount the small file system');

  const watched = await startWatched(directory);
  const { served, client, probeIds, told } = watched;
  const filler = join(disk, 'filler');
  await delay(3000);
  fillDisk(filler);
  await outage(watched, 0);
  const pid = engineOf(served);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await outage(watched, 1);
  fillDisk(filler);
  await outage(watched, 2);
  expect((await client.overview.get()).degraded.map(({ part }) => part)).toContain('columns');
  rmSync(filler);

  await eventually(async () => (await client.system.status()).columns.state === 'up', {
    what: 'columns again',
    timeoutMs: 90_000,
  });
  await delay(2000);
  const recoveredAt = Date.now();
  await outage(watched, 3);
  const answers = await watched.readiness();
  expect(answers.filter(({ code }) => code !== 200)).toEqual([]);
  expect(answers.map(({ status }) => status)).toContain('degraded');
  await settle(watched);

  let lost = 0;
  for (const id of probeIds) {
    const times = [...(told.get(id) ?? [])].toSorted((left, right) => left - right);
    const stored = await storedTimes(client, id);
    // What had no room is lost and nothing else is; nothing is there twice or was never told.
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored.filter((at) => !times.includes(at))).toEqual([]);
    expect(stored.filter((at) => at > recoveredAt)).toEqual(times.filter((at) => at > recoveredAt));
    lost += times.length - stored.length;
  }
  await annotate(`${lost} results had no room`);
});
