import type { DayRollupView } from '@custos/contract';
import { expect, test } from 'vitest';
import { dayLines, stripesOf } from './day-painter.ts';
import type { Palette } from './palette.ts';

const colours = { up: 'green', degraded: 'amber', down: 'red', line: 'grey' } as Palette;

function rollup(down: number, degraded: number): DayRollupView {
  const checks = 1440;
  const up = checks - down - degraded;
  const uptime = 1 - down / checks;
  return { day: '2026-11-20', checks, up, degraded, down, uptime, averageMs: 1, p95Ms: 1 };
}

const drawn = (of: DayRollupView | undefined): string =>
  stripesOf(of, colours)
    .filter(([, share]) => share > 0)
    .map(([colour]) => colour)
    .join(' ');

test('a day shows down and degraded time beside the time that was up', () => {
  expect(drawn(rollup(0, 0))).toBe('green');
  expect(drawn(rollup(0, 20))).toBe('green amber');
  expect(drawn(rollup(3, 20))).toBe('green amber red');
  expect(drawn(rollup(1440, 0))).toBe('red');
  expect(drawn(undefined)).toBe('grey');
});

test('a bad day stands taller than a slow one, and that taller than a calm one', () => {
  const tall = (of: DayRollupView): number =>
    stripesOf(of, colours).reduce((sum, [, share]) => sum + share, 0);
  expect(tall(rollup(3, 0))).toBeGreaterThan(tall(rollup(0, 20)));
  expect(tall(rollup(0, 20))).toBeGreaterThan(tall(rollup(0, 0)));
});

test('the words say how long each lasted, measured by the part of the day that has passed', () => {
  const day = { day: '2026-11-20', rollup: rollup(0, 144), lengthMs: 3_600_000 };
  expect(dayLines(day)).toEqual(['2026-11-20 · 100% up', 'Degraded for about 6 min']);
});
