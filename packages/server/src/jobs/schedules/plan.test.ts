import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calendarOf } from './calendar.ts';
import { firstPlan, plan, type Planned } from './plan.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const midnight = Date.parse('2026-01-10T00:00:00Z');
const daily = calendarOf({ cron: '0 3 * * *' });
const everyMinute = calendarOf({ everyMs: minute });
const once = { toleranceMs: minute, catchUp: 'once' } as const;
const none = { toleranceMs: minute, catchUp: 'none' } as const;

test('nothing is owed before the due time', () => {
  const planned = firstPlan(daily, midnight);
  expect(planned.nextAt).toBe(midnight + 3 * hour);
  expect(plan(daily, { ...planned, now: midnight + 3 * hour - 1 }, once)).toBeUndefined();
});

test('a due time is run, and the next one planned', () => {
  const now = midnight + 3 * hour + 20;
  expect(plan(daily, { ...firstPlan(daily, midnight), now }, once)).toEqual({
    fire: { dueAt: midnight + 3 * hour, late: false },
    nextAt: midnight + 27 * hour,
    plannedFrom: midnight + 3 * hour,
  });
});

test('after downtime one run makes up for all that was missed', () => {
  const now = midnight + 5 * day;
  expect(plan(daily, { ...firstPlan(daily, midnight), now }, once)).toEqual({
    fire: { dueAt: midnight + 4 * day + 3 * hour, late: true },
    missed: {
      firstDueAt: midnight + 3 * hour,
      lastDueAt: midnight + 4 * day + 3 * hour,
      count: 5,
      caughtUp: true,
    },
    nextAt: midnight + 5 * day + 3 * hour,
    plannedFrom: midnight + 4 * day + 3 * hour,
  });
});

test('without catch-up what was missed is recorded and not run', () => {
  const owed = plan(daily, { ...firstPlan(daily, midnight), now: midnight + 5 * day }, none);
  expect(owed?.fire).toBeUndefined();
  expect(owed?.missed).toMatchObject({ count: 5, caughtUp: false });
  expect(owed?.nextAt).toBe(midnight + 5 * day + 3 * hour);
});

test('without catch-up a due time within the tolerance still runs', () => {
  const now = midnight + 2 * day + 3 * hour + 30_000;
  const owed = plan(daily, { ...firstPlan(daily, midnight), now }, none);
  expect(owed?.fire).toEqual({ dueAt: midnight + 2 * day + 3 * hour, late: false });
  expect(owed?.missed).toMatchObject({ count: 2, lastDueAt: midnight + day + 3 * hour });
});

test('long downtime of a fast schedule is counted to a limit and costs little', () => {
  const now = midnight + 365 * day;
  const owed = plan(everyMinute, { ...firstPlan(everyMinute, midnight), now }, once);
  expect(owed?.fire?.dueAt).toBe(now);
  expect(owed?.missed?.count).toBe(100);
  expect(owed?.nextAt).toBe(now + minute);
});

test('a clock set back by less than the period repeats no due time', () => {
  const ran = { nextAt: midnight + 27 * hour, plannedFrom: midnight + 3 * hour };
  expect(plan(daily, { ...ran, now: midnight + 2.9 * hour }, once)).toBeUndefined();
});

test('a clock that was a year ahead and is corrected does not stop the schedule for a year', () => {
  const ran = { nextAt: midnight + 366 * day + 3 * hour, plannedFrom: midnight + 365 * day + 3 * hour };
  expect(plan(daily, { ...ran, now: midnight }, once)).toEqual({
    nextAt: midnight + 3 * hour,
    plannedFrom: midnight,
  });
});

test('whatever the clock does, no due time runs twice in a row and no schedule stands still', () => {
  const calendars = [daily, everyMinute, calendarOf({ cron: '*/5 * * * *', timeZone: 'Europe/Berlin' })];
  fc.assert(
    fc.property(
      fc.constantFrom(...calendars),
      fc.constantFrom(once, none),
      fc.array(fc.integer({ min: -3 * day, max: 3 * day }), { minLength: 1, maxLength: 40 }),
      (calendar, rules, jumps) => {
        let now = midnight;
        let planned: Planned = firstPlan(calendar, now);
        let lastFired: number | undefined;
        for (const jump of jumps) {
          now += jump;
          const owed = plan(calendar, { ...planned, now }, rules);
          if (owed === undefined) {
            // Still ahead, and not further than one period past the later of now and the last due time.
            expect(planned.nextAt).toBeGreaterThan(now);
            expect(planned.nextAt - now).toBeLessThan(2 * (planned.nextAt - planned.plannedFrom));
            continue;
          }
          expect(owed.nextAt).toBeGreaterThan(now);
          expect(owed.nextAt).toBeGreaterThan(owed.plannedFrom);
          expect(owed.plannedFrom).toBeLessThanOrEqual(now);
          if (owed.fire !== undefined) {
            expect(owed.fire.dueAt).toBeLessThanOrEqual(now);
            expect(owed.fire.dueAt).toBeGreaterThanOrEqual(planned.nextAt);
            if (planned.plannedFrom === lastFired) expect(owed.fire.dueAt).toBeGreaterThan(lastFired ?? 0);
            lastFired = owed.fire.dueAt;
          }
          if (owed.missed !== undefined) expect(owed.missed.lastDueAt).toBeLessThan(now - rules.toleranceMs);
          // Planning again at the same moment owes nothing more.
          expect(plan(calendar, { ...owed, now }, rules)).toBeUndefined();
          planned = owed;
        }
      },
    ),
    { numRuns: 300 },
  );
});
