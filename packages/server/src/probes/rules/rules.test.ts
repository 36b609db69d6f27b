import fc from 'fast-check';
import { createManualClock } from '../../base/clock.ts';
import { describe, expect, test } from 'vitest';
import { createScheduler } from '../scheduler.ts';
import { assess } from './assess.ts';
import { findCycle } from './dependencies.ts';
import { createDueHeap } from './due-heap.ts';
import { nextDue } from './due-times.ts';
import { errorBudgetLeft } from './error-budget.ts';
import { judgeHeartbeat } from './heartbeat.ts';
import { currentOrNextWindow, isActive } from './maintenance-window.ts';
import { isOwnNetwork } from './own-network.ts';
import { accrue } from './service-time.ts';
import { advance, freshStreak, type Streak } from './streak.ts';
import {
  addHour,
  countInto,
  hourMs,
  noUptime,
  packBuckets,
  shareUp,
  sumsOver,
  unpackBuckets,
  type Bucket,
} from './uptime.ts';
import { weigh } from './weigh.ts';

const results = fc.array(fc.constantFrom('up', 'degraded', 'down', 'inconclusive'), { maxLength: 40 });
const limits = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }))
  .map(([count, more]) => ({ count, window: count + more }));
const walk = (
  list: readonly ('up' | 'degraded' | 'down' | 'inconclusive')[],
  lim: { count: number; window: number },
): Streak => list.reduce<Streak>((streak, status) => advance(streak, { status }, lim), freshStreak);

describe('streak', () => {
  test('a probe is down exactly when N of its last M conclusive results are failures', () => {
    fc.assert(
      fc.property(results, limits, (list, lim) => {
        const conclusive = list.filter((status) => status !== 'inconclusive').slice(-lim.window);
        const down = conclusive.filter((status) => status === 'down').length >= lim.count;
        expect(walk(list, lim).condition === 'down').toBe(down);
      }),
    );
  });

  test('inconclusive results never make anything down or up, only unknown after a window of them', () => {
    fc.assert(
      fc.property(results, limits, fc.integer({ min: 1, max: 12 }), (list, lim, times) => {
        const before = walk(list, lim);
        let after = before;
        for (let turn = 0; turn < times; turn += 1) after = advance(after, { status: 'inconclusive' }, lim);
        expect(after.recent).toEqual(before.recent);
        if (after.condition !== before.condition) expect(after.condition).toBe('unknown');
        if (before.condition === 'down') expect(after.condition).toBe('down');
        if (times >= lim.window && before.condition !== 'down') expect(after.condition).toBe('unknown');
      }),
    );
  });

  test('one failure of two leaves a probe up, and one success after two failures brings it back', () => {
    const lim = { count: 2, window: 2 };
    expect(walk(['up', 'down'], lim).condition).toBe('up');
    expect(walk(['up', 'down', 'down'], lim).condition).toBe('down');
    expect(walk(['up', 'down', 'down', 'up'], lim).condition).toBe('up');
    expect(walk(['up', 'degraded', 'down'], lim).condition).toBe('degraded');
    expect(walk(['down'], lim).condition).toBe('unknown');
  });

  test('a decisive result needs no company', () => {
    const lim = { count: 3, window: 5 };
    const down = advance(walk(['up', 'up'], lim), { status: 'down', decisive: true }, lim);
    expect(down.condition).toBe('down');
    expect(advance(down, { status: 'up', decisive: true }, lim).condition).toBe('up');
  });
});

test('what weighs more hides what weighs less', () => {
  const all = { paused: true, inMaintenance: true, blocked: true, condition: 'down' as const };
  expect(weigh(all)).toBe('paused');
  expect(weigh({ ...all, paused: false })).toBe('maintenance');
  expect(weigh({ ...all, paused: false, inMaintenance: false })).toBe('blocked');
  expect(weigh({ ...all, paused: false, inMaintenance: false, blocked: false })).toBe('down');
});

