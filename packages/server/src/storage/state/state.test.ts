import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { lockDirectory, openSqlite } from './sqlite.ts';
import { isUniqueViolation, type StateDb } from './state.ts';

type NoteTables = {
  note: { id: string; size: number };
};
const createNotes = (db: StateDb) =>
  db.schema
    .createTable('note')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .execute();

describeOnBothStores('state', (open) => {
  test('a failed transaction leaves nothing behind', async () => {
    const state = await open();
    await createNotes(state.write);
    await expect(
      state.transaction(async (tx) => {
        await tx.withTables<NoteTables>().insertInto('note').values({ id: 'a', size: 1 }).execute();
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await state.read.withTables<NoteTables>().selectFrom('note').selectAll().execute()).toEqual([]);
  });

  test('64-bit columns come back as numbers', async () => {
    const state = await open();
    await createNotes(state.write);
    await state.write
      .withTables<NoteTables>()
      .insertInto('note')
      .values({ id: 'a', size: 1_767_225_600_123 })
      .execute();
    const row = await state.read.withTables<NoteTables>().selectFrom('note').selectAll().executeTakeFirst();
    expect(row).toEqual({ id: 'a', size: 1_767_225_600_123 });
  });

  test('a taken key is recognised whatever the dialect calls it', async () => {
    const state = await open();
    await createNotes(state.write);
    const insert = () =>
      state.write.withTables<NoteTables>().insertInto('note').values({ id: 'a', size: 1 }).execute();
    await insert();
    const error = await insert().catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(new Error('other'))).toBe(false);
  });

  test('a store of a later version is refused by name', async () => {
    const state = await open();
    await sql`insert into schema_migration (id, applied_at) values ('9999-future', 1)`.execute(state.write);
    await expect(migrate(state, migrations, systemClock)).rejects.toMatchObject({
      code: 'schema_too_new',
      message: expect.stringContaining('9999-future'),
    });
  });

  test('two nodes that migrate together apply each step once', async () => {
    const state = await open();
    let runs = 0;
    const step = {
      id: '9000-once',
      up: async (db: StateDb) => {
        runs += 1;
        await createNotes(db);
      },
    };
    const results = await Promise.all([1, 2].map(() => migrate(state, [...migrations, step], systemClock)));
    expect(runs).toBe(1);
    expect(results.flat()).toEqual(['9000-once']);
  });

  test('a broadcast reaches every subscriber of its topic', async () => {
    const state = await open();
    const received: string[] = [];
    const arrived = new Promise<void>((resolve) => {
      state.broadcast.subscribe('t', (payload) => {
        received.push(payload);
        resolve();
      });
    });
    state.broadcast.subscribe('other', () => received.push('wrong topic'));
    const timer = setInterval(() => void state.broadcast.publish('t', 'line\nbreak'), 50);
    await arrived;
    clearInterval(timer);
    expect(received[0]).toBe('line\nbreak');
    expect(received).not.toContain('wrong topic');
  });
});

test('the SQLite store is safe by its settings and private to its owner', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-'));
  const state = openSqlite(join(directory, 'state.sqlite'));
  const pragma = async (name: string) =>
    Object.values((await sql.raw(`pragma ${name}`).execute(state.write)).rows[0] as object)[0];
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
  expect(statSync(join(directory, 'state.sqlite')).mode & 0o777).toBe(0o600);
  await state.close();
  rmSync(directory, { recursive: true });
});

test('a data directory belongs to one process at a time', () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-'));
  const release = lockDirectory(directory);
  expect(release).toBeTypeOf('function');
  expect(lockDirectory(directory)).toBeUndefined();
  release?.();
  const again = lockDirectory(directory);
  expect(again).toBeTypeOf('function');
  again?.();
  rmSync(directory, { recursive: true });
});
