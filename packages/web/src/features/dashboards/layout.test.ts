import type { PanelView } from '@custos/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bottomOf, columns, freshId, moved, settled, type Place } from './layout.ts';

const panel = (id: string, x: number, y: number): PanelView => ({
  id,
  title: id,
  kind: 'chart',
  queries: [],
  search: '',
  text: '',
  unit: 'none',
  stacked: false,
  min: null,
  max: null,
  thresholds: [],
  x,
  y,
  width: 6,
  height: 4,
});
const places = (panels: readonly PanelView[]): Record<string, [number, number]> =>
  Object.fromEntries(panels.map(({ id, x, y }) => [id, [x, y]]));

test('the panels below make room for one that is put on them', () => {
  const before = [panel('a', 0, 0), panel('b', 6, 0), panel('c', 0, 4)];
  expect(places(moved(before, 'c', { x: 0, y: 0, width: 6, height: 4 }))).toEqual({
    c: [0, 0],
    a: [0, 4],
    b: [6, 0],
  });
});

test('what is left of a panel that goes away is filled from below', () => {
  expect(places(settled([panel('b', 0, 9), panel('c', 6, 30)]))).toEqual({ b: [0, 0], c: [6, 0] });
});

test('nothing is put outside of the grid', () => {
  const [one] = moved([panel('a', 0, 0)], 'a', { x: 11, y: -4, width: 40, height: 0 });
  expect(one).toMatchObject({ x: 0, y: 0, width: columns, height: 2 });
});

test('whatever is moved, no panels lie on each other, none is lost and none floats', () => {
  const size = fc.record({
    x: fc.integer({ min: 0, max: 11 }),
    y: fc.integer({ min: 0, max: 30 }),
    width: fc.integer({ min: 1, max: 12 }),
    height: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 12 }), size, (all: Place[], to: Place) => {
      const panels = all.map((place, index) => ({ ...panel(`p${index}`, 0, 0), ...place }));
      const start = settled(
        panels.map((each) => ({ ...each, width: Math.min(each.width, columns - each.x) })),
      );
      const after = moved(start, 'p0', to);
      const cells = after.flatMap(({ x, y, width, height }) =>
        Array.from(
          { length: width * height },
          (_, at) => `${x + (at % width)}/${y + Math.floor(at / width)}`,
        ),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(after.map(({ id }) => id).sort()).toEqual(panels.map(({ id }) => id).sort());
      expect(places(settled(after))).toEqual(places(after));
      expect(bottomOf(after)).toBeLessThanOrEqual(after.reduce((sum, { height }) => sum + height, 0));
    }),
    { numRuns: 300 },
  );
});

test('a new panel gets an id that none has', () => {
  expect(freshId([{ id: 'p1' }, { id: 'p3' }])).toBe('p4');
  expect(freshId([])).toBe('p1');
});
