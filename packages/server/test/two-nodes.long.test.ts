import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client, type Stream } from '@custos/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proveDeliveries, type Query } from './delivery-proof.ts';
import { startShop, type Shop } from './receivers.ts';
import { chooseSeed, seededRandom } from './seeded-random.ts';
import { administrator, browserFetch, discard, eventually, serve, type Served } from './serve.ts';
import { freePort, startPostgres, type PostgresServer } from './stores.ts';
import { startUnreliableReceivers, type UnreliableReceivers } from './unreliable-receivers.ts';
import { watchShops } from './watch-shops.ts';

/** Two `custos serve` with one State on PostgreSQL, each with a data directory of its own. */
describe('two nodes on one PostgreSQL', () => {
  let database: PostgresServer;
  let connection: pg.Client;
  let receivers: UnreliableReceivers;
  let shops: Shop[];
  let nodes: [Served, Served];
  let clients: [Client, Client];
  let probeIds: string[];
  const secret = randomBytes(32).toString('hex');
  let stateUrl: string;

  const started: Served[] = [];
  const start = async (place: { directory: string; port: number }): Promise<Served> => {
    const node = await serve({
      ...place,
      environment: { CUSTOS_SECRET_KEY: secret },
      config: {
        state: { url: stateUrl },
        // History is not what is proven here, and two engines would take the machine from the nodes.
        columns: { enabled: false },
        network: { internal: ['127.0.0.0/8', 'localhost'], allowPlainHttp: true },
        flapping: { firings: 1_000_000 },
      },
    });
    started.push(node);
    return node;
  };
  const newPlace = async () => ({
    directory: mkdtempSync(join(tmpdir(), 'custos-node-')),
    port: await freePort(),
  });
  const query: Query = async <Row>(statement: string) => (await connection.query(statement)).rows as Row[];

  beforeAll(async () => {
    database = await startPostgres();
    stateUrl = await database.createDatabase();
    connection = new pg.Client({ connectionString: stateUrl });
    await connection.connect();
    receivers = await startUnreliableReceivers(() => 1);
    shops = await Promise.all([startShop(), startShop(), startShop(), startShop()]);
    // Both start on an empty database at the same moment: one of them makes the tables.
    const places = await Promise.all([newPlace(), newPlace()]);
    nodes = await Promise.all([start(places[0]), start(places[1])]);
    const browser = browserFetch();
    const first = createClient({ baseUrl: nodes[0].url, fetch: browser });
    // Each node printed a link, and the later one holds.
    const tokens = await Promise.all(nodes.map((node) => node.setupToken()));
    const tries = tokens.map((token) => async () => first.setup.complete({ token, ...administrator }));
    await tries[0]?.().catch(async () => tries[1]?.());
    // The session that was made on one node is carried to the other.
    clients = [first, createClient({ baseUrl: nodes[1].url, fetch: browser })];
    probeIds = await watchShops(first, { receivers, urls: shops.map((shop) => shop.url) });
  }, 120_000);
  afterAll(async () => {
    await Promise.all(started.map((node) => discard(node)));
    await Promise.all([receivers.close(), ...shops.map((shop) => shop.kill().catch(() => undefined))]);
    await connection.end();
    await database.stop();
  });

  const reliably = <T>(ask: (client: Client) => Promise<T | false | undefined>, what: string): Promise<T> =>
    eventually(
      async () => {
        for (const client of clients) {
          const found = await ask(client).catch(() => undefined);
          if (found) return found;
        }
        return undefined;
      },
      { what, timeoutMs: 90_000, everyMs: 200 },
    );

  test('a sign-in, a change and what is watched are the same on both', async () => {
    const [first, second] = clients;
    expect((await second.session.current()).email).toBe(administrator.email);
    expect((await second.probes.list({ limit: 100 })).items.map(({ id }) => id)).toEqual(
      (await first.probes.list({ limit: 100 })).items.map(({ id }) => id),
    );
    const elsewhere = createClient({ baseUrl: nodes[1].url, fetch: browserFetch() });
    // Another person: who configures the installation is signed in once at a time.
    const { password } = administrator;
    const email = 'ida@example.com';
    const given = 'the first of two lanterns';
    await first.users.create({ email, name: 'Ida', role: 'investigator', password: given });
    await elsewhere.session.signIn({ email, password: given });
    await elsewhere.session.changePassword({ current: given, password });
    const probe = await elsewhere.probes.create({
      name: 'By the second',
      kind: 'tcp',
      paused: true,
      options: { host: '127.0.0.1', port: 1 },
    });
    expect(
      (await eventually(() => first.probes.get(probe.id), { what: 'the probe on the first' })).name,
    ).toBe('By the second');
    await elsewhere.session.signOut();
    await expect(elsewhere.session.current()).rejects.toMatchObject({ status: 401 });
    await second.probes.remove(probe.id);
    await eventually(
      async () =>
        first.probes.get(probe.id).then(
          () => false,
          () => true,
        ),
      { what: 'its end' },
    );
  });

  test('what happens on one node is seen live on the other', async () => {
    const seen: [string[], string[]] = [[], []];
    const streams: Stream[] = clients.map((client, index) =>
      client.openStream({
        types: ['probe.status', 'alert', 'delivery'],
        onEvent: ({ type, data }) => {
          if (type === 'probe.status') seen[index]?.push(`${type} ${data.probeId} ${data.to}`);
          if (type === 'alert') seen[index]?.push(`${type} ${data.probeId} ${data.state}`);
          if (type === 'delivery')
            seen[index]?.push(`${type} ${data.channelKind} ${data.event} ${data.state}`);
        },
      }),
    );
    await eventually(() => streams.every(({ state }) => state === 'live'), { what: 'both streams' });
    const [id = ''] = probeIds;
    await eventually(async () => (await clients[0].probes.get(id)).status === 'up', {
      what: 'the shop up',
      timeoutMs: 60_000,
    });
    await shops[0]?.kill();
    const everywhere = (line: string) =>
      eventually(() => seen.every((lines) => lines.includes(line)), { what: line, timeoutMs: 30_000 });
    await everywhere(`probe.status ${id} down`);
    await everywhere(`alert ${id} firing`);
    await everywhere('delivery webhook firing delivered');
    await shops[0]?.revive();
    await everywhere(`alert ${id} resolved`);
    await everywhere('delivery email resolved delivered');
    for (const lines of seen) {
      expect(lines.filter((line) => line === `probe.status ${id} down`)).toHaveLength(1);
    }
    for (const stream of streams) stream.close();
  });

  test(
    '20 outages while either node is killed: one page each, and each due time runs once',
    async ({ annotate }) => {
      const seed = chooseSeed();
      await annotate(`seed ${seed}; repeat with CUSTOS_TEST_SEED=${seed}`);
      const random = seededRandom(seed);
      const before = Number(
        (await query<{ count: string }>('select count(*) as count from alert'))[0]?.count,
      );

      // An hourly job falls due every second or so, on both nodes at once.
      const rush = new AbortController();
      const rushing = (async () => {
        while (!rush.signal.aborted) {
          await query(`update job_schedule set next_at = (extract(epoch from clock_timestamp()) * 1000)::bigint,
          planned_from = (extract(epoch from clock_timestamp()) * 1000)::bigint - 3600000
          where name = 'access.prune'`);
          await delay(1000, undefined, { signal: rush.signal }).catch(() => undefined);
        }
      })();

      // State itself is asked: a node that does not check may show what was true a second ago.
      const statusOf = (id: string, status: string) =>
        eventually(
          async () => {
            const [row] = await query<{ status: string }>(
              `select status from probe_state where id = '${id}'`,
            );
            return row?.status === status;
          },
          { what: `${id} ${status}`, timeoutMs: 90_000, everyMs: 100 },
        );
      for (let round = 0; round < 10; round += 1) {
        const broken = [round % 4, (round + 1) % 4];
        const victim = random() < 0.5 ? 0 : 1;
        const duringOutage = random() < 0.6;
        for (const index of broken) await statusOf(probeIds[index] ?? '', 'up');
        const lossOf = async (): Promise<void> => {
          await delay(random() * 2500);
          const { directory, port } = nodes[victim];
          await nodes[victim].kill();
          await delay(random() * 1000);
          nodes[victim] = await start({ directory, port });
        };
        for (const index of broken) await shops[index]?.kill();
        const loss = duringOutage ? lossOf() : Promise.resolve();
        for (const index of broken) await statusOf(probeIds[index] ?? '', 'down');
        await loss;
        const recovery = duringOutage ? Promise.resolve() : lossOf();
        for (const index of broken) await shops[index]?.revive();
        for (const index of broken) await statusOf(probeIds[index] ?? '', 'up');
        await recovery;
      }
      rush.abort();
      await rushing;

      await reliably(async (client) => {
        const [{ items }, { outbox, jobs }] = await Promise.all([
          client.alerts.list({ state: 'open' }),
          client.system.status(),
        ]);
        return items.length === 0 && outbox.pending === 0 && jobs.running + jobs.pending === 0;
      }, 'calm');
      await delay(2000);

      const { faults, alerts, repeats } = await proveDeliveries(query, receivers.arrivals);
      expect(faults).toEqual([]);
      expect(alerts - before).toBe(20);
      const runs = await query<{
        due_at: string;
        outcome: string;
        started_at: string;
        finished_at: string;
        node: string;
      }>(
        `select due_at, outcome, started_at, finished_at, node from job_run
       where schedule = 'access.prune' and started_at is not null order by started_at`,
      );
      const done = runs.filter(({ outcome }) => outcome === 'succeeded');
      expect(new Set(done.map(({ due_at }) => due_at)).size).toBe(done.length);
      for (const [index, run] of done.slice(1).entries())
        expect(Number(run.started_at)).toBeGreaterThanOrEqual(Number(done[index]?.finished_at));
      expect(done.length).toBeGreaterThan(20);
      expect(new Set(done.map(({ node }) => node)).size).toBeGreaterThan(1);
      await annotate(
        `${alerts} alerts, ${repeats} messages repeated, ${done.length} runs by ${new Set(done.map(({ node }) => node)).size} processes`,
      );
    },
    15 * 60_000,
  );
});
