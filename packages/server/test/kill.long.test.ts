import { mkdtempSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, type TestContext } from 'vitest';
import type { ConfigurationInput } from '../src/app/config.ts';
import { proveDeliveries, type Query } from './delivery-proof.ts';
import { startFlappingShops } from './flapping-shops.ts';
import { chooseSeed, seededRandom } from './seeded-random.ts';
import { discard, eventually, launch, serve, setUp, type Served } from './serve.ts';
import { freePort } from './stores.ts';
import { watchShops } from './watch-shops.ts';
import { startUnreliableReceivers, type UnreliableReceivers } from './unreliable-receivers.ts';

const minute = 60_000;

interface Storm {
  readonly annotate: TestContext['annotate'];
  readonly kills: number;
  readonly flapping: NonNullable<ConfigurationInput['flapping']>;
}

interface Aftermath {
  readonly query: Query;
  readonly receivers: UnreliableReceivers;
  /** Lines of the killed processes' logs that report an error. */
  readonly complaints: readonly string[];
}

/** Services flap while the main process is killed again and again; then all is well and everything is told. */
async function storm(
  { annotate, kills, flapping }: Storm,
  judge: (after: Aftermath) => Promise<void>,
): Promise<void> {
  const seed = chooseSeed();
  await annotate(`seed ${seed}; repeat with CUSTOS_TEST_SEED=${seed}`);
  const random = seededRandom(seed);
  const receivers = await startUnreliableReceivers(seededRandom(seed + 1));
  const services = await startFlappingShops({
    count: 8,
    random: seededRandom(seed + 2),
    phaseMs: [2500, 8000],
  });
  const directory = mkdtempSync(join(tmpdir(), 'custos-storm-'));
  const port = await freePort();
  const network = { internal: ['127.0.0.0/8', 'localhost'], allowPlainHttp: true };
  const options = { directory, port, config: { network, flapping } };
  const complaints: string[] = [];
  let served: Served = await serve(options);

  try {
    const client = await setUp(served);
    await watchShops(client, { receivers, urls: services.shops.map((shop) => shop.url) });
    await served.kill();
    for (let count = 1; count <= kills; count += 1) {
      const life = await launch(options);
      if (random() < 0.2) {
        await delay(random() * 1500);
      } else {
        await life.ready();
        await delay(300 + random() * 2700);
      }
      await life.kill();
      complaints.push(
        ...life
          .output()
          .split('\n')
          .filter((line) => line.includes('"level":"error"')),
      );
      if (count % 10 === 0) expect(integrityOf(directory)).toBe('ok');
    }

    await services.calm();
    receivers.behave();
    served = await serve(options);
    const quiet = async (): Promise<boolean> => {
      const [{ items }, { outbox }] = await Promise.all([
        client.alerts.list({ state: 'open' }),
        client.system.status(),
      ]);
      return items.length === 0 && outbox.pending === 0;
    };
    await eventually(quiet, { what: 'calm', timeoutMs: 6 * minute, everyMs: 500 });
    // Nothing follows: whatever was owed has been sent.
    await delay(3000);
    expect(await quiet()).toBe(true);
    expect(await served.stop()).toBe(0);
    expect(integrityOf(directory)).toBe('ok');

    const database = new DatabaseSync(join(directory, 'data', 'state.sqlite'), { readOnly: true });
    const query: Query = async <Row>(statement: string) => database.prepare(statement).all() as Row[];
    await judge({ query, receivers, complaints });
    database.close();
  } finally {
    await discard(served);
    await Promise.all([services.close(), receivers.close()]);
  }
}

function integrityOf(directory: string): unknown {
  const database = new DatabaseSync(join(directory, 'data', 'state.sqlite'));
  const row = database.prepare('PRAGMA integrity_check').get();
  database.close();
  return row?.['integrity_check'];
}

test(
  '200 kills while services flap: every firing and every end is told, under one key each',
  async ({ annotate }) => {
    const all = { annotate, kills: 200, flapping: { firings: 1_000_000 } };
    await storm(all, async ({ query, receivers, complaints }) => {
      const { faults, alerts, repeats } = await proveDeliveries(query, receivers.arrivals);
      await annotate(`${alerts} alerts, ${receivers.arrivals.length} messages arrived, ${repeats} repeated`);
      expect(faults).toEqual([]);
      expect(alerts).toBeGreaterThan(50);
      // A status that went down and the alert for it are one change: there is never one without the other.
      const downs = await query<{ probe_id: string; count: number }>(
        `select probe_id, count(*) as count from probe_status_change where to_status = 'down'
       group by probe_id order by probe_id`,
      );
      expect(
        await query('select probe_id, count(*) as count from alert group by probe_id order by probe_id'),
      ).toEqual(downs);
      expect(complaints).toEqual([]);
    });
  },
  15 * minute,
);

test(
  '20 kills with flapping held back: fewer alerts, and each is told from start to end',
  async ({ annotate }) => {
    // Everything but the length of the hold is as it comes, so that the end can be waited for.
    const all = { annotate, kills: 20, flapping: { holdSeconds: 20 } };
    await storm(all, async ({ query, receivers, complaints }) => {
      const { faults, alerts } = await proveDeliveries(query, receivers.arrivals);
      await annotate(`${alerts} alerts, ${receivers.arrivals.length} messages arrived`);
      expect(faults).toEqual([]);
      // The comparison can fail: a message that never came, and one that came under a second key.
      const { arrivals } = receivers;
      const lost = arrivals.filter(({ key }) => key !== arrivals[0]?.key);
      const again = arrivals.slice(0, 1).map((arrival) => ({ ...arrival, key: 'another' }));
      for (const wrong of [lost, [...arrivals, ...again]]) {
        expect((await proveDeliveries(query, wrong)).faults).not.toEqual([]);
      }
      expect(alerts).toBeGreaterThan(5);
      expect(complaints).toEqual([]);
    });
  },
  8 * minute,
);