describe('assessment', () => {
  const probe = (id: string, serviceId: string, condition: 'up' | 'down' | 'unknown', more = {}) => ({
    id,
    serviceId,
    condition,
    paused: false,
    inMaintenance: false,
    message: `${id} says`,
    ...more,
  });
  const service = (id: string, dependsOn: string[] = [], inMaintenance = false) => ({
    id,
    name: id,
    dependsOn,
    inMaintenance,
  });

  test('a failing parent in a window of its own still blocks its children', () => {
    const found = assess(
      [probe('p', 'parent', 'down', { inMaintenance: true }), probe('c', 'child', 'down')],
      [service('parent', [], true), service('child', ['parent'])],
    );
    expect(found.services.get('parent')?.status).toBe('maintenance');
    expect(found.probes.get('c')?.status).toBe('blocked');
  });

  test('a paused probe neither brings its service down nor blocks others', () => {
    const found = assess(
      [
        probe('p', 'parent', 'down', { paused: true }),
        probe('q', 'parent', 'up'),
        probe('c', 'child', 'down'),
      ],
      [service('parent'), service('child', ['parent'])],
    );
    expect(found.services.get('parent')?.status).toBe('up');
    expect(found.services.get('child')).toMatchObject({ status: 'down', reason: 'c says' });
  });

  test('a service is blocked exactly when some ancestor has a failing probe, whatever the order', () => {
    const graph = fc.integer({ min: 2, max: 8 }).chain((size) =>
      fc.record({
        parents: fc.array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 3 }), {
          minLength: size,
          maxLength: size,
        }),
        down: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
        flip: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(graph, ({ parents, down, flip }) => {
        // Parents have smaller numbers, so there is no cycle.
        const services = parents.map((list, index) =>
          service(
            `s${index}`,
            list.filter((parent) => parent < index).map((parent) => `s${parent}`),
          ),
        );
        const probes = down.map((bad, index) => probe(`p${index}`, `s${index}`, bad ? 'down' : 'up'));
        const found = assess(probes, flip ? services.toReversed() : services);
        const ancestors = (index: number): Set<number> =>
          new Set(
            (services[index]?.dependsOn ?? []).flatMap((id) => [
              Number(id.slice(1)),
              ...ancestors(Number(id.slice(1))),
            ]),
          );
        for (const index of down.keys()) {
          const blocked = [...ancestors(index)].some((ancestor) => down[ancestor]);
          expect(found.services.get(`s${index}`)?.status === 'blocked').toBe(blocked);
          expect(found.probes.get(`p${index}`)?.status === 'blocked').toBe(blocked);
        }
      }),
    );
  });
});

test('a cycle is found exactly when there is one, and what is returned is one', () => {
  const graphs = fc.array(fc.array(fc.nat({ max: 6 }), { maxLength: 3 }), { minLength: 7, maxLength: 7 });
  fc.assert(
    fc.property(graphs, (edges) => {
      const nodes = edges.map((to, id) => ({ id: String(id), dependsOn: to.map(String) }));
      const reaches = (from: string, target: string, seen = new Set<string>()): boolean =>
        (nodes[Number(from)]?.dependsOn ?? []).some((next) => {
          if (next === target) return true;
          if (seen.has(next)) return false;
          seen.add(next);
          return reaches(next, target, seen);
        });
      const cycle = findCycle(nodes);
      expect(cycle !== undefined).toBe(nodes.some(({ id }) => reaches(id, id)));
      for (const [index, id] of (cycle ?? []).slice(0, -1).entries()) {
        expect(nodes[Number(id)]?.dependsOn).toContain(cycle?.[index + 1]);
      }
      if (cycle !== undefined) expect(cycle[0]).toBe(cycle.at(-1));
    }),
  );
});

