import { expect, test } from 'vitest';
import { plotDataOf, seriesName } from './names.ts';
import { gridOf, readLines } from './series-set.ts';

const grid = { from: 10_000, to: 50_000, stepMs: 10_000 };
const answer = (result: object[], warnings?: string[]): string =>
  JSON.stringify({ status: 'success', data: { resultType: 'matrix', result }, warnings });

test('values stand at their steps, and a step without one is a gap and not zero', () => {
  const metric = { __name__: 'up', job: 'api' };
  const set = readLines(
    answer(
      [
        {
          metric,
          values: [
            [10, '1'],
            [30, '0'],
            [40, 'NaN'],
            [50, '+Inf'],
          ],
        },
      ],
      ['slow'],
    ),
    grid,
  );
  expect(set).toMatchObject({ length: 5, warnings: ['slow'] });
  const [line] = set.lines;
  expect([...(line?.values ?? [])]).toEqual([1, Number.NaN, 0, Number.NaN, Infinity]);
  expect(line).toMatchObject({ labels: metric, min: 0, max: 1, mean: 0.5, last: 0 });
});

test('a line without a finite value has no figures', () => {
  const [line] = readLines(answer([{ metric: {}, values: [[10, 'NaN']] }]), grid).lines;
  expect(line).toMatchObject({ min: Number.NaN, max: Number.NaN, mean: Number.NaN, last: Number.NaN });
});

test('steps are round, on whole multiples, and fit the width', () => {
  const day = 86_400_000;
  const { from, to, stepMs } = gridOf({ from: 1_000_123, to: 1_000_123 + day }, 1_200);
  expect(stepMs).toBe(120_000);
  expect(from % stepMs).toBe(0);
  expect(to % stepMs).toBe(0);
  expect((to - from) / stepMs).toBeLessThanOrEqual(800);
});

test('lines are called by the labels that differ, by their template, or by the expression', () => {
  const set = readLines(
    answer([
      { metric: { __name__: 'up', job: 'api', zone: 'a' }, values: [[10, '1']] },
      { metric: { __name__: 'up', job: 'web', zone: 'a' }, values: [[10, '1']] },
    ]),
    grid,
  );
  const sum = readLines(answer([{ metric: {}, values: [[10, '2']] }]), grid);
  const named = (legend: string) => ({ set, legend, expression: 'up', id: '0' });
  const names = (sets: Parameters<typeof plotDataOf>[0]): string[] =>
    plotDataOf(sets, grid).lines.map(({ name }) => name);
  expect(names([named('')])).toEqual(['{job="api"}', '{job="web"}']);
  expect(names([named('{{job}} in {{ zone }}{{none}}')])).toEqual(['api in a', 'web in a']);
  expect(names([{ set: sum, legend: '', expression: 'sum(up)', id: '1' }])).toEqual(['sum(up)']);
  expect(seriesName({ __name__: 'up', b: '"', a: '1' })).toBe('up{a="1", b="\\""}');
});

test('a set of another grid is put on the grid by the nearest step', () => {
  const other = readLines(
    answer([
      {
        metric: {},
        values: [
          [20, '2'],
          [40, '4'],
        ],
      },
    ]),
    { from: 20_000, to: 40_000, stepMs: 20_000 },
  );
  const { lines } = plotDataOf([{ set: other, legend: '', expression: 'x', id: '0' }], grid);
  expect([...(lines[0]?.values ?? [])].slice(1, 4)).toEqual([2, 4, 4]);
  expect(lines[0]?.values).toHaveLength(5);
});

test('a long range is asked for in multiples of five minutes', () => {
  const fiveMinutes = 300_000;
  for (let days = 2; days < 800; days += 3) {
    for (const widthPx of [300, 900, 1_200]) {
      const { from, to, stepMs } = gridOf({ from: 1_000_123, to: 1_000_123 + days * 86_400_000 }, widthPx);
      expect([from, to, stepMs].map((ms) => ms % fiveMinutes)).toEqual([0, 0, 0]);
    }
  }
});
