import { Readable } from 'node:stream';
import { createClient, ClickHouseLogLevel, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine, temporaryDirectory } from '../../../../test/columns.ts';
import type { EngineRun } from '../endpoint.ts';

const directory = temporaryDirectory();
let engine: EngineRun;
let client: ClickHouseClient;

function connect(password: string, compression = false): ClickHouseClient {
  const { url, user, database } = engine.endpoint;
  return createClient({
    url,
    username: user,
    password,
    database,
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: compression, response: compression },
  });
}

beforeAll(async () => {
  engine = await startEngine(directory.path, 384 * 1024 * 1024);
  client = connect(engine.endpoint.password);
  await client.command({ query: 'CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a' });
});
afterAll(async () => {
  await client.close();
  await engine.stop();
  directory.remove();
});

test('the official client inserts rows and reads them back', async () => {
  const rows = [
    { a: 1, b: "x;y\n'quoted' \\ back\t{a:String} ünïcode" },
    { a: 2, b: '; DROP TABLE t' },
  ];
  const inserted = await client.insert({
    table: 't',
    values: rows,
    format: 'JSONEachRow',
    columns: ['a', 'b'],
  });
  expect(inserted.summary?.written_rows).toBe('2');
  const result = await client.query({ query: 'SELECT a, b FROM t ORDER BY a', format: 'JSONEachRow' });
  expect(await result.json()).toEqual(rows);
});

test('bound parameters arrive as they were, whatever they hold', async () => {
  const text = "it's \\ a\ttab\nline ' OR 1=1 --";
  const result = await client.query({
    query:
      'SELECT {text:String} AS text, {list:Array(String)} AS list, {n:UInt8} AS n, {at:DateTime64(3)} AS at',
    query_params: { text, list: ["a'b", 'c\\d'], n: 7, at: new Date(1_700_000_000_123) },
    format: 'JSONEachRow',
    clickhouse_settings: { session_timezone: 'UTC' },
  });
  expect(await result.json()).toEqual([{ text, list: ["a'b", 'c\\d'], n: 7, at: '2023-11-14 22:13:20.123' }]);
});

test('bound queries that run at once do not see the values of each other', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const result = await client.query({
        query: 'SELECT {v:UInt32} AS v, sleep(0.002)',
        query_params: { v: index },
        format: 'JSONEachRow',
      });
      return (await result.json<{ v: number }>())[0]?.v;
    }),
  );
  expect(answers).toEqual(Array.from({ length: 60 }, (_, index) => index));
});

test('a setting or parameter of one request is unknown to the next', async () => {
  const one = await client.query({
    query: "SELECT getSetting('max_threads') AS threads, {p:UInt8} AS p",
    query_params: { p: 1 },
    format: 'JSONEachRow',
    clickhouse_settings: { max_threads: 1 },
  });
  expect(await one.json()).toEqual([{ threads: 1, p: 1 }]);
  const two = await client.query({
    query: "SELECT getSetting('max_threads') AS threads",
    format: 'JSONEachRow',
  });
  expect(await two.json()).toEqual([{ threads: 2 }]);
  await expect(client.query({ query: 'SELECT {p:UInt8}' })).rejects.toMatchObject({ code: '456' });
});

test('errors carry the code and type of the engine', async () => {
  await expect(client.query({ query: 'SELEC 1' })).rejects.toMatchObject({
    code: '62',
    type: 'SYNTAX_ERROR',
  });
  await expect(client.query({ query: 'SELECT * FROM nothing' })).rejects.toMatchObject({
    code: '60',
    type: 'UNKNOWN_TABLE',
  });
  await expect(
    client.query({ query: 'SELECT 1', clickhouse_settings: { no_such_setting: 1 } as never }),
  ).rejects.toMatchObject({ code: '115' });
  await expect(
    client.insert({ table: 't', values: [{ a: 'not a number' }], format: 'JSONEachRow' }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/^(27|6|72)$/) as string });
});

test('bodies may be streamed and compressed both ways', async () => {
  const zipped = connect(engine.endpoint.password, true);
  await zipped.command({ query: 'CREATE TABLE z (n UInt64, pad String) ENGINE = MergeTree ORDER BY n' });
  const rows = Readable.from(
    (function* generate() {
      for (let n = 0; n < 5_000; n += 1) yield { n, pad: 'x'.repeat(50) };
    })(),
    { objectMode: true },
  );
  await zipped.insert({ table: 'z', values: rows, format: 'JSONEachRow' });
  const result = await zipped.query({ query: 'SELECT n, pad FROM z ORDER BY n', format: 'JSONEachRow' });
  const read = await result.json<{ n: number }>();
  expect(read.length).toBe(5_000);
  expect(read.at(-1)).toEqual({ n: 4_999, pad: 'x'.repeat(50) });
  await zipped.close();
});

test('nothing but the ping is answered without the secret', async () => {
  const stranger = connect('guess');
  await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
  await stranger.close();
  const bare = await fetch(`${engine.endpoint.url}/?query=SELECT%201`);
  expect(bare.status).toBe(403);
  expect(bare.headers.get('x-clickhouse-exception-code')).toBe('516');
  expect(await (await fetch(`${engine.endpoint.url}/ping`)).text()).toBe('Ok.\n');
  expect((await client.ping({ select: true })).success).toBe(true);
});

test('a query over the memory cap fails alone and the engine lives on', async () => {
  await expect(
    client.query({ query: 'SELECT length(groupArray(number)) FROM numbers(300000000)' }),
  ).rejects.toMatchObject({ code: '241' });
  await expect(
    client.query({
      query: 'SELECT length(groupArray(number)) FROM numbers(300000000)',
      clickhouse_settings: { max_memory_usage: '0' },
    }),
  ).rejects.toMatchObject({ code: '241' });
  expect((await client.ping({ select: true })).success).toBe(true);
});

test('the ping is answered while every turn is taken by a long query', async () => {
  let finished = 0;
  const busy = Array.from({ length: 6 }, async () => {
    await client.query({ query: 'SELECT count() FROM numbers(20000000) WHERE sipHash64(number) % 7 = 0' });
    finished += 1;
  });
  expect((await client.ping()).success).toBe(true);
  expect(finished).toBe(0);
  await Promise.all(busy);
});

test('the engine writes no log tables of its own', async () => {
  const result = await client.query({
    query: "SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'",
    format: 'JSONEachRow',
  });
  expect(await result.json()).toEqual([]);
});
