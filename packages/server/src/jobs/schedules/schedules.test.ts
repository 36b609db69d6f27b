import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock, systemClock, type ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { createJobs } from '../service.ts';
import { resolveSchedule } from './resolve.ts';
import { createScheduleStore } from './store.ts';
import type { JobContext, Jobs, MissedRun, OnMissed, Schedule } from '../types.ts';

const minute = 60_000;
const hour = 60 * minute;
const midnight = Date.parse('2026-01-10T00:00:00Z');

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 4000; turn += 1) {
    if (await check()) return;
    await systemClock.sleep(5);
  }
  throw new Error('it did not come true');
}

/** Moves the clock on in steps, giving the store time to answer, until something is true. */
async function run(clock: ManualClock, check: () => boolean | Promise<boolean>, stepMs = 100): Promise<void> {
  await until(async () => {
    await clock.advance(stepMs);
    return check();
  });
}

/** The same over hours: the wall clock jumps, and a second of work follows each jump. */
async function travel(clock: ManualClock, check: () => boolean | Promise<boolean>): Promise<void> {
  await until(async () => {
    clock.jump(10 * minute);
    await clock.advance(1000);
    return check();
  });
}

/** Lets everything that is due now happen, without moving the clock by more than a few seconds. */
async function settle(clock: ManualClock): Promise<void> {
  for (let turn = 0; turn < 15; turn += 1) {
    await clock.advance(100);
    await systemClock.sleep(5);
  }
}

