import { expect, test } from 'vitest';
import { createManualClock } from '../base/clock.ts';
import { exchange, type Exchange } from './exchange.ts';
import { startReceiver } from './fixtures/receiver.ts';
import { compilePolicy, probePolicy } from './policy.ts';
import { createPool } from './pool.ts';
import { parseUrl } from './target.ts';

async function setUp() {
  const receiver = await startReceiver();
  const clock = createManualClock();
  const rules = compilePolicy({ ...probePolicy, internal: ['private'] });
  const pool = createPool({ rules, clock, resolve: async () => ['127.0.0.1'] }, 10);
  const send = (changes: Partial<Exchange> = {}) =>
    exchange(
      { pool, clock },
      {
        target: parseUrl(`http://receiver.test:${receiver.port}/`, rules),
        method: 'GET',
        headers: {},
        body: undefined,
        tls: {},
        connectTimeoutMs: 1000,
        maxResponseBytes: 1000,
        onTooLarge: 'error',
        publicOnly: false,
        reuse: true,
        progress: { phase: 'connect' },
        signal: new AbortController().signal,
        ...changes,
      },
    );
  const end = async (): Promise<void> => {
    pool.close();
    await receiver.close();
  };
  return { send, end, clock, receiver };
}

test('a redirect that came from outside does not slip in over a kept connection to a listed target', async () => {
  const { send, end, receiver } = await setUp();
  await send();
  expect(await send()).toMatchObject({ reused: true });
  await expect(send({ publicOnly: true })).rejects.toMatchObject({ reason: 'private_address' });
  expect(receiver.received).toHaveLength(2);
  await end();
});

test('a connection is not kept beyond a minute, so a name that has moved is noticed', async () => {
  const { send, end, clock, receiver } = await setUp();
  expect(await send()).toMatchObject({ reused: false });
  await clock.advance(59_000);
  expect(await send()).toMatchObject({ reused: true });
  await clock.advance(2_000);
  // This one still finds the idle connection, which is then too old to be kept.
  await send();
  expect(await send()).toMatchObject({ reused: false });
  expect(receiver.contacts()).toBe(2);
  await end();
});