describe('maintenance windows', () => {
  const at = (text: string): number => Date.parse(text);
  const berlin = (cron: string, hours: number) => ({
    type: 'recurring' as const,
    cron,
    durationMs: hours * hourMs,
    timeZone: 'Europe/Berlin',
  });

  test('a recurring window follows the local clock across both changes of it', () => {
    const nightly = berlin('0 3 * * *', 1);
    expect(currentOrNextWindow(nightly, at('2026-03-28T12:00:00Z'))?.startsAt).toBe(
      at('2026-03-29T01:00:00Z'),
    );
    expect(currentOrNextWindow(nightly, at('2026-03-27T12:00:00Z'))?.startsAt).toBe(
      at('2026-03-28T02:00:00Z'),
    );
    expect(currentOrNextWindow(nightly, at('2026-10-25T12:00:00Z'))?.startsAt).toBe(
      at('2026-10-26T02:00:00Z'),
    );
  });

  test('a start in the hour that is skipped is not lost, and one in the repeated hour comes once', () => {
    const skipped = currentOrNextWindow(berlin('30 2 * * *', 1), at('2026-03-29T00:00:00Z'));
    expect(skipped?.startsAt).toBeGreaterThanOrEqual(at('2026-03-29T01:00:00Z'));
    expect(skipped?.startsAt).toBeLessThanOrEqual(at('2026-03-29T01:30:00Z'));
    const repeated = berlin('30 2 * * *', 0.5);
    const first = currentOrNextWindow(repeated, at('2026-10-24T23:00:00Z'));
    const after = currentOrNextWindow(repeated, first?.endsAt ?? 0);
    expect((after?.startsAt ?? 0) - (first?.startsAt ?? 0)).toBeGreaterThan(20 * hourMs);
  });

  test('a window holds from its start until just before its end', () => {
    const window = currentOrNextWindow(berlin('0 3 * * *', 2), at('2026-06-01T02:00:00Z'));
    expect(window?.startsAt).toBe(at('2026-06-01T01:00:00Z'));
    expect(isActive(window, at('2026-06-01T02:59:59.999Z'))).toBe(true);
    expect(isActive(window, at('2026-06-01T03:00:00Z'))).toBe(false);
    const once = { type: 'once' as const, startsAt: 10, endsAt: 20 };
    expect(currentOrNextWindow(once, 20)).toBeUndefined();
  });
});

describe('uptime', () => {
  test('counters say what a plain count over the raw results says', () => {
    const event = fc.record({
      gap: fc.integer({ min: 1, max: 5 * hourMs }),
      as: fc.constantFrom('up', 'degraded', 'down'),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 150 }), (events) => {
        let now = 1_767_225_600_000;
        let uptime = noUptime;
        let running: Bucket | null = null;
        const raw: { at: number; as: string }[] = [];
        for (const { gap, as } of events) {
          now += gap;
          raw.push({ at: now, as });
          const counted: ReturnType<typeof countInto> = countInto(running, now, { as, amount: 1 });
          running = counted.running;
          if (counted.finished !== null) uptime = addHour(uptime, counted.finished);
        }
        const restored = {
          hours: unpackBuckets(packBuckets(uptime.hours)),
          days: unpackBuckets(packBuckets(uptime.days)),
        };
        for (const days of [1, 7, 30]) {
          const unit = days <= 7 ? hourMs : 24 * hourMs;
          const first = (Math.floor(now / unit) - (days <= 7 ? days * 24 : days) + 1) * unit;
          const wanted = raw.filter(({ at }) => at >= first);
          const sums = sumsOver({ uptime: restored, running }, now, days);
          expect(sums.down).toBe(wanted.filter(({ as }) => as === 'down').length);
          expect(sums.up + sums.degraded).toBe(wanted.filter(({ as }) => as !== 'down').length);
        }
      }),
    );
  });

  test('nothing counted is no share at all', () => {
    expect(shareUp({ up: 0, degraded: 0, down: 0 })).toBeNull();
    expect(shareUp({ up: 2, degraded: 1, down: 1 })).toBe(0.75);
  });

  test('the error budget is used up exactly at the promised share', () => {
    expect(errorBudgetLeft({ up: 999, degraded: 0, down: 1 }, 0.999)).toBeCloseTo(0);
    expect(errorBudgetLeft({ up: 1000, degraded: 0, down: 0 }, 0.999)).toBe(1);
    expect(errorBudgetLeft({ up: 998, degraded: 0, down: 2 }, 0.999)).toBeCloseTo(-1);
    expect(errorBudgetLeft({ up: 0, degraded: 0, down: 0 }, 0.999)).toBeNull();
  });

  test('time of a service is counted to its status, split at the hour, and not while nobody looked', () => {
    const state = {
      status: 'down' as const,
      statusSince: 0,
      reason: '',
      hour: null,
      countedUntil: 10 * hourMs - 1000,
    };
    const { state: after, uptime } = accrue({ state, uptime: noUptime }, 10 * hourMs + 2000);
    expect(uptime?.hours).toEqual([{ start: 9, up: 0, degraded: 0, down: 1000 }]);
    expect(after.hour).toEqual({ start: 10, up: 0, degraded: 0, down: 2000 });
    const away = accrue({ state, uptime: noUptime }, 11 * hourMs);
    expect(away.state.hour).toBeNull();
    expect(away.state.countedUntil).toBe(11 * hourMs);
  });
});

