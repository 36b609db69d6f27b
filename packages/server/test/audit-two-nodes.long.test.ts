import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client } from '@custos/client';
import type { SubmissionAnswer } from '@custos/contract';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  contradictions,
  publicLogs,
  readServedLog,
  sendEvents,
  tokenFor,
  unlimited,
  watchCheckpoints,
  type PublicLog,
} from './audit-ledger.ts';
import { administrator, browserFetch, discard, eventually, serve, type Served } from './serve.ts';
import { freePort, startPostgres, type PostgresServer } from './stores.ts';

type Placed = Extract<SubmissionAnswer['results'][number], { status: 'accepted' }> & { marker: string };

let database: PostgresServer;
let connection: pg.Client;
let stateUrl: string;
const nodes: Served[] = [];
const secret = randomBytes(32).toString('hex');

beforeAll(async () => {
  database = await startPostgres();
  stateUrl = await database.createDatabase();
  connection = new pg.Client({ connectionString: stateUrl });
  await connection.connect();
}, 60_000);
afterAll(async () => {
  await Promise.all(nodes.map((node) => discard(node)));
  await connection.end();
  await database.stop();
});

const start = (place: { directory: string; port: number }): Promise<Served> =>
  serve({
    ...place,
    environment: { CUSTOS_SECRET_KEY: secret },
    config: {
      state: { url: stateUrl },
      columns: { enabled: false },
      audit: { settings: unlimited, public: 'all' },
    },
  });
const newPlace = async () => ({
  directory: mkdtempSync(join(tmpdir(), 'custos-audit-node-')),
  port: await freePort(),
});

/** The process that gives indexes and signs. */
async function signer(): Promise<number | undefined> {
  const { rows } = await connection.query<{ node: string }>(
    "select node from lease where name = 'audit-sequencer' and lease_until > extract(epoch from clock_timestamp()) * 1000",
  );
  const index = nodes.findIndex(({ process }) => rows[0]?.node.endsWith(`-${process.pid}`) === true);
  return index === -1 ? undefined : index;
}

function markerOf(leaf: Buffer): string | undefined {
  return (JSON.parse(leaf.toString()) as { details?: { marker?: string } }).details?.marker;
}

async function accountMade(): Promise<Client> {
  const client = createClient({ baseUrl: nodes[0]?.url ?? '', fetch: browserFetch() });
  // Each node printed a link, and the later one holds.
  const tokens = await Promise.all(nodes.map((node) => node.setupToken()));
  const complete = (token: string) => client.setup.complete({ token, ...administrator });
  await complete(tokens[0] ?? '').catch(() => complete(tokens[1] ?? ''));
  return client;
}

test('I1, I2, I3: two nodes take events in, and whichever signs is killed: nothing is lost, nothing contradicts', async ({
  annotate,
}) => {
  const places = [await newPlace(), await newPlace()];
  nodes.push(...(await Promise.all(places.map(start))));
  const client = await accountMade();
  const logs = await publicLogs(client);
  const general = logs.find(({ name }) => name === 'general') as PublicLog;
  const token = await tokenFor(client, 'shop', ['audit.write']);
  const watch = watchCheckpoints(
    nodes.map(({ url }) => url),
    logs,
  );

  const acknowledged: Placed[] = [];
  const takenBy = [0, 0];
  let isOver = false;
  /** Sends to its own node, and to the other one while that is away, under the same key. */
  const sending = [0, 1].map(async (own) => {
    for (let batch = 0; !isOver; batch += 1) {
      const markers = Array.from({ length: 5 }, (_, at) => `${own}/${batch}/${at}`);
      const events = markers.map((marker) => ({
        type: 'application.act',
        outcome: 'succeeded',
        actor: { type: 'customer', id: 'cus_1' },
        details: { marker },
      }));
      for (let attempt = 0; ; attempt += 1) {
        const at = (own + attempt) % 2;
        const url = nodes[at]?.url ?? '';
        try {
          const results = await sendEvents(url, events, { token, key: `${own}-${batch}` });
          takenBy[at] = (takenBy[at] ?? 0) + 1;
          for (const [place, result] of results.entries()) {
            if (result.status !== 'accepted') throw new Error(`status 4: ${result.status}`);
            acknowledged.push({ ...result, marker: markers[place] ?? '' });
          }
          break;
        } catch (error) {
          if (error instanceof Error && error.message.startsWith('status 4')) throw error;
          await delay(100);
        }
      }
      await delay(10);
    }
  });
  const sent = Promise.all(sending);

  const signers: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const victim = await eventually(async () => {
      const found = await signer();
      return found === undefined ? undefined : { found };
    });
    signers.push(victim.found);
    await delay(1000);
    await nodes[victim.found]?.kill();
    const killedAt = acknowledged.length;
    const next = await eventually(
      async () => {
        const found = await signer();
        return found !== undefined && found !== victim.found && { found };
      },
      { what: 'another signer', timeoutMs: 60_000 },
    );
    expect(next.found).toBe(1 - victim.found);
    await eventually(() => acknowledged.length > killedAt + 50, {
      what: 'events taken in by the other node',
      timeoutMs: 30_000,
    });
    nodes[victim.found] = await start(places[victim.found] ?? (await newPlace()));
  }
  isOver = true;
  await sent;

  const served = await Promise.all(
    nodes.map(({ url }) =>
      eventually(
        async () => {
          const entries = await readServedLog(url, general);
          const markers = entries.map(markerOf);
          return acknowledged.every(({ index }) => (index ?? 0) < markers.length) && markers;
        },
        { what: `everything on ${url}`, timeoutMs: 30_000 },
      ),
    ),
  );
  for (const markers of served) {
    expect(acknowledged.filter(({ index, marker }) => markers[index ?? -1] !== marker)).toEqual([]);
    const found = markers.filter((marker) => marker !== undefined);
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBe(acknowledged.length);
  }
  await watch.end();
  const faults: string[] = [];
  for (const { url } of nodes) {
    for (const log of logs) {
      faults.push(...(await contradictions(url, log, watch.seen.get(log.origin) ?? [])));
    }
  }
  expect(faults).toEqual([]);
  const checkpoints = watch.seen.get(general.origin)?.size ?? 0;
  expect(checkpoints).toBeGreaterThan(5);
  expect(new Set(signers).size).toBe(2);
  expect(Math.min(...takenBy)).toBeGreaterThan(10);
  await annotate(
    `${acknowledged.length} acknowledged (${takenBy.join(' and ')} batches by node), ${checkpoints} checkpoints, signers ${signers.join(', ')}`,
  );
}, 240_000);
