import { forMetric } from '../annotations.ts';
import { bucketFraction, bucketQuantile, type Bucket } from '../classic-histogram.ts';
import {
  emptyColumn,
  hasSamples,
  sameLabelset,
  timeOf,
  withoutName,
  type Column,
} from '../evaluate/column.ts';
import type { CallSite, Run } from '../evaluate/evaluator.ts';
import type { Span } from '../errors.ts';
import { dropLabels, labelValue, metricName, type LabelSet } from '../label-set.ts';
import { readFloat, writeGeneral } from '../number-text.ts';
import { withoutParentheses } from '../syntax/ast.ts';
import { createRepairs } from './histogram-repairs.ts';
import type { VectorFunction } from './vector-functions.ts';

const boundLabel = 'le';
const onlyBound = new Set([boundLabel]);

interface Histogram {
  readonly labels: LabelSet;
  readonly dropName: boolean;
  readonly buckets: { readonly upperBound: number; readonly column: Column }[];
}

/** Series of buckets by histogram: by all labels but the bound, the name included. */
function groupBuckets(run: Run, columns: readonly Column[], span: Span): Histogram[] {
  const histograms = new Map<string, Histogram>();
  for (const column of columns) {
    const bound = labelValue(column.labels, boundLabel);
    const upperBound = readFloat(bound);
    if (upperBound === undefined) {
      const message = `bucket label "le" is missing or has a malformed value of ${JSON.stringify(bound)}`;
      run.annotations.warn(forMetric(message, labelValue(column.labels, metricName)), span);
      continue;
    }
    const labels = dropLabels(column.labels, onlyBound);
    let histogram = histograms.get(labels.key);
    if (histogram === undefined) {
      histogram = { labels, dropName: column.dropName, buckets: [] };
      histograms.set(labels.key, histogram);
    }
    histogram.buckets.push({ upperBound, column });
  }
  return [...histograms.values()];
}

type Answer = (buckets: readonly Bucket[], step: number, histogram: Histogram) => number;

async function eachHistogram(
  site: CallSite,
  columns: readonly Column[],
  answer: Answer,
): Promise<readonly Column[]> {
  const { evaluator, args, steps } = site;
  const { run } = evaluator;
  const results: Column[] = [];
  const keys = new Set<string>();
  for (const histogram of groupBuckets(run, columns, withoutParentheses(args.at(-1)!).span)) {
    await run.budget.pause();
    const { labels, dropName } = withoutName(histogram, run.delayedNameRemoval);
    const result = emptyColumn(labels, steps.count, dropName);
    for (let step = 0; step < steps.count; step += 1) {
      const buckets: Bucket[] = [];
      for (const { upperBound, column } of histogram.buckets) {
        if (column.present[step] === 1) buckets.push({ upperBound, count: column.values[step]! });
      }
      if (buckets.length === 0) continue;
      result.values[step] = answer(buckets, step, histogram);
      result.present[step] = 1;
    }
    if (!hasSamples(result)) continue;
    if (keys.has(labels.key)) throw sameLabelset();
    keys.add(labels.key);
    results.push(result);
  }
  return results;
}

/** Warns of every φ that is no share. */
export function warnOfQuantiles(run: Run, quantiles: Float64Array, span: Span): void {
  const wrong = new Set(quantiles.filter((phi) => !(phi >= 0 && phi <= 1)));
  for (const phi of wrong) {
    run.annotations.warn(`quantile value should be between 0 and 1, got ${writeGeneral(phi)}`, span);
  }
}

const quantile: VectorFunction = async (site) => {
  const { evaluator, args, steps } = site;
  const quantiles = await evaluator.scalar(args[0]!, steps);
  warnOfQuantiles(evaluator.run, quantiles, withoutParentheses(args[0]!).span);
  const columns = await evaluator.vector(args[1]!, steps);
  const repairs = createRepairs(evaluator.run, withoutParentheses(args[1]!).span);
  const answers = await eachHistogram(site, columns, (buckets, step, { labels }) => {
    const { value, lifted } = bucketQuantile(quantiles[step]!, buckets);
    // Its name is gone unless the query keeps it to its end.
    const name = evaluator.run.delayedNameRemoval ? labelValue(labels, metricName) : '';
    if (lifted !== undefined) repairs.add(name, lifted, timeOf(steps, step));
    return value;
  });
  repairs.tell();
  return answers;
};

const fraction: VectorFunction = async (site) => {
  const { evaluator, args, steps } = site;
  const lower = await evaluator.scalar(args[0]!, steps);
  const upper = await evaluator.scalar(args[1]!, steps);
  const columns = await evaluator.vector(args[2]!, steps);
  return eachHistogram(site, columns, (buckets, step) => bucketFraction(lower[step]!, upper[step]!, buckets));
};

/** Functions over native histograms pass over floats, and floats are all that is stored. */
const overNative: VectorFunction = async ({ evaluator, args, steps }) => {
  await evaluator.vector(args[0]!, steps);
  return [];
};

export const histogramFunctions: ReadonlyMap<string, VectorFunction> = new Map([
  ['histogram_quantile', quantile],
  ['histogram_fraction', fraction],
  ['histogram_avg', overNative],
  ['histogram_count', overNative],
  ['histogram_sum', overNative],
  ['histogram_stddev', overNative],
  ['histogram_stdvar', overNative],
]);