describeOnBothStores('schedules', (open) => {
  function node(
    state: State,
    clock: ManualClock,
    options: { name?: string; onMissed?: OnMissed } = {},
  ): Jobs {
    return createJobs({
      state,
      clock,
      log: silentLogger,
      node: options.name ?? 'a',
      graceMs: 200,
      leaseMs: 600_000,
      ...(options.onMissed === undefined ? {} : { onMissed: options.onMissed }),
    });
  }

  async function stop(jobs: Jobs, clock: ManualClock): Promise<void> {
    let stopped = false;
    const stopping = jobs.stop(0).then(() => (stopped = true));
    await run(clock, () => stopped);
    await stopping;
  }

  const outcomes = async (jobs: Jobs, schedule: string): Promise<string[]> =>
    (await jobs.runs({ schedule })).items.map(({ outcome }) => outcome).toReversed();

  test('two nodes run each due time once', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const seen: (number | undefined)[] = [];
    const nodes = ['a', 'b'].map((name) => node(state, clock, { name }));
    for (const jobs of nodes) {
      jobs.schedule({ name: 'tick', everyMs: 10_000, run: async ({ dueAt }) => void seen.push(dueAt) });
      await jobs.start();
    }
    await run(clock, () => seen.length >= 12, 500);
    expect(seen).toEqual(seen.map((_due, index) => (seen[0] ?? 0) + index * 10_000));
    for (const jobs of nodes) await stop(jobs, clock);
  });

  test('after downtime a schedule catches up once, and what was missed is reported once', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const seen: (number | undefined)[] = [];
    const missed: MissedRun[] = [];
    const backup = {
      name: 'backup',
      cron: '0 3 * * *',
      timeZone: 'UTC',
      run: async ({ dueAt }: JobContext) => void seen.push(dueAt),
    };
    const first = node(state, clock);
    first.schedule(backup);
    await first.start();
    await run(clock, async () => (await first.schedules()).every(({ nextAt }) => nextAt !== undefined));
    await stop(first, clock);

    clock.jump(4 * 24 * hour);
    const nodes = ['a', 'b'].map((name) =>
      node(state, clock, { name, onMissed: async (report) => void missed.push(report) }),
    );
    for (const jobs of nodes) {
      jobs.schedule(backup);
      await jobs.start();
    }
    await run(clock, () => seen.length > 0 && missed.length > 0);
    await settle(clock);
    expect(seen).toEqual([midnight + 3 * 24 * hour + 3 * hour]);
    expect(missed.filter(({ schedule }) => schedule === 'backup')).toMatchObject([
      {
        firstDueAt: midnight + 3 * hour,
        lastDueAt: midnight + 3 * 24 * hour + 3 * hour,
        count: 4,
        caughtUp: true,
      },
    ]);
    expect((await outcomes(nodes[0] as Jobs, 'backup')).toSorted()).toEqual(['missed', 'succeeded']);
    for (const jobs of nodes) await stop(jobs, clock);
  });

  test('without catch-up nothing runs for the time that was missed', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const seen: (number | undefined)[] = [];
    const jobs = node(state, clock);
    jobs.schedule({
      name: 'digest',
      cron: '0 3 * * *',
      catchUp: 'none',
      run: async ({ dueAt }) => void seen.push(dueAt),
    });
    await jobs.start();
    await run(clock, async () => (await jobs.schedules()).every(({ nextAt }) => nextAt !== undefined));
    clock.jump(28 * hour);
    await run(clock, async () => (await outcomes(jobs, 'digest')).includes('missed'));
    await settle(clock);
    expect(seen).toEqual([]);
    clock.jump(23 * hour - 5000);
    await run(clock, () => seen.length > 0);
    expect(seen).toEqual([midnight + 51 * hour]);
    await stop(jobs, clock);
  });

  test('a report of a missed run is repeated until it is kept, and then not again', async () => {
    const state = await open();
    await sql`create table note (text text)`.execute(state.write);
    const clock = createManualClock(midnight);
    let calls = 0;
    const jobs = node(state, clock, {
      async onMissed({ schedule }, tx) {
        if (schedule !== 'report') return;
        calls += 1;
        await sql`insert into note (text) values ('missed')`.execute(tx);
        if (calls < 3) throw new Error('no alert could be written');
      },
    });
    jobs.schedule({ name: 'report', everyMs: hour, catchUp: 'none', run: async () => undefined });
    await jobs.start();
    await run(clock, async () => (await jobs.schedules()).every(({ nextAt }) => nextAt !== undefined));
    clock.jump(5 * hour + 10 * minute);
    await run(clock, () => calls === 3);
    await settle(clock);
    expect(calls).toBe(3);
    expect((await sql`select text from note`.execute(state.read)).rows).toEqual([{ text: 'missed' }]);
    await stop(jobs, clock);
  });

  test('a run that no node starts in time is reported although it was due on time', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const missed: MissedRun[] = [];
    const starts: number[] = [];
    const releases: (() => void)[] = [];
    const jobs = node(state, clock, { onMissed: async (report) => void missed.push(report) });
    jobs.schedule({
      name: 'slow',
      everyMs: minute,
      overlap: 'queue',
      toleranceMs: 10_000,
      run: ({ dueAt = 0 }) =>
        new Promise((resolve) => {
          starts.push(dueAt);
          releases.push(resolve);
        }),
    });
    await jobs.start();
    await run(clock, () => missed.length === 1, 1000);
    expect(missed).toMatchObject([
      { schedule: 'slow', firstDueAt: (starts[0] ?? 0) + minute, count: 1, caughtUp: true },
    ]);
    expect(releases).toHaveLength(1);
    releases[0]?.();
    await run(clock, () => releases.length === 2);
    for (const release of releases) release();
    await stop(jobs, clock);
  });

  test('a run whose node died between its due time and its start is reported when it starts late', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const schedule = { name: 'nightly', cron: '0 3 * * *', run: async () => undefined };
    const resolved = resolveSchedule(schedule);
    const store = createScheduleStore({ state, clock });
    const due = midnight + 3 * hour;
    await store.put({
      name: 'nightly',
      timing: JSON.stringify(resolved.timing),
      next_at: due,
      planned_from: midnight,
    });
    clock.jump(3 * hour);
    await store.advance(resolved, () => ({
      nextAt: due + 24 * hour,
      plannedFrom: due,
      fire: { dueAt: due, late: false },
    }));
    clock.jump(10 * minute);
    const missed: MissedRun[] = [];
    const jobs = node(state, clock, { onMissed: async (report) => void missed.push(report) });
    jobs.schedule(schedule);
    await jobs.start();
    await run(clock, async () => (await outcomes(jobs, 'nightly')).includes('succeeded'));
    await run(clock, () => missed.length > 0);
    expect(missed).toMatchObject([{ schedule: 'nightly', firstDueAt: due, count: 1, caughtUp: true }]);
    await stop(jobs, clock);
  });

  test.each(['skip', 'queue', 'replace'] as const)(
    'a run that outlasts its interval: %s',
    async (overlap) => {
      const state = await open();
      const clock = createManualClock(midnight);
      let together = 0;
      let most = 0;
      const started: number[] = [];
      const stopped: number[] = [];
      const ends = new Map<number, () => void>();
      const schedule: Schedule = {
        name: 'long',
        everyMs: minute,
        overlap,
        run: ({ dueAt = 0, signal }) =>
          new Promise((resolve, reject) => {
            together += 1;
            most = Math.max(most, together);
            started.push(dueAt);
            ends.set(dueAt, () => {
              together -= 1;
              resolve();
            });
            signal.addEventListener('abort', () => {
              together -= 1;
              stopped.push(dueAt);
              reject(new Error('stopped'));
            });
          }),
      };
      const nodes = ['a', 'b'].map((name) => node(state, clock, { name }));
      for (const jobs of nodes) {
        jobs.schedule(schedule);
        await jobs.start();
      }
      await run(clock, () => started.length > 0, 1000);
      const first = started[0] ?? 0;
      const [one] = nodes as [Jobs, Jobs];
      const statuses = async () =>
        (await one.list({ kind: 'schedule:long' })).items.map(({ status }) => status).toSorted();
      /** The two due times after the first have had their effect. */
      const passed = async (): Promise<boolean> =>
        overlap === 'queue'
          ? (await statuses()).length === 3
          : (await outcomes(one, 'long')).length === 2 && (overlap === 'skip' || started.length === 3);
      await run(clock, passed, 500);
      await settle(clock);
      expect(most).toBe(1);
      const done = await outcomes(one, 'long');
      if (overlap === 'skip') {
        expect(started).toEqual([first]);
        expect(done).toEqual(['skipped', 'skipped']);
      } else if (overlap === 'queue') {
        expect(started).toEqual([first]);
        expect(await statuses()).toEqual(['pending', 'pending', 'running']);
        ends.get(first)?.();
        await run(clock, () => started.length === 2);
        ends.get(first + minute)?.();
        await run(clock, () => started.length === 3);
        expect(started).toEqual([first, first + minute, first + 2 * minute]);
        expect(most).toBe(1);
      } else {
        expect(started).toEqual([first, first + minute, first + 2 * minute]);
        expect(stopped).toEqual([first, first + minute]);
        expect(done).toEqual(['replaced', 'replaced']);
      }
      for (const jobs of nodes) await stop(jobs, clock);
    },
  );

  test('a daily schedule follows the clocks of its time zone through spring and autumn', async () => {
    const state = await open();
    for (const [from, expected] of [
      ['2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
      ['2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
    ] as const) {
      const clock = createManualClock(Date.parse(from));
      const seen: string[] = [];
      const jobs = node(state, clock);
      jobs.schedule({
        name: `night-${from.slice(0, 7)}`,
        cron: '30 2 * * *',
        timeZone: 'Europe/Berlin',
        run: async ({ dueAt = 0 }) => void seen.push(new Date(dueAt).toISOString()),
      });
      await jobs.start();
      await travel(clock, () => seen.length === 2);
      expect(seen).toEqual(expected);
      await stop(jobs, clock);
    }
  });

  test('a clock that jumps forward or back neither loses nor doubles a due time', async () => {
    const state = await open();
    const clock = createManualClock(midnight + 2 * hour);
    const seen: number[] = [];
    const jobs = node(state, clock);
    jobs.schedule({
      name: 'nightly',
      cron: '0 3 * * *',
      run: async ({ dueAt = 0 }) => void seen.push(dueAt),
    });
    await jobs.start();
    await settle(clock);
    const due = midnight + 3 * hour;
    clock.jump(hour + minute);
    await run(clock, () => seen.length === 1);
    clock.jump(-hour);
    const repeated = clock.now();
    expect(repeated).toBeLessThan(due);
    await travel(clock, () => clock.now() > due + 5 * minute);
    expect(seen).toEqual([due]);
    // A wrong year, for a while, and back: the next night runs all the same.
    clock.jump(365 * 24 * hour);
    await run(clock, () => seen.length === 2);
    clock.jump(-365 * 24 * hour);
    await travel(clock, () => seen.length === 3);
    expect(seen[2]).toBe(due + 24 * hour);
    await stop(jobs, clock);
  });

  test('a schedule that fails is tried again and then recorded, not kept as dead', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const jobs = node(state, clock);
    jobs.schedule({
      name: 'broken',
      everyMs: 10_000,
      retry: { maxAttempts: 2, baseMs: 1000 },
      async run() {
        throw new Error('broken');
      },
    });
    await jobs.start();
    const failed = async () =>
      (await jobs.runs({ schedule: 'broken', outcome: 'failed' })).items.toReversed();
    await run(clock, async () => (await failed()).length >= 3, 500);
    const [first, second, third] = await failed();
    expect([first?.attempt, second?.attempt, third?.attempt]).toEqual([1, 2, 1]);
    expect(second?.jobId).toBe(first?.jobId);
    expect(third?.jobId).not.toBe(first?.jobId);
    expect((await jobs.stats()).dead).toBe(0);
    await stop(jobs, clock);
  });

  test('a changed timing is planned anew and an unchanged one is kept over a restart', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const nextAt = async (everyMs: number): Promise<number | undefined> => {
      const jobs = node(state, clock);
      jobs.schedule({ name: 'x', everyMs, run: async () => undefined });
      await jobs.start();
      const current = async () => (await jobs.schedules()).find(({ name }) => name === 'x')?.nextAt;
      await run(clock, async () => (await current()) !== undefined);
      const at = await current();
      await stop(jobs, clock);
      return at;
    };
    const planned = await nextAt(hour);
    clock.jump(10 * minute);
    expect(await nextAt(hour)).toBe(planned);
    expect(await nextAt(2 * hour)).toBeGreaterThan((planned ?? 0) + hour);
  });

  test('a schedule that is wrong or taken is refused by field', async () => {
    const jobs = node(await open(), createManualClock(midnight));
    const work = async (): Promise<void> => undefined;
    jobs.schedule({ name: 'taken', everyMs: 1000, run: work });
    expect(() => jobs.schedule({ name: 'taken', everyMs: 1000, run: work })).toThrow(/defined twice/);
    expect(() => jobs.schedule({ name: 'a b', everyMs: 1000, run: work })).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ field: 'name' })] }),
    );
    expect(() => jobs.schedule({ name: 'x', cron: '* * * *', run: work })).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ field: 'cron' })] }),
    );
  });

  test('old runs are pruned and younger ones kept', async () => {
    const state = await open();
    const clock = createManualClock(midnight);
    const jobs = node(state, clock);
    const insert = (id: string, finishedAt: number) =>
      sql`insert into job_run (id, kind, attempt, fence, finished_at, outcome) values (${id}, 'k', 1, 1, ${finishedAt}, 'succeeded')`.execute(
        state.write,
      );
    await insert('run_old', midnight - 31 * 24 * hour);
    await insert('run_young', midnight - 29 * 24 * hour);
    await jobs.start();
    await travel(clock, async () => (await outcomes(jobs, 'jobs.prune-runs')).length > 0);
    expect((await jobs.runs({ kind: 'k' })).items.map(({ id }) => id)).toEqual(['run_young']);
    await stop(jobs, clock);
  });
});
