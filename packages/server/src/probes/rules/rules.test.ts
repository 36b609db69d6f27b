import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
  const probe = (place: string, condition: 'up' | 'down' | 'unknown', more = {}) => ({
    id: place.split('@')[0] ?? '',
    serviceId: place.split('@')[1] ?? '',
    condition,
    paused: false,
    inMaintenance: false,
    message: `${place.split('@')[0]} says`,
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
      [probe('p@parent', 'down', { inMaintenance: true }), probe('c@child', 'down')],
      [service('parent', [], true), service('child', ['parent'])],
    );
    expect(found.services.get('parent')?.status).toBe('maintenance');
    expect(found.probes.get('c')?.status).toBe('blocked');
  });

  test('a paused probe neither brings its service down nor blocks others', () => {
    const found = assess(
      [probe('p@parent', 'down', { paused: true }), probe('q@parent', 'up'), probe('c@child', 'down')],
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
        const probes = down.map((bad, index) => probe(`p${index}@s${index}`, bad ? 'down' : 'up'));
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
  const plan = { periodMs: 1000, graceMs: 100, maxRunMs: 300, since: 0, listeningSince: 0 };
  const status = (ping: Partial<typeof none> | Record<string, number>, now: number) =>
    judgeHeartbeat({ ...none, ...ping }, plan, now).status;

  test('it is late only after period and grace, counted from the last finish or its making', () => {
    expect(status({}, 1100)).toBe('inconclusive');
    expect(status({}, 1101)).toBe('down');
    expect(status({ lastFinishAt: 500 }, 1600)).toBe('up');
    expect(status({ lastFinishAt: 500 }, 1601)).toBe('down');
  });

  test('a call that was due while Custos was not running may come within one period of its start', () => {
    const late = { ...none, lastFinishAt: 500 };
    const restarted = { ...plan, listeningSince: 9000 };
    expect(judgeHeartbeat(late, restarted, 10_000).status).toBe('up');
    expect(judgeHeartbeat(late, restarted, 10_001).status).toBe('down');
    const daily = { ...restarted, periodMs: 86_400_000, listeningSince: 200_000_000 };
    expect(judgeHeartbeat(late, daily, 200_300_001).status).toBe('down');
  });

  test('a run that takes too long is down, and a failure lasts until a run has finished', () => {
    expect(status({ lastFinishAt: 500, lastStartAt: 600 }, 900)).toBe('up');
    expect(status({ lastFinishAt: 500, lastStartAt: 600 }, 901)).toBe('down');
    expect(status({ lastFinishAt: 500, lastFailAt: 600 }, 700)).toBe('down');
    expect(status({ lastFinishAt: 500, lastFailAt: 600, lastStartAt: 650 }, 700)).toBe('down');
    expect(status({ lastFinishAt: 700, lastFailAt: 600, lastStartAt: 650 }, 800)).toBe('up');
  });
});
