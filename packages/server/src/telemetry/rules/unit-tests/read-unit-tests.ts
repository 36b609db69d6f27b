import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../../base/errors.ts';
import type { Labels } from '../../../base/labels.ts';
import { readDuration } from '../../promql/duration-text.ts';
import { readSeries } from '../../promql/conform/series-notation.ts';
import { metricName } from '../../promql/label-set.ts';
import type { NewSample } from '../../promql/memory-storage.ts';
import { readFloat } from '../../promql/number-text.ts';

const duration = z.string().transform((text, context) => {
  const ms = text === '0' ? 0 : readDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `not a valid duration string: ${JSON.stringify(text)}` });
  return z.NEVER;
});
const number = z.string().transform((text, context) => {
  const value = readFloat(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: `is no number: ${JSON.stringify(text)}` });
  return z.NEVER;
});
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
/** What was left empty in YAML comes as an empty text. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (value === '' ? [] : value), z.array(item)).default([]);
const texts = z
  .preprocess((value) => (value === '' ? {} : value), z.record(z.string(), z.string()))
  .default({});

/** The notation of metrics in expectations: `name{label="value"}`. */
function readMetric(text: string): Labels | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '{}') return {};
  const noted = readSeries(trimmed);
  return noted === undefined || noted.values.length > 0 ? undefined : noted.labels;
}

const series = z.strictObject({ series: z.string(), values: z.string() }).transform((given, context) => {
  const noted = readSeries(`${given.series} ${given.values}`);
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (noted === undefined || noted.labels[metricName] === undefined) {
    return refuse(`cannot read the series ${JSON.stringify(given.series)}`);
  }
  const { labels, values } = noted;
  if (values.includes('histogram')) return refuse('native histograms are not stored');
  if (values.includes('unknown')) return refuse(`cannot read the values ${JSON.stringify(given.values)}`);
  return {
    labels,
    at: (stepMs: number): NewSample[] =>
      values.flatMap((value, index): NewSample[] =>
        typeof value === 'number' || value === 'stale' ? [{ atMs: index * stepMs, value }] : [],
      ),
  };
});

const metric = z.string().transform((text, context) => {
  const labels = readMetric(text);
  if (labels !== undefined) return labels;
  context.addIssue({ code: 'custom', message: `cannot read the labels ${JSON.stringify(text)}` });
  return z.NEVER;
});

const alertTest = z.strictObject({
  eval_time: duration,
  alertname: z.string(),
  exp_alerts: listOf(z.strictObject({ exp_labels: texts, exp_annotations: texts })),
});
const expressionTest = z.strictObject({
  expr: z.string(),
  eval_time: duration,
  exp_samples: listOf(z.strictObject({ labels: metric.default({}), value: number })),
});

const testGroup = z.strictObject({
  name: z.string().default(''),
  interval: duration.optional(),
  input_series: listOf(series),
  alert_rule_test: listOf(alertTest),
  promql_expr_test: listOf(expressionTest),
  external_labels: texts,
  external_url: z.string().default(''),
});

const unitTests = z.strictObject({
  rule_files: listOf(z.string()),
  evaluation_interval: duration.default(60_000),
  group_eval_order: listOf(z.string()),
  fuzzy_compare: flag.default(false),
  tests: listOf(testGroup),
});
export type UnitTests = z.output<typeof unitTests>;
export type TestGroup = UnitTests['tests'][number];

/**
 * Reads a file of unit tests for rules, in the notation of `promtool test rules`
 * (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/). Throws an `Error` that
 * says what is wrong and where.
 */
export function readUnitTests(text: string): UnitTests {
  let plain: unknown;
  try {
    plain = parse(text, { schema: 'failsafe', merge: true, maxAliasCount: 1000 });
  } catch (error) {
    throw new Error(messageOf(error), { cause: error });
  }
  const result = unitTests.safeParse(plain);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(faults.join('; '));
}