describe('due times', () => {
  test('a heap gives its entries in the order of their times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (times) => {
        const heap = createDueHeap<number>();
        for (const time of times) heap.add(time, time);
        const out = times.map(() => heap.take());
        expect(out).toEqual(times.toSorted((a, b) => a - b));
        expect(heap.take()).toBeUndefined();
      }),
    );
  });

  test('the grid never drifts, whatever the delay, and never asks for the past', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(delays, fc.integer({ min: 1000, max: 60_000 }), (late, intervalMs) => {
        let due = { gridMs: 500, dueMs: 500 };
        for (const ms of late) {
          const now = due.dueMs + ms;
          due = nextDue(due, now, { intervalMs, jitterMs: 0 });
          expect(due.dueMs).toBeGreaterThan(now);
          expect(due.dueMs - now).toBeLessThanOrEqual(intervalMs);
          expect((due.gridMs - 500) % intervalMs).toBe(0);
        }
      }),
    );
  });
});

describe('scheduler', () => {
  function setUp(concurrency = 10) {
    const clock = createManualClock();
    const started: [string, number][] = [];
    const held = new Map<string, () => void>();
    const hang = new Set<string>();
    const scheduler = createScheduler({
      clock,
      concurrency,
      random: () => 0,
      run: (id) => {
        started.push([id, clock.monotonic()]);
        return hang.has(id) ? new Promise((resolve) => held.set(id, resolve)) : Promise.resolve();
      },
    });
    return { clock, started, held, hang, scheduler };
  }
  const cadence = { intervalMs: 1000, jitterMs: 0 };

  test('checks start on their grid and a clock that is set back or ahead changes nothing', async () => {
    const { clock, started, scheduler } = setUp();
    scheduler.set('a', cadence, 'now');
    scheduler.start();
    await clock.advance(2500);
    clock.jump(-86_400_000);
    await clock.advance(2000);
    clock.jump(2 * 86_400_000);
    await clock.advance(1000);
    expect(started.map(([, at]) => at)).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    await scheduler.stop();
  });

  test('a target that hangs delays nobody, never overlaps itself, and goes on where its grid is', async () => {
    const { clock, started, held, hang, scheduler } = setUp();
    hang.add('slow');
    scheduler.set('slow', cadence, 'now');
    scheduler.set('quick', cadence, 'now');
    scheduler.start();
    await clock.advance(3500);
    expect(started.filter(([id]) => id === 'quick').map(([, at]) => at)).toEqual([0, 1000, 2000, 3000]);
    expect(started.filter(([id]) => id === 'slow')).toHaveLength(1);
    expect(scheduler.figures().skipped).toBe(3);
    hang.clear();
    held.get('slow')?.();
    await clock.advance(1000);
    expect(started.filter(([id]) => id === 'slow').map(([, at]) => at)).toEqual([0, 4000]);
    await scheduler.stop();
  });

  test('no more checks run at once than allowed, and those that wait are measured as late', async () => {
    const { clock, started, held, hang, scheduler } = setUp(2);
    for (const id of ['a', 'b', 'c']) {
      hang.add(id);
      scheduler.set(id, { intervalMs: 60_000, jitterMs: 0 }, 'now');
    }
    scheduler.start();
    await clock.advance(700);
    expect(started).toHaveLength(2);
    expect(scheduler.figures()).toMatchObject({ running: 2, waiting: 1 });
    held.get(started[0]?.[0] ?? '')?.();
    await clock.advance(0);
    expect(started[2]?.[1]).toBe(700);
    expect(scheduler.figures().lagP99Ms).toBe(700);
    for (const done of held.values()) done();
    await scheduler.stop();
  });

  test('a thousand probes are looked at within seconds of a start and then spread over their interval', async () => {
    const { clock, started, scheduler } = setUp(1000);
    for (let index = 0; index < 1000; index += 1)
      scheduler.set(`prb_${index}`, { intervalMs: 30_000, jitterMs: 0 });
    scheduler.start();
    await clock.advance(5000);
    expect(new Set(started.map(([id]) => id)).size).toBe(1000);
    await clock.advance(54_999);
    const later = started.filter(([, at]) => at >= 30_000);
    expect(later).toHaveLength(1000);
    const perSecond = Map.groupBy(later, ([, at]) => Math.floor(at / 1000));
    expect(Math.max(...[...perSecond.values()].map((each) => each.length))).toBeLessThan(80);
    await scheduler.stop();
  });

  test('a restart postpones no check: it is due when it would have been, or soon if that has passed', async () => {
    const { clock, started, scheduler } = setUp(1000);
    const first = new Map<string, number | null>([
      ['just', 1000],
      ['almost', 29_000],
      ['overdue', 90_000],
      ['never', null],
    ]);
    for (const [id, lastAgoMs] of first) scheduler.set(id, { intervalMs: 30_000, jitterMs: 0 }, lastAgoMs);
    scheduler.start();
    await clock.advance(120_000);
    const times = (id: string) => started.filter(([name]) => name === id).map(([, at]) => at);
    expect(times('just')[0]).toBeLessThanOrEqual(29_000);
    expect(times('almost')[0]).toBeLessThanOrEqual(1000);
    expect(times('overdue')[0]).toBeLessThan(5000);
    expect(times('never')[0]).toBeLessThan(5000);
    // From the second check on they are on their own grid, an interval apart.
    for (const id of first.keys()) {
      const [, ...grid] = times(id);
      expect(grid.length).toBeGreaterThanOrEqual(3);
      for (const [index, at] of grid.slice(1).entries()) expect(at - (grid[index] ?? 0)).toBe(30_000);
    }
    await scheduler.stop();
  });

  test('a removed probe is not checked again and a changed interval holds from now', async () => {
    const { clock, started, scheduler } = setUp();
    scheduler.set('a', cadence, 'now');
    scheduler.set('b', cadence, 'now');
    scheduler.start();
    await clock.advance(500);
    scheduler.remove('a');
    scheduler.set('b', { intervalMs: 5000, jitterMs: 0 });
    await clock.advance(6000);
    expect(started.map(([id, at]) => `${id}${at}`).toSorted()).toEqual(['a0', 'b0', 'b500', 'b5500']);
    await scheduler.stop();
  });
});

