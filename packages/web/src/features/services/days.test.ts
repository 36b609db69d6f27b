import type { DayRollupView } from '@custos/contract';
import { expect, test } from 'vitest';
import { worstOfDays } from './days.ts';

function rollup(day: string, checks: number, { down = 0, degraded = 0 } = {}): DayRollupView {
  const uptime = checks === 0 ? null : 1 - down / checks;
  return { day, checks, up: checks - down - degraded, degraded, down, uptime, averageMs: 1, p95Ms: 1 };
}

test('a day is as bad as the worst of the probes, by share and not by number of checks', () => {
  const [day] = worstOfDays([
    [rollup('2026-11-20', 10_000, { down: 10 })],
    [rollup('2026-11-20', 100, { down: 5 })],
  ]);
  expect(day).toMatchObject({ checks: 100, down: 5, uptime: 0.95 });
});

test('degraded time of one probe is kept beside the down time of another', () => {
  const [day] = worstOfDays([
    [rollup('2026-11-20', 100, { down: 5 })],
    [rollup('2026-11-20', 1000, { degraded: 200 })],
  ]);
  expect(day).toMatchObject({ down: 5, degraded: 20 });
});

test('days come in order, and a probe without data takes nothing from one that has some', () => {
  const days = worstOfDays([
    [rollup('2026-11-20', 0), rollup('2026-11-21', 7)],
    [rollup('2026-11-20', 9), rollup('2026-11-19', 8)],
  ]);
  expect(days.map(({ day, checks }) => `${day} ${checks}`)).toEqual([
    '2026-11-19 8',
    '2026-11-20 9',
    '2026-11-21 7',
  ]);
});
