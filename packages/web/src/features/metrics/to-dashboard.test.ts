import { dashboardInput } from '@custos/contract';
import { expect, test } from 'vitest';
import { boardOf, withChart } from './to-dashboard.ts';

const shown = { expressions: ['sum(\n  up\n)', 'up'], unit: 'bytes', stacked: true } as const;

test('what is shown becomes a panel below the others, with a name that none of them has', () => {
  const [first] = withChart([], shown);
  if (first === undefined) throw new Error('There is no panel.');
  expect(first).toMatchObject({ id: 'p1', title: 'sum( up )', unit: 'bytes', stacked: true, y: 0 });
  expect(first.queries.map(({ expression }) => expression)).toEqual(['sum(\n  up\n)', 'up']);
  const added = withChart([{ ...first, id: 'p2', y: 3, height: 5 }], shown).at(-1);
  expect(added).toMatchObject({ id: 'p3', x: 0, y: 8 });
});

test('a dashboard of it is one that the server takes, however much is asked', () => {
  const expressions = Array.from({ length: 12 }, () => 'a'.repeat(400));
  const board = boardOf({ ...shown, expressions }, 'Mine');
  expect(dashboardInput.parse(board)).toEqual(board);
});
