import { z } from 'zod';

/*
 * Answers of Prometheus's HTTP API, as https://prometheus.io/docs/prometheus/latest/querying/api/ has them.
 */

const labelSet = z.record(z.string(), z.string());
/** Unix seconds, and the value as Prometheus writes it: `NaN` and `+Inf` are values, too. */
const point = z.tuple([z.number(), z.string()]);

/** What an expression gives at one time. */
export const instantResult = z.discriminatedUnion('resultType', [
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labelSet, value: point })),
  }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labelSet, values: z.array(point) })),
  }),
  z.object({ resultType: z.literal('scalar'), result: point }),
  z.object({ resultType: z.literal('string'), result: point }),
]);
export type InstantResult = z.output<typeof instantResult>;

/** What a metric is, as its sender says. */
const metricFacts = z.object({ type: z.string(), help: z.string(), unit: z.string().default('') });
export const metricMetadata = z.record(z.string(), z.array(metricFacts));

export const names = z.array(z.string());
export const labelSets = z.array(labelSet);

export const prometheusAnswer = z.object({
  status: z.literal('success'),
  data: z.unknown(),
  warnings: z.array(z.string()).default([]),
});
export const prometheusRefusal = z.object({
  status: z.literal('error'),
  errorType: z.string(),
  error: z.string(),
});
