import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createSettler } from './settler.ts';
import type { ClaimedJob, Settlement } from './store.ts';

const end = (id: string): Settlement => ({
  job: { id, fence: 1 } as ClaimedJob,
  outcome: 'succeeded',
  error: null,
  finishedAt: 0,
  durationMs: 0,
  next: { to: 'gone' },
});

function settlerOver(settle: (ids: readonly string[]) => Promise<ReadonlySet<string>>) {
  const clock = createManualClock();
  const store = { settle: (batch: readonly Settlement[]) => settle(batch.map(({ job }) => job.id)) };
  return { clock, settler: createSettler({ store, clock, log: silentLogger, giveUpAfterMs: 30_000 }) };
}

test('ends that come while one is being written share the next transaction', async () => {
  const batches: (readonly string[])[] = [];
  const { settler } = settlerOver(async (ids) => {
    batches.push(ids);
    await new Promise((resolve) => setImmediate(resolve));
    return new Set(ids);
  });
  const kept = await Promise.all(['a', 'b', 'c'].map((id) => settler.settle(end(id))));
  expect(kept).toEqual([true, true, true]);
  expect(batches).toEqual([['a'], ['b', 'c']]);
});

test('an end is recorded once the store answers again', async () => {
  let calls = 0;
  const { settler, clock } = settlerOver(async (ids) => {
    calls += 1;
    if (calls < 4) throw new Error('no connection');
    return new Set(ids);
  });
  const settled = settler.settle(end('a'));
  await clock.advance(5000);
  expect(await settled).toBe(true);
  expect(calls).toBe(4);
});

test('an end whose lease has passed on is not reported as kept', async () => {
  const { settler } = settlerOver(async () => new Set(['b']));
  expect(await Promise.all([settler.settle(end('a')), settler.settle(end('b'))])).toEqual([false, true]);
});

test('recording is given up when the lease has run out anyway', async () => {
  const { settler, clock } = settlerOver(async () => {
    throw new Error('no connection');
  });
  const settled = settler.settle(end('a'));
  await clock.advance(60_000);
  expect(await settled).toBe(false);
});
