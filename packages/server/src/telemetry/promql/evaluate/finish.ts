import { byLabels, dropMetricName, labelsOf } from '../label-set.ts';
import type { MatrixSeries, VectorSample } from '../types.ts';
import { joinSameLabels, sameLabelset, timeOf, type Column, type Steps } from './column.ts';
import type { RangeVector } from './evaluator.ts';

/** Removes the metric names whose removal was put off, and joins what became the same. */
const withFinalNames = (columns: readonly Column[]): readonly Column[] =>
  joinSameLabels(
    columns.map((column) =>
      column.dropName ? { ...column, labels: dropMetricName(column.labels), dropName: false } : column,
    ),
  );

/** The samples of the only step, in the order in which they were evaluated. */
export function vectorSamples(columns: readonly Column[], atMs: number): VectorSample[] {
  return withFinalNames(columns)
    .filter((column) => column.present[0] === 1)
    .map((column) => ({ labels: labelsOf(column.labels), atMs, value: column.values[0]! }));
}

/** Series of samples, ordered by labels. */
export function matrixSeries(columns: readonly Column[], steps: Steps): MatrixSeries[] {
  const series: MatrixSeries[] = [];
  for (const { labels, values, present } of withFinalNames(columns).toSorted(byLabels)) {
    let count = 0;
    for (const flag of present) count += flag;
    if (count === 0) continue;
    const timestamps = new Float64Array(count);
    const kept = new Float64Array(count);
    let at = 0;
    for (let step = 0; step < present.length; step += 1) {
      if (present[step] === 0) continue;
      timestamps[at] = timeOf(steps, step);
      kept[at] = values[step]!;
      at += 1;
    }
    series.push({ labels: labelsOf(labels), timestamps, values: kept });
  }
  return series;
}

/** The window of the only step of a range vector, as a query for a bare range vector gives it. */
export function windowSeries({ series, rangeMs, endOf }: RangeVector): MatrixSeries[] {
  const end = endOf(0);
  const keys = new Set<string>();
  const windows: MatrixSeries[] = [];
  for (const { labels, dropName, timestamps, values } of series.toSorted(byLabels)) {
    const from = timestamps.findIndex((at) => at > end - rangeMs);
    const to = timestamps.findLastIndex((at) => at <= end) + 1;
    if (from < 0 || from >= to) continue;
    const named = dropName ? dropMetricName(labels) : labels;
    if (keys.has(named.key)) throw sameLabelset();
    keys.add(named.key);
    windows.push({
      labels: labelsOf(named),
      timestamps: timestamps.slice(from, to),
      values: values.slice(from, to),
    });
  }
  return windows;
}
