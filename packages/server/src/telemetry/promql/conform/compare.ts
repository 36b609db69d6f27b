import type { Labels } from '../../../base/labels.ts';
import { labelSetOf, writeLabelSet } from '../label-set.ts';
import { unquote } from '../string-text.ts';
import type { MatrixSeries, QueryValue } from '../types.ts';
import type { EvalCommand, Grid } from './script.ts';
import { readScalar, readSeries } from './series-notation.ts';

// Upstream compares with this relative tolerance (promql/promqltest/test.go).
const tolerance = 1e-6;
const leastNormal = 2 ** -1022;

function almostEqual(expected: number, actual: number): boolean {
  if (Number.isNaN(expected) || Number.isNaN(actual)) return Number.isNaN(expected) && Number.isNaN(actual);
  if (expected === actual) return true;
  const difference = Math.abs(expected - actual);
  const sum = Math.abs(expected) + Math.abs(actual);
  if (expected === 0 || actual === 0 || sum < leastNormal) return difference < tolerance * leastNormal;
  return difference / Math.min(sum, Number.MAX_VALUE) < tolerance;
}

interface ExpectedSeries {
  readonly labels: Labels;
  readonly points: ReadonlyMap<number, number>;
}

/** Expected lines with the time of each value. Throws when a line cannot be read. */
function expectedSeries(lines: readonly string[], grid: Grid): ExpectedSeries[] {
  return lines.map((line) => {
    const noted = readSeries(line);
    if (noted === undefined) throw new Error(`cannot read the expected series ${line}`);
    const points = new Map<number, number>();
    for (const [index, value] of noted.values.entries()) {
      if (typeof value === 'number') points.set(grid.fromMs + index * grid.stepMs, value);
    }
    return { labels: noted.labels, points };
  });
}

const nameOf = (labels: Labels): string => writeLabelSet(labelSetOf(labels));

function differenceOfSeries(
  expected: readonly ExpectedSeries[],
  actual: readonly MatrixSeries[],
): string | undefined {
  const byKey = new Map(actual.map((series) => [labelSetOf(series.labels).key, series]));
  const wanted = expected.filter(({ points }) => points.size > 0);
  for (const { labels, points } of wanted) {
    const series = byKey.get(labelSetOf(labels).key);
    if (series === undefined)
      return `${nameOf(labels)} is missing; got ${actual.map((one) => nameOf(one.labels)).join(' ')}`;
    if (series.timestamps.length !== points.size) {
      return `${nameOf(labels)} has ${series.timestamps.length} samples instead of ${points.size}`;
    }
    for (const [index, atMs] of series.timestamps.entries()) {
      const value = points.get(atMs);
      if (value === undefined) return `${nameOf(labels)} has a sample at ${atMs} ms that was not expected`;
      if (!almostEqual(value, series.values[index]!)) {
        return `${nameOf(labels)} at ${atMs} ms is ${series.values[index]} instead of ${value}`;
      }
    }
  }
  if (wanted.length === actual.length) return undefined;
  const keys = new Set(wanted.map(({ labels }) => labelSetOf(labels).key));
  const more = actual.find(({ labels }) => !keys.has(labelSetOf(labels).key));
  return more === undefined ? 'a series came twice' : `${nameOf(more.labels)} was not expected`;
}

/** Every result as series, so that instant and range results are compared alike. */
function seriesOf(value: QueryValue): readonly MatrixSeries[] {
  if (value.type === 'matrix') return value.series;
  if (value.type !== 'vector') return [];
  return value.samples.map(({ labels, atMs, value: sample }) => ({
    labels,
    timestamps: Float64Array.of(atMs),
    values: Float64Array.of(sample),
  }));
}

/** What is wrong with the result of a case, or `undefined` when it is as expected. */
export function differenceOf(command: EvalCommand, value: QueryValue): string | undefined {
  const text = command.expectations.find(({ kind }) => kind === 'string')?.text;
  if (text !== undefined) {
    if (value.type !== 'string') return `a ${value.type} came instead of a string`;
    const wanted = unquote(text);
    return value.value === wanted ? undefined : `got ${JSON.stringify(value.value)} instead of ${text}`;
  }
  const number = command.results.length === 1 ? readScalar(command.results[0]!) : undefined;
  if (number !== undefined && command.grid === undefined) {
    if (value.type !== 'scalar') return `a ${value.type} came instead of a scalar`;
    return almostEqual(number, value.value) ? undefined : `got ${value.value} instead of ${number}`;
  }
  const instantGrid: Grid = { fromMs: command.atMs, toMs: command.atMs, stepMs: 1 };
  const noted = command.expectations.find(({ kind }) => kind === 'range')?.grid;
  const grid = command.grid ?? noted ?? instantGrid;
  const expected = expectedSeries(command.results, grid);
  const actual = seriesOf(value);
  const difference = differenceOfSeries(expected, actual);
  if (difference !== undefined) return difference;
  if (!command.expectations.some(({ kind }) => kind === 'ordered')) return undefined;
  const wrong = expected.findIndex(
    ({ labels }, index) => labelSetOf(labels).key !== labelSetOf(actual[index]!.labels).key,
  );
  return wrong < 0 ? undefined : `${nameOf(actual[wrong]!.labels)} stands at place ${wrong + 1}`;
}

/** The samples of a range result at one time, in the form of an instant result of the same type. */
export function resultAt(value: QueryValue, like: QueryValue, atMs: number): QueryValue {
  if (value.type !== 'matrix') return value;
  const samples = value.series.flatMap(({ labels, timestamps, values }) => {
    const index = timestamps.indexOf(atMs);
    return index < 0 ? [] : [{ labels, atMs, value: values[index]! }];
  });
  return like.type === 'scalar'
    ? { type: 'scalar', atMs, value: samples[0]?.value ?? Number.NaN }
    : { type: 'vector', samples };
}
