import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock, systemClock, type ManualClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { PermanentFailure } from '../errors.ts';
import { createJobs } from '../service.ts';
import type { JobContext, JobKind, Jobs } from '../types.ts';

const schema = z.object({ n: z.number() });
type Payload = z.infer<typeof schema>;
type NoteTables = { note: { text: string } };

/** Waits in real time, because the store answers in real time, for something that must come true. */
async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 4000; turn += 1) {
    if (await check()) return;
    await systemClock.sleep(5);
  }
  throw new Error('it did not come true');
}

describeOnBothStores('the queue', (open) => {
  async function node(
    kind: Partial<JobKind<Payload>> & Pick<JobKind<Payload>, 'run'>,
    options: { state?: State; clock?: ManualClock; name?: string; leaseMs?: number } = {},
  ) {
    const state = options.state ?? (await open());
    const clock = options.clock ?? createManualClock();
    const jobs = createJobs({
      state,
      clock,
      log: silentLogger,
      node: options.name ?? 'a',
      leaseMs: options.leaseMs ?? 30_000,
      graceMs: 500,
    });
    jobs.define({ kind: 'work', schema, retry: { baseMs: 1000, maxMs: 8000, maxAttempts: 3 }, ...kind });
    await jobs.start();
    return { state, clock, jobs };
  }

  /** Moves the manual clock on in small steps until something is true, giving the store time to answer. */
  async function run(
    clock: ManualClock,
    check: () => boolean | Promise<boolean>,
    stepMs = 20,
  ): Promise<void> {
    await until(async () => {
      await clock.advance(stepMs);
      return check();
    });
  }

  const outcomes = async (jobs: Jobs): Promise<string[]> =>
    (await jobs.runs({ kind: 'work' })).items.map(({ outcome }) => outcome).toReversed();

  test('a job runs once, with its payload, and its run is on record', async () => {
    const seen: Payload[] = [];
    const { state, jobs, clock } = await node({ run: async (payload) => void seen.push(payload) });
    const { id, added } = await jobs.enqueue(state, { kind: 'work', payload: { n: 7 } });
    expect(added).toBe(true);
    await run(clock, async () => (await outcomes(jobs)).length === 1);
    const from = clock.now();
    await run(clock, () => clock.now() - from > 5000, 500);
    expect(seen).toEqual([{ n: 7 }]);
    expect((await jobs.runs({ kind: 'work' })).items).toMatchObject([
      { jobId: id, kind: 'work', attempt: 1, fence: 1, node: 'a', outcome: 'succeeded', error: null },
    ]);
    expect(await jobs.stats()).toEqual({ pending: 0, running: 0, dead: 0, oldestPendingAgeMs: 0 });
  });

  test('a job enqueued in a transaction runs when it commits, and never when it fails', async () => {
    const seen: number[] = [];
    const { state, jobs, clock } = await node({ run: async ({ n }) => void seen.push(n) });
    await expect(
      state.transaction(async (tx) => {
        await jobs.enqueue(tx, { kind: 'work', payload: { n: 1 } });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await state.transaction(async (tx) => jobs.enqueue(tx, { kind: 'work', payload: { n: 2 } }));
    await run(clock, async () => (await outcomes(jobs)).length === 1);
    expect(seen).toEqual([2]);
  });

  test('a job with a time in the future waits for it', async () => {
    const seen: number[] = [];
    const { state, jobs, clock } = await node({ run: async ({ n }) => void seen.push(n) });
    const runAt = clock.now() + 10_000;
    await jobs.enqueue(state, { kind: 'work', payload: { n: 1 }, runAt });
    await run(clock, () => clock.now() > runAt - 200, 100);
    expect(seen).toEqual([]);
    await run(clock, () => seen.length === 1);
    expect(clock.now()).toBeGreaterThanOrEqual(runAt);
  });

  test('a key is unique among pending jobs and the earlier time wins', async () => {
    const { state, jobs, clock } = await node({ run: async () => undefined });
    const job = { kind: 'work', payload: { n: 1 }, key: 'k' };
    const first = await jobs.enqueue(state, { ...job, runAt: clock.now() + 60_000 });
    const second = await jobs.enqueue(state, { ...job, runAt: clock.now() + 30_000 });
    const third = await jobs.enqueue(state, { ...job, runAt: clock.now() + 90_000 });
    expect([second, third]).toEqual([
      { id: first.id, added: false },
      { id: first.id, added: false },
    ]);
    expect((await jobs.list()).items).toMatchObject([{ id: first.id, runAt: clock.now() + 30_000 }]);
  });

  test('a key is free again while its job runs, and a retry does not clash with the newcomer', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let starts = 0;
    const { state, jobs, clock } = await node({
      async run() {
        starts += 1;
        if (starts === 1) {
          await gate;
          throw new Error('first fails');
        }
      },
      concurrency: 1,
    });
    const job = { kind: 'work', payload: { n: 1 }, key: 'k' };
    await jobs.enqueue(state, job);
    await run(clock, () => starts === 1);
    expect((await jobs.enqueue(state, job)).added).toBe(true);
    release();
    await run(clock, async () => (await outcomes(jobs)).length === 3);
    expect((await outcomes(jobs)).toSorted()).toEqual(['failed', 'succeeded', 'succeeded']);
  });

  test('a failing job is retried with growing waits, then dead, then replayed', async () => {
    const starts: number[] = [];
    let healthy = false;
    const { state, jobs, clock } = await node({
      async run() {
        starts.push(clock.now());
        if (!healthy) throw new Error('broken');
      },
    });
    const { id } = await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    await run(clock, async () => (await jobs.stats()).dead === 1);
    expect(starts).toHaveLength(3);
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(500);
    expect((starts[2] ?? 0) - (starts[1] ?? 0)).toBeGreaterThanOrEqual(1000);
    expect((await jobs.deadLetters()).items).toMatchObject([{ id, attempt: 3, lastError: 'broken' }]);
    healthy = true;
    await jobs.replay(id);
    await run(clock, async () => (await outcomes(jobs)).length === 4);
    expect(await outcomes(jobs)).toEqual(['failed', 'failed', 'failed', 'succeeded']);
    await expect(jobs.replay(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('the pause that an error asks for is kept', async () => {
    const starts: number[] = [];
    const { state, jobs, clock } = await node({
      async run() {
        starts.push(clock.now());
        if (starts.length === 1)
          throw new CustosError('busy', 'Busy.', { status: 503, retryAfterSeconds: 20 });
      },
    });
    await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    await run(clock, () => starts.length === 2, 200);
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(20_000);
  });

  test('a permanent failure is dead at once and can be discarded', async () => {
    const { state, jobs, clock } = await node({
      async run() {
        throw new PermanentFailure('the address does not exist');
      },
    });
    const { id } = await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    await run(clock, async () => (await jobs.stats()).dead === 1);
    await jobs.discard(id);
    expect((await jobs.list()).items).toEqual([]);
    expect(await outcomes(jobs)).toEqual(['failed']);
    await expect(jobs.discard(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('only a dead job is replayed or discarded, and not over a pending one with its key', async () => {
    let fail = true;
    const { state, jobs, clock } = await node({
      async run() {
        if (fail) throw new PermanentFailure('no');
      },
    });
    const { id } = await jobs.enqueue(state, { kind: 'work', payload: { n: 1 }, key: 'k' });
    await run(clock, async () => (await jobs.stats()).dead === 1);
    fail = false;
    const waiting = await jobs.enqueue(state, {
      kind: 'work',
      payload: { n: 2 },
      key: 'k',
      runAt: clock.now() + 1e6,
    });
    await expect(jobs.replay(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(jobs.replay(waiting.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(jobs.discard(waiting.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a handler that takes too long is told to stop and its attempt is recorded', async () => {
    let reason: unknown;
    const { state, jobs, clock } = await node({
      timeoutMs: 1000,
      retry: { maxAttempts: 1 },
      run: (_payload, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(new Error('stopped'));
          });
        }),
    });
    await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    await run(clock, async () => (await jobs.stats()).dead === 1);
    expect(reason).toBeInstanceOf(Error);
    expect((await jobs.runs({ outcome: 'timed_out' })).items).toMatchObject([
      { error: 'No result within 1000 ms.' },
    ]);
  });

  test('a handler that ignores its signal is given up, and what it writes later is refused', async () => {
    let context: JobContext | undefined;
    const { state, jobs, clock } = await node({
      timeoutMs: 1000,
      retry: { maxAttempts: 1 },
      run: (_payload, given) => {
        context = given;
        return new Promise(() => undefined);
      },
    });
    await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    await run(clock, async () => (await jobs.stats()).dead === 1);
    await expect(context?.fenced(async () => 1)).rejects.toMatchObject({ code: 'lease_lost' });
  });

  test('what a handler wrote in finish is kept together with the completion', async () => {
    const { state, jobs, clock } = await node({
      async run({ n }, context) {
        await context.finish(async (tx) => {
          await tx
            .withTables<NoteTables>()
            .insertInto('note')
            .values({ text: `note ${n}` })
            .execute();
          if (n === 2 && context.attempt === 1) throw new Error('at the last moment');
        });
      },
    });
    await sql`create table note (text text)`.execute(state.write);
    for (const n of [1, 2]) await jobs.enqueue(state, { kind: 'work', payload: { n } });
    await run(clock, async () => (await outcomes(jobs)).length === 3);
    const notes = await state.read
      .withTables<NoteTables>()
      .selectFrom('note')
      .selectAll()
      .orderBy('text')
      .execute();
    expect(notes).toEqual([{ text: 'note 1' }, { text: 'note 2' }]);
    expect((await outcomes(jobs)).toSorted()).toEqual(['failed', 'succeeded', 'succeeded']);
  });

  test('another node takes over a job whose lease ran out, and the old holder cannot write', async () => {
    const contexts: JobContext[] = [];
    const first = await node(
      {
        run: (_payload, context) => {
          contexts.push(context);
          return new Promise(() => undefined);
        },
      },
      { leaseMs: 300 },
    );
    await first.jobs.enqueue(first.state, { kind: 'work', payload: { n: 1 } });
    await run(first.clock, () => contexts.length === 1);
    // Its clock stands still from here, so it sends no more heartbeats: the node is paused.
    const clock = createManualClock();
    clock.jump(10_000_000);
    const second = await node(
      { run: async (_payload, context) => void contexts.push(context) },
      { state: first.state, clock, name: 'b', leaseMs: 300 },
    );
    await run(clock, () => contexts.length === 2);
    await run(clock, async () => (await outcomes(second.jobs)).length === 2);
    expect(
      (await second.jobs.runs({ kind: 'work' })).items
        .map(({ node, outcome, attempt, fence }) => ({ node, outcome, attempt, fence }))
        .toSorted((a, b) => a.fence - b.fence),
    ).toEqual([
      { node: 'a', outcome: 'lost', attempt: 1, fence: 1 },
      { node: 'b', outcome: 'succeeded', attempt: 2, fence: 2 },
    ]);
    await expect(contexts[0]?.fenced(async () => 1)).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(contexts[0]?.finish(async () => 1)).rejects.toMatchObject({ code: 'lease_lost' });
    await run(first.clock, () => contexts[0]?.signal.aborted === true);
    expect(contexts[0]?.signal.reason).toMatchObject({ code: 'lease_lost' });
  });

  test('a job that outlives its lease is kept by its heartbeats', async () => {
    let starts = 0;
    let over = false;
    const { state, jobs, clock } = await node(
      {
        async run(_payload, { signal }) {
          starts += 1;
          while (!over && !signal.aborted) await clock.sleep(50);
        },
      },
      { leaseMs: 300 },
    );
    const other = await node(
      { run: async () => void (starts += 1) },
      { state, clock, name: 'b', leaseMs: 300 },
    );
    await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    const from = clock.now();
    const realFrom = performance.now();
    await run(clock, () => clock.now() - from > 3000 && performance.now() - realFrom > 1000);
    over = true;
    await run(clock, async () => (await outcomes(other.jobs)).length > 0);
    expect(starts).toBe(1);
    expect(await outcomes(jobs)).toEqual(['succeeded']);
  });

  test('a jump of the clock takes no running job from its live holder', async () => {
    let starts = 0;
    let over = false;
    const { state, jobs, clock } = await node({
      async run(_payload, { signal }) {
        starts += 1;
        while (!over && !signal.aborted) await clock.sleep(50);
      },
    });
    await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    await run(clock, () => starts === 1);
    for (const jump of [7_200_000, -86_400_000]) {
      clock.jump(jump);
      const from = clock.monotonic();
      await run(clock, () => clock.monotonic() - from > 15_000, 500);
    }
    over = true;
    await run(clock, async () => (await outcomes(jobs)).length > 0);
    expect(starts).toBe(1);
    expect(await outcomes(jobs)).toEqual(['succeeded']);
  });

  test('stopping waits for running work and puts back what does not end in time', async () => {
    let slow: JobContext | undefined;
    const { state, jobs, clock } = await node({
      async run({ n }, context) {
        if (n === 1) await clock.sleep(1000);
        else {
          slow = context;
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
          throw new Error('stopped');
        }
      },
    });
    for (const n of [1, 2]) await jobs.enqueue(state, { kind: 'work', payload: { n } });
    await run(clock, async () => (await jobs.stats()).running === 2);
    let stopped = false;
    const stopping = Promise.all([jobs.stop(5000), jobs.stop(5000)]).then(() => {
      stopped = true;
    });
    await run(clock, () => stopped);
    await stopping;
    expect(slow?.signal.aborted).toBe(true);
    expect((await outcomes(jobs)).toSorted()).toEqual(['interrupted', 'succeeded']);
    expect((await jobs.list()).items).toMatchObject([{ status: 'pending', attempt: 0, payload: { n: 2 } }]);
  });

  test('no more jobs of a kind run together than it allows', async () => {
    let together = 0;
    let most = 0;
    const { state, jobs, clock } = await node({
      concurrency: 3,
      async run() {
        together += 1;
        most = Math.max(most, together);
        await clock.sleep(30);
        together -= 1;
      },
    });
    for (let n = 0; n < 12; n += 1) await jobs.enqueue(state, { kind: 'work', payload: { n } });
    await run(clock, async () => (await outcomes(jobs)).length === 12);
    expect(most).toBe(3);
  });

  test('bad input is refused by field and nothing is stored', async () => {
    const { state, jobs } = await node({ run: async () => undefined });
    const refused = async (options: object, field: string) =>
      expect(jobs.enqueue(state, { kind: 'work', payload: { n: 1 }, ...options })).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [expect.objectContaining({ field })],
      });
    await refused({ kind: 'unknown' }, 'kind');
    await refused({ kind: 'schedule:jobs.prune-runs' }, 'kind');
    await refused({ payload: { n: 'one' } }, 'payload.n');
    await refused({ runAt: Number.NaN }, 'runAt');
    await refused({ maxAttempts: 0 }, 'maxAttempts');
    await refused({ timeoutMs: -1 }, 'timeoutMs');
    await refused({ key: '' }, 'key');
    await expect(jobs.runs({ limit: 0 })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(() => jobs.define({ kind: 'work', schema, run: async () => undefined })).toThrow(/defined twice/);
    expect(() => jobs.define({ kind: 'w', schema, run: async () => undefined, concurrency: 0 })).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ field: 'concurrency' })] }),
    );
    expect((await jobs.list({ kind: 'work' })).items).toEqual([]);
  });

  test('lists are paged newest first without gaps or repeats', async () => {
    const { state, jobs, clock } = await node({ run: async () => undefined });
    for (let n = 0; n < 7; n += 1) {
      await jobs.enqueue(state, { kind: 'work', payload: { n } });
      clock.jump(1);
    }
    await run(clock, async () => (await outcomes(jobs)).length === 7);
    const all = (await jobs.runs({ kind: 'work' })).items.map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await jobs.runs({ kind: 'work', limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
    expect(all).toEqual(all.toSorted().toReversed());
  });

  test('a payload that an older version wrote and this one cannot read is dead, not retried', async () => {
    const { state, jobs, clock } = await node({ run: async () => undefined });
    const { id } = await jobs.enqueue(state, { kind: 'work', payload: { n: 1 }, runAt: clock.now() + 500 });
    await sql`update job set payload = '{"n":"old"}' where id = ${id}`.execute(state.write);
    await run(clock, async () => (await jobs.stats()).dead === 1);
    expect(await outcomes(jobs)).toEqual(['failed']);
  });

  test('a NUL in an error does not keep the end of a job off the record', async () => {
    const { state, jobs, clock } = await node({
      retry: { maxAttempts: 1 },
      async run() {
        throw new Error('bad\0byte');
      },
    });
    await jobs.enqueue(state, { kind: 'work', payload: { n: 1 } });
    await run(clock, async () => (await jobs.stats()).dead === 1);
    expect((await jobs.runs({ kind: 'work' })).items).toMatchObject([{ error: 'badbyte' }]);
  });
});
