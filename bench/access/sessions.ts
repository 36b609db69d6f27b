import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { newId } from '../../packages/server/src/base/ids.ts';
import type { Served } from '../../packages/server/test/serve.ts';
import { quantile, type Figure } from '../figure.ts';
import { sessionCookie } from './requests.ts';

const sessions = 1000;
const pageSize = 500;
const rounds = 15;

/** Gives the one person of this installation so many further sessions, as if limits were higher. */
function addSessions(database: DatabaseSync): void {
  database.exec('begin immediate');
  const columns = database.prepare('select * from access_session limit 1').columns();
  const names = columns.map(({ name }) => name);
  const own = new Set(['id', 'token_hash']);
  const copy = names.map((name) => (own.has(name) ? '?' : name)).join(', ');
  const insert = database.prepare(
    `insert into access_session (${names.join(', ')}) select ${copy} from access_session limit 1`,
  );
  const [first] = names.filter((name) => own.has(name));
  for (let number = 0; number < sessions - 1; number += 1) {
    const id = newId('ses', 1_767_225_600_000 + number);
    const hash = `hash of ${number}`;
    insert.run(...(first === 'id' ? [id, hash] : [hash, id]));
  }
  database.exec('commit');
}

async function listAll(url: string, cookie: string): Promise<number> {
  let after = '';
  let count = 0;
  do {
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(after === '' ? {} : { cursor: after }),
    });
    const reply = await fetch(`${url}/api/v1/sessions?${query}`, { headers: { cookie } });
    if (!reply.ok) throw new Error(`the list was answered ${reply.status}`);
    const page = (await reply.json()) as { items: unknown[]; nextCursor: string | null };
    count += page.items.length;
    after = page.nextCursor ?? '';
  } while (after !== '');
  return count;
}

/** A thousand sessions of one person, listed over HTTP in pages of 500. Median of 15. */
export async function listSessions(served: Served): Promise<Figure> {
  const cookie = await sessionCookie(served.url);
  const database = new DatabaseSync(join(served.directory, 'data', 'state.sqlite'), { timeout: 10_000 });
  addSessions(database);
  const rows = database.prepare('select * from access_session order by id');
  const lists: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    let begun = performance.now();
    const count = await listAll(served.url, cookie);
    if (count !== sessions) throw new Error(`${count} sessions were listed instead of ${sessions}`);
    if (round > 0) lists.push(performance.now() - begun);
    begun = performance.now();
    rows.all();
    if (round > 0) bare.push(performance.now() - begun);
  }
  database.close();
  return {
    figure: 'list-1000-sessions-ms',
    value: quantile(lists, 0.5),
    unit: 'ms',
    baseline: { name: 'the same rows from SQLite', value: quantile(bare, 0.5) },
  };
}
