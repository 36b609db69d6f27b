import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startPostgres, type PostgresServer } from '../../test/stores.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { openState } from '../storage/state/open.ts';
import { createJobs } from './service.ts';

const program = fileURLToPath(new URL('./test/worker-node.ts', import.meta.url));
const leaseMs = 400;
const total = 400;

let server: PostgresServer;
const children = new Set<ChildProcess>();
/** Nodes that ended by themselves, as by an error that nobody caught. */
const fallen: string[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.stop();
});

async function startNode(url: string, name: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, url, name, String(leaseMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  child.on('exit', (code) => {
    if (code !== null) fallen.push(name);
  });
  await Promise.race([
    once(child.stdout as NonNullable<typeof child.stdout>, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the node did not start'))),
  ]);
  return child;
}

test('two processes that are killed and paused at random do every job once', async () => {
  const url = await server.createDatabase();
  const state = await openState({ url, clock: systemClock, log: silentLogger });
  try {
    await sql`create table step (id bigserial, n int, fence bigint)`.execute(state.write);
    await sql`create table effect (id bigserial, n int, fence bigint)`.execute(state.write);
    await sql`create table beat (id bigserial, due_at bigint)`.execute(state.write);
    await sql`create table sole (id bigserial, fence bigint)`.execute(state.write);
    const jobs = createJobs({ state, clock: systemClock, log: silentLogger, node: 'enqueuer' });
    jobs.define({
      kind: 'effect',
      schema: z.object({ n: z.number() }),
      retry: { maxAttempts: 1000 },
      run: async () => undefined,
    });

    const count = async (table: string): Promise<number> =>
      (await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(state.read))
        .rows[0]?.count ?? 0;

    const nodes = await Promise.all([startNode(url, 'a'), startNode(url, 'b')]);
    await state.transaction(async (tx) => {
      for (let n = 0; n < total; n += 1) await jobs.enqueue(tx, { kind: 'effect', payload: { n } });
    });

    let kills = 0;
    let pauses = 0;
    for (let round = 0; round < 8; round += 1) {
      await systemClock.sleep(100 + Math.random() * 200);
      const index = round % 2;
      const child = nodes[index];
      if (child === undefined) continue;
      if (round % 4 < 2) {
        child.kill('SIGSTOP');
        await systemClock.sleep(leaseMs * 2);
        child.kill('SIGCONT');
        pauses += 1;
      } else {
        child.kill('SIGKILL');
        children.delete(child);
        kills += 1;
        nodes[index] = await startNode(url, `${index === 0 ? 'a' : 'b'}${round}`);
      }
    }
    for (let turn = 0; turn < 600 && (await count('job')) > 0; turn += 1) {
      if ((await jobs.list({ kind: 'effect' })).items.length === 0) break;
      await systemClock.sleep(50);
    }
    for (const child of nodes) child.kill('SIGKILL');

    expect(fallen).toEqual([]);
    expect(kills).toBe(4);
    expect(pauses).toBe(4);
    const effects = (await sql<{ n: number }>`select n from effect order by n`.execute(state.read)).rows.map(
      ({ n }) => n,
    );
    expect(effects).toEqual(Array.from({ length: total }, (_, n) => n));
    // Some attempts were cut short, or this would have proven nothing.
    expect((await jobs.runs({ kind: 'effect', outcome: 'lost' })).items.length).toBeGreaterThan(0);
    // No write of an older attempt came after one of a newer attempt.
    const late = sql`select 1 from step as older join step as newer on newer.n = older.n
      where newer.fence > older.fence and newer.id < older.id`;
    expect((await late.execute(state.read)).rows).toEqual([]);
    const doubled = sql`select due_at from beat group by due_at having count(*) > 1`;
    expect((await doubled.execute(state.read)).rows).toEqual([]);
    expect(await count('beat')).toBeGreaterThan(5);
    const lateHolder = sql`select 1 from sole as older join sole as newer on newer.fence > older.fence and newer.id < older.id`;
    expect((await lateHolder.execute(state.read)).rows).toEqual([]);
    const holders = await sql<{ count: number }>`select count(distinct fence) as count from sole`.execute(
      state.read,
    );
    expect(holders.rows[0]?.count).toBeGreaterThan(1);
  } finally {
    await state.close();
  }
}, 60_000);

test('a connection that the server ends in the middle of a transaction costs one attempt', async () => {
  const state = await openState({
    url: await server.createDatabase(),
    clock: systemClock,
    log: silentLogger,
  });
  const jobs = createJobs({ state, clock: systemClock, log: silentLogger, node: 'a', pollMs: 20 });
  try {
    await sql`create table effect (attempt int)`.execute(state.write);
    jobs.define({
      kind: 'effect',
      schema: z.null(),
      retry: { baseMs: 1, maxMs: 5 },
      async run(_payload, { attempt, fenced }) {
        await fenced(async (tx) => {
          await sql`insert into effect (attempt) values (${attempt})`.execute(tx);
          if (attempt > 1) return;
          const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
          await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(state.write);
          await systemClock.sleep(100);
        });
      },
    });
    await jobs.start();
    await jobs.enqueue(state, { kind: 'effect', payload: null });
    for (let turn = 0; turn < 200 && (await jobs.runs({ kind: 'effect' })).items.length < 2; turn += 1) {
      await systemClock.sleep(20);
    }
    expect((await jobs.runs({ kind: 'effect' })).items.map(({ outcome }) => outcome)).toEqual([
      'succeeded',
      'failed',
    ]);
    expect((await sql`select attempt from effect`.execute(state.read)).rows).toEqual([{ attempt: 2 }]);
  } finally {
    await jobs.stop(1000);
    await state.close();
  }
});

test('a node hears of work that another one enqueued, without waiting for its next look', async () => {
  const url = await server.createDatabase();
  const [here, there] = await Promise.all(
    [1, 2].map(() => openState({ url, clock: systemClock, log: silentLogger })),
  );
  if (here === undefined || there === undefined) throw new Error('two stores were opened');
  let heard: (() => void) | undefined;
  const ran = new Promise<void>((resolve) => (heard = resolve));
  const nodes = [here, there].map((state, index) => {
    const jobs = createJobs({
      state,
      clock: systemClock,
      log: silentLogger,
      node: String(index),
      pollMs: 3_600_000,
    });
    jobs.define({ kind: 'effect', schema: z.null(), run: async () => heard?.() });
    return jobs;
  });
  try {
    await nodes[1]?.start();
    // Its listening connection needs a moment, and a message before that is lost by design.
    await systemClock.sleep(500);
    await here.transaction(async (tx) => nodes[0]?.enqueue(tx, { kind: 'effect', payload: null }));
    await ran;
  } finally {
    await nodes[1]?.stop(1000);
    await Promise.all([here.close(), there.close()]);
  }
});
