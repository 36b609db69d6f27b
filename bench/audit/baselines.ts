import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runCallers, type Round } from './rounds.ts';

/** One write of an event and one `fdatasync` each, to a file that grows. */
export async function rawSync(
  directory: string,
  body: (number: number) => Buffer,
  ms: number,
): Promise<Round> {
  const file = openSync(join(directory, 'raw'), 'w');
  const round = await runCallers({ callers: 1, ms }, async (number) => {
    writeSync(file, body(number));
    fdatasyncSync(file);
  });
  closeSync(file);
  return round;
}

/** One row per commit with the hash of the row before it, `synchronous=FULL`. */
export async function sqliteChain(
  directory: string,
  body: (number: number) => Buffer,
  ms: number,
): Promise<Round> {
  const database = new DatabaseSync(join(directory, 'chain.sqlite'));
  database.exec('pragma journal_mode=wal; pragma synchronous=full');
  database.exec('create table if not exists chain (seq integer primary key, body blob, hash text)');
  const insert = database.prepare('insert into chain (body, hash) values (?, ?)');
  let last = '';
  const round = await runCallers({ callers: 1, ms }, async (number) => {
    const bytes = body(number);
    last = hash('sha256', Buffer.concat([Buffer.from(last), bytes]));
    insert.run(bytes, last);
  });
  database.close();
  return round;
}
