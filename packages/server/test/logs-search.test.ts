import type { Client } from '@custos/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';

let served: Served;
let client: Client;
let token: string;

beforeAll(async () => {
  served = await serve();
  client = await setUp(served);
  const made = await client.tokens.create({
    name: 'shop-api',
    permissions: ['telemetry.ingest'],
    expiresInDays: 1,
  });
  token = made.token;
}, 60_000);
afterAll(() => discard(served));

async function send(records: readonly object[]): Promise<void> {
  const reply = await fetch(`${served.url}/api/v1/logs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: records.map((record) => JSON.stringify(record)).join('\n'),
  });
  expect(await reply.json()).toEqual({ accepted: records.length, refused: 0, errors: [] });
}

test(
  'what came through a door is searched, counted, folded, asked in SQL and exported',
  { timeout: 60_000 },
  async () => {
    const now = Date.now();
    await send(
      Array.from({ length: 60 }, (_, index) => ({
        time: new Date(now - index * 1000).toISOString(),
        level: index % 3 === 0 ? 'error' : 'info',
        service: index % 2 === 0 ? 'api' : 'web',
        message: `payment ${index} ${index % 3 === 0 ? 'failed' : 'captured'} after ${index} ms`,
        duration: index,
      })),
    );
    const query = 'level:error service:api failed duration:>10';
    const wanted = [12, 18, 24, 30, 36, 42, 48, 54];
    const found = await eventually(
      async () => {
        const page = await client.logs.list({ query, limit: 5 });
        return page.items.length === 5 && page;
      },
      { what: 'the records', timeoutMs: 30_000 },
    );
    const rest = await client.logs.list({
      query,
      limit: 5,
      ...(found.nextCursor === null ? {} : { cursor: found.nextCursor }),
    });
    expect([...found.items, ...rest.items].map(({ attributes }) => Number(attributes['duration']))).toEqual(
      wanted,
    );
    expect((await client.logs.histogram({ query })).total).toBe(wanted.length);
    const [first] = found.items;
    expect(await client.logs.get(first?.id ?? '')).toEqual(first);
    const patterns = await client.logs.patterns({ query: 'payment' });
    expect(patterns.patterns.map(({ shape, count }) => [shape, count])).toEqual([
      ['payment <*> <*> after <*> ms', 60],
    ]);
    const answer = await client.logs.sql(
      `SELECT service, count() AS n FROM log_record WHERE message LIKE 'payment%' GROUP BY service ORDER BY service`,
    );
    expect(answer.rows).toEqual([
      ['api', 30],
      ['web', 30],
    ]);
    await expect(client.logs.sql('SELECT leaf FROM audit_event')).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const { items } = await client.audit.list({ action: 'log.query', limit: 50 });
    expect(items.map(({ type, outcome }) => `${type} ${outcome}`).toSorted()).toEqual([
      'data.access attempted',
      'data.access attempted',
      'data.access succeeded',
    ]);
  },
);