test('one witness that was reached clears our network, one that failed alike convicts it', () => {
  expect(isOwnNetwork({ witnesses: ['doubt', 'reached'], selfCheck: false })).toBe(false);
  expect(isOwnNetwork({ witnesses: ['nothing', 'doubt'], selfCheck: true })).toBe(true);
  expect(isOwnNetwork({ witnesses: [], selfCheck: false })).toBe(true);
  expect(isOwnNetwork({ witnesses: ['nothing'], selfCheck: true })).toBe(false);
  expect(isOwnNetwork({ witnesses: [], selfCheck: null })).toBe(false);
});

describe('heartbeat', () => {
  const none = {
    lastStartAt: null,
    lastFinishAt: null,
    lastFailAt: null,
    durationMs: null,
    exitCode: null,
    note: '',
  };
  const plan = { periodMs: 1000, graceMs: 100, maxRunMs: 300, since: 0 };
  const status = (ping: Partial<typeof none> | Record<string, number>, now: number) =>
    judgeHeartbeat({ ...none, ...ping }, plan, now).status;

  test('it is late only after period and grace, counted from the last finish or its making', () => {
    expect(status({}, 1100)).toBe('inconclusive');
    expect(status({}, 1101)).toBe('down');
    expect(status({ lastFinishAt: 500 }, 1600)).toBe('up');
    expect(status({ lastFinishAt: 500 }, 1601)).toBe('down');
  });

  test('a run that takes too long is down, and a failure lasts until a run has finished', () => {
    expect(status({ lastFinishAt: 500, lastStartAt: 600 }, 900)).toBe('up');
    expect(status({ lastFinishAt: 500, lastStartAt: 600 }, 901)).toBe('down');
    expect(status({ lastFinishAt: 500, lastFailAt: 600 }, 700)).toBe('down');
    expect(status({ lastFinishAt: 500, lastFailAt: 600, lastStartAt: 650 }, 700)).toBe('down');
    expect(status({ lastFinishAt: 700, lastFailAt: 600, lastStartAt: 650 }, 800)).toBe('up');
  });
});
