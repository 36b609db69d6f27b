import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock } from '../../base/clock.ts';
import type { State } from '../../storage/state/state.ts';
import { createRecordStore } from '../records/store.ts';
import type { JobTables } from '../tables.ts';
import type { JobStatus } from '../types.ts';
import { createQueueStore, type ClaimedJob, type QueueStore, type Settlement } from './store.ts';

/** What a job should be after each step, by the rules alone. */
interface Expected {
  status: JobStatus | 'gone';
  attempt: number;
  fence: number;
}

type Step =
  | { readonly do: 'enqueue' }
  | { readonly do: 'claim'; readonly node: 0 | 1; readonly limit: number }
  | { readonly do: 'settle'; readonly pick: number; readonly to: 'gone' | 'dead' | 'pending' }
  | { readonly do: 'write'; readonly pick: number }
  | { readonly do: 'beat'; readonly node: 0 | 1 }
  | { readonly do: 'silence'; readonly node: 0 | 1 }
  | { readonly do: 'replay' | 'discard'; readonly pick: number };

const pick = fc.nat({ max: 50 });
const node = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'enqueue' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('claim' as const), node, limit: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick,
      to: fc.constantFrom('gone' as const, 'dead' as const, 'pending' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('write' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('beat' as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('silence' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('replay' as const, 'discard' as const), pick }) },
);

const maxAttempts = 3;

async function check(state: State, steps: readonly Step[]): Promise<void> {
  await sql`delete from job`.execute(state.write);
  await sql`delete from job_run`.execute(state.write);
  const clock = createManualClock();
  const nodes = ['a', 'b'].map((name) =>
    createQueueStore({ state, clock, node: name, holder: name, leaseMs: 30_000 }),
  ) as [QueueStore, QueueStore];
  const records = createRecordStore({ state, clock });
  const model = new Map<string, Expected>();
  const tokens: { readonly job: ClaimedJob; readonly store: QueueStore }[] = [];
  let runs = 0;

  const settlement = (job: ClaimedJob, to: 'gone' | 'dead' | 'pending'): Settlement => ({
    job,
    outcome: to === 'gone' ? 'succeeded' : 'failed',
    error: null,
    finishedAt: clock.now(),
    durationMs: 1,
    next: to === 'pending' ? { to, runAt: clock.now(), attempt: job.attempt } : { to },
  });
  const isCurrent = ({ id, fence }: ClaimedJob): boolean =>
    model.get(id)?.status === 'running' && model.get(id)?.fence === fence;

  for (const now of steps) {
    switch (now.do) {
      case 'enqueue': {
        const { id } = await nodes[0].enqueue(state.write, {
          kind: 'work',
          key: null,
          payload: '{}',
          runAt: clock.now(),
          maxAttempts,
          timeoutMs: 1000,
        });
        model.set(id, { status: 'pending', attempt: 0, fence: 0 });
        break;
      }
      case 'claim': {
        const store = nodes[now.node];
        const claimed = await store.claim([{ kind: 'work', limit: now.limit, scheduled: false }]);
        const pending = [...model.values()].filter(({ status }) => status === 'pending').length;
        expect(claimed).toHaveLength(Math.min(pending, now.limit));
        for (const job of claimed) {
          const expected = model.get(job.id);
          expect(expected?.status).toBe('pending');
          expect(job.fence).toBe((expected?.fence ?? 0) + 1);
          model.set(job.id, { status: 'running', attempt: job.attempt, fence: job.fence });
          tokens.push({ job, store });
        }
        break;
      }
      case 'settle': {
        const token = tokens[now.pick % Math.max(1, tokens.length)];
        if (token === undefined) break;
        const kept = await token.store.settle([settlement(token.job, now.to)]);
        expect(kept.has(token.job.id)).toBe(isCurrent(token.job));
        if (kept.size === 0) break;
        runs += 1;
        model.set(token.job.id, { ...token.job, status: now.to });
        break;
      }
      case 'write': {
        const token = tokens[now.pick % Math.max(1, tokens.length)];
        if (token === undefined) break;
        expect(await state.transaction((tx) => token.store.holds(tx, token.job))).toBe(isCurrent(token.job));
        break;
      }
      case 'beat': {
        const store = nodes[now.node];
        const mine = tokens.filter((token) => token.store === store).map(({ job }) => job);
        const beats = await store.heartbeat([...new Set(mine.map(({ id }) => id))]);
        const held = new Set(beats.map(({ id, fence }) => `${id}/${fence}`));
        for (const job of mine) expect(held.has(`${job.id}/${job.fence}`)).toBe(isCurrent(job));
        break;
      }
      case 'silence': {
        const silent = now.node === 0 ? 'a' : 'b';
        await sql`update job set lease_until = 1 where holder = ${silent}`.execute(state.write);
        const lost = await nodes[now.node === 0 ? 1 : 0].reap();
        for (const job of lost) {
          expect(isCurrent(job)).toBe(true);
          expect(job.node).toBe(silent);
          model.set(job.id, { ...job, status: job.attempt >= maxAttempts ? 'dead' : 'pending' });
          runs += 1;
        }
        const left = tokens.filter(({ job }) => isCurrent(job) && job.holder === silent);
        expect(left).toEqual([]);
        break;
      }
      case 'replay':
      case 'discard': {
        const id = [...model.keys()][now.pick % Math.max(1, model.size)];
        if (id === undefined) break;
        const before = model.get(id);
        const wanted =
          before?.status === 'dead' ? 'done' : before?.status === 'gone' ? 'missing' : 'not_dead';
        expect(await records[now.do](id)).toBe(wanted);
        if (before === undefined || wanted !== 'done') break;
        model.set(
          id,
          now.do === 'replay' ? { ...before, status: 'pending', attempt: 0 } : { ...before, status: 'gone' },
        );
        break;
      }
    }
    const rows = await state.write
      .withTables<JobTables>()
      .selectFrom('job')
      .select(['id', 'status', 'attempt', 'fence'])
      .execute();
    const kept = [...model].filter(([, { status }]) => status !== 'gone');
    expect(new Map(rows.map((row) => [row.id, [row.status, row.attempt, row.fence]]))).toEqual(
      new Map(kept.map(([id, { status, attempt, fence }]) => [id, [status, attempt, fence]])),
    );
  }
  const recorded = await state.write
    .withTables<JobTables>()
    .selectFrom('job_run')
    .select(['job_id', 'fence'])
    .execute();
  expect(recorded).toHaveLength(runs);
  expect(new Set(recorded.map(({ job_id: id, fence }) => `${id}/${fence}`)).size).toBe(runs);
}

describeOnBothStores('the life of a job', (open) => {
  test('whatever two nodes do, only the holder of the newest token changes a job', async () => {
    const state = await open();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => check(state, steps)),
      { numRuns: 60 },
    );
  }, 60_000);
});
