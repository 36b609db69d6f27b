import { expect, test } from 'vitest';
import { createPast, habits } from './past.ts';
import { dayMs, minuteMs } from './troubles.ts';

const now = Date.UTC(2026, 10, 21, 1, 30);
const machine = { processors: 2, memoryBytes: 8e9, memoryPercent: 40, diskBytes: 1e11, diskPercent: 60 };
const past = createPast(now, machine);

function habitOf(name: string) {
  const habit = habits.find((each) => each.name === name);
  if (habit === undefined) throw new Error(`there is no ${name}`);
  return habit;
}

test('every trouble is of a probe that exists, lies within ninety days and is over', () => {
  for (const { probe, from, to } of past.troubles) {
    expect(habits.map(({ name }) => name)).toContain(probe);
    expect(from).toBeGreaterThan(now - 90 * dayMs);
    expect(to).toBeGreaterThan(from);
    expect(to).toBeLessThan(now);
  }
});

test('the same minute always looks the same', () => {
  const page = habitOf('Shop page');
  const again = createPast(now, machine);
  for (const at of [now, now - minuteMs, now - 50 * dayMs]) {
    expect(again.check(page, at)).toEqual(past.check(page, at));
  }
  expect(past.check(page, now)).not.toEqual({ ...past.check(page, now - minuteMs), at: now });
});

test('a trouble shows in its minutes and in no other', () => {
  const trouble = past.troubles.find(({ probe, status }) => probe === 'Orders database' && status === 'down');
  if (trouble === undefined) throw new Error('the database had no trouble');
  const statusAt = (at: number) => past.check(habitOf('Orders database'), at).status;
  expect(statusAt(trouble.from - minuteMs)).toBe('up');
  expect(statusAt(trouble.from)).toBe('down');
  expect(statusAt(trouble.to - minuteMs)).toBe('down');
  expect(statusAt(trouble.to)).toBe('up');
});

test('the shop is slower in the evening than at night', () => {
  const meanAt = (hour: number): number => {
    const start = Math.floor(now / dayMs) * dayMs + hour * 3_600_000;
    let sum = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      sum += past.check(habitOf('Checkout'), start + minute * minuteMs).latencyMs ?? 0;
    }
    return sum / 60;
  };
  expect(meanAt(20)).toBeGreaterThan(meanAt(7) * 1.05);
});

test('the disk of the host has grown to what it is today', () => {
  const percents = past.checks(habitOf('Host')).map(({ values }) => values['disk_percent'] ?? 0);
  expect(percents[0]).toBeCloseTo(48, 1);
  expect(percents.at(-1)).toBeCloseTo(60, 1);
});
