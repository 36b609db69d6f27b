import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { State } from '../src/storage/state/state.ts';
import { chooseSeed, seededRandom } from './seeded-random.ts';
import { describeOnBothStores } from './stores.ts';

const rules = `
groups:
  - name: quick
    interval: 1s
    rules:
      - { alert: Down, expr: up == 0, labels: { severity: page } }
      - { alert: DownFor, expr: up == 0, for: 1s }
`;
const count = async (state: State, query: ReturnType<typeof sql<{ n: number }>>): Promise<number> =>
  Number((await query.execute(state.read)).rows[0]?.n);

/** What must hold at every moment, whatever was killed. */
async function expectWhole(state: State): Promise<void> {
  // One transaction: a rule remembers that it fires exactly when its alert is open.
  const lonely = sql<{
    n: number;
  }>`select count(*) as n from rule_instance i where i.state = 'firing' and not exists
    (select 1 from alert a where a.key = i.rule_id || ':' || i.fingerprint and a.state <> 'resolved')`;
  expect(await count(state, lonely)).toBe(0);
  const forgotten = sql<{
    n: number;
  }>`select count(*) as n from alert a where a.state <> 'resolved' and not exists
    (select 1 from rule_instance i where a.key = i.rule_id || ':' || i.fingerprint and i.state = 'firing')`;
  expect(await count(state, forgotten)).toBe(0);
  const untold = sql<{
    n: number;
  }>`select count(*) as n from alert a where a.fired_at is not null and not exists
    (select 1 from page p where p.alert_id = a.id and p.step = 'firing')`;
  expect(await count(state, untold)).toBe(0);
  const twice = sql<{ n: number }>`select count(*) as n from
    (select alert_id, step from page group by alert_id, step having count(*) > 1) p`;
  expect(await count(state, twice)).toBe(0);
}

describeOnBothStores('rules and alerts under kill -9', (openEmpty) => {
  test(
    'no alert is lost, none is paged twice, whatever moment the process is killed at',
    { timeout: 180_000 },
    async (context) => {
      const seed = chooseSeed();
      await context.annotate(`seed ${seed}; repeat with CUSTOS_TEST_SEED=${seed}`);
      const random = seededRandom(seed);
      const state = await openEmpty();
      await sql`create table page (alert_id text not null, step text not null)`.execute(state.write);
      const directory = mkdtempSync(join(tmpdir(), 'custos-rules-kill-'));
      const file = join(directory, 'rules.yml');
      const down = join(directory, 'down');
      writeFileSync(file, rules);
      const address = await addressOf(state);
      const start = async (): Promise<ChildProcess> => {
        const child = fork(join(import.meta.dirname, 'rules-node.ts'), [address, file, down], {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
        await new Promise((resolve, reject) => {
          child.once('message', resolve);
          child.once('exit', () => reject(new Error('the process ended before it was ready')));
        });
        return child;
      };
      const kill = async (child: ChildProcess): Promise<void> => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      };

      for (let round = 0; round < 12; round += 1) {
        const child = await start();
        await delay(900 + random() * 1800);
        await kill(child);
        await expectWhole(state);
      }
      expect(
        await count(state, sql<{ n: number }>`select count(*) as n from alert where fired_at is not null`),
      ).toBeGreaterThan(20);

      // At last every shop is down: each of the 40 alerts is open; then all are up, and none is.
      writeFileSync(down, '');
      const child = await start();
      const open = () =>
        count(
          state,
          sql<{ n: number }>`select count(*) as n from alert where state in ('firing', 'acknowledged')`,
        );
      await expect.poll(open, { timeout: 30_000 }).toBe(40);
      await expectWhole(state);
      writeFileSync(`${down}.calm`, '');
      rmSync(down);
      await expect.poll(open, { timeout: 30_000 }).toBe(0);
      await expectWhole(state);
      const ends = sql<{ n: number }>`select count(*) as n from alert a where not exists
      (select 1 from page p where p.alert_id = a.id and p.step = 'resolved')`;
      expect(await count(state, ends)).toBe(0);
      await kill(child);
      rmSync(directory, { recursive: true, force: true });
    },
  );
});

/** Where a store of a test lies, asked of itself. */
async function addressOf(state: State): Promise<string> {
  if (state.dialect === 'sqlite') {
    const { rows } = await sql<{
      file: string;
    }>`select file from pragma_database_list where name = 'main'`.execute(state.read);
    return `sqlite:${rows[0]?.file ?? ''}`;
  }
  const { rows } = await sql<{
    name: string;
    port: number;
  }>`select current_database() as name, inet_server_port() as port`.execute(state.read);
  return `postgres://postgres:postgres@127.0.0.1:${rows[0]?.port ?? 0}/${rows[0]?.name ?? ''}`;
}
