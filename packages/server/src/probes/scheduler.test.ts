import { describe, expect, test } from 'vitest';
import { createManualClock } from '../base/clock.ts';
import { createScheduler } from './scheduler.ts';

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
    const [first, second = 0, ...later] = started.map(([, at]) => at);
    expect(first).toBe(0);
    expect(second).toBeLessThanOrEqual(1000);
    expect(later).toEqual(
      [1, 2, 3, 4].map((turn) => second + turn * 1000).concat(second <= 500 ? [second + 5000] : []),
    );
    await scheduler.stop();
  });

  test('a target that hangs delays nobody, never overlaps itself, and goes on where its grid is', async () => {
    const { clock, started, held, hang, scheduler } = setUp();
    hang.add('slow');
    scheduler.set('slow', cadence, 'now');
    scheduler.set('quick', cadence, 'now');
    scheduler.start();
    await clock.advance(3500);
    const times = (id: string) => started.filter(([name]) => name === id).map(([, at]) => at);
    const [, ...grid] = times('quick');
    expect(grid.length).toBeGreaterThanOrEqual(3);
    for (const [index, at] of grid.slice(1).entries()) expect(at - (grid[index] ?? 0)).toBe(1000);
    expect(times('slow')).toEqual([0]);
    expect(scheduler.figures().skipped).toBeGreaterThanOrEqual(3);
    hang.clear();
    held.get('slow')?.();
    await clock.advance(1000);
    expect(times('slow')).toHaveLength(2);
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

  test('a thousand probes that are made at one moment are checked at once and spread from then on', async () => {
    const { clock, started, scheduler } = setUp(1000);
    for (let index = 0; index < 1000; index += 1)
      scheduler.set(`prb_${index}`, { intervalMs: 30_000, jitterMs: 0 }, 'now');
    scheduler.start();
    await clock.advance(29_999);
    expect(started.filter(([, at]) => at === 0)).toHaveLength(1000);
    const perSecond = Map.groupBy(
      started.filter(([, at]) => at > 0),
      ([, at]) => Math.floor(at / 1000),
    );
    expect(Math.max(...[...perSecond.values()].map((each) => each.length))).toBeLessThan(80);
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
    const before = started.length;
    await clock.advance(6000);
    const times = started.slice(before).map(([id, at]) => [id, at] as const);
    expect(times.map(([id]) => id)).not.toContain('a');
    expect(times[0]).toEqual(['b', 500]);
    // Its place in the new interval, and from there on whole intervals.
    expect(times[1]?.[1]).toBeLessThanOrEqual(5500);
    expect(times.length).toBeLessThanOrEqual(3);
    await scheduler.stop();
  });
});
