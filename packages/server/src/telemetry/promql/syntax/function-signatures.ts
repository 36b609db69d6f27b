import type { ValueType } from './ast.ts';

/** What a function takes and gives. */
export interface Signature {
  readonly takes: readonly ValueType[];
  /** How many of the last arguments may be left out; -1 means that the last may come any number of times. */
  readonly optional: number;
  readonly gives: ValueType;
}

const signature = (takes: readonly ValueType[], gives: ValueType = 'vector', optional = 0): Signature => ({
  takes,
  optional,
  gives,
});

const each = (names: string, shape: Signature): [string, Signature][] =>
  names.split(' ').map((name) => [name, shape]);

/**
 * Every function of core PromQL (prometheus.io/docs/prometheus/latest/querying/functions), and the one for
 * smoothing, which was part of it in Prometheus 2.
 */
export const signatures: ReadonlyMap<string, Signature> = new Map([
  ...each(
    'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count ' +
      'histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan ' +
      'tanh timestamp',
    signature(['vector']),
  ),
  ...each(
    'absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time ' +
      'max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time',
    signature(['matrix']),
  ),
  ...each(
    'day_of_month day_of_week day_of_year days_in_month hour minute month year',
    signature(['vector'], 'vector', 1),
  ),
  ...each('clamp_max clamp_min', signature(['vector', 'scalar'])),
  ['clamp', signature(['vector', 'scalar', 'scalar'])],
  ...each('double_exponential_smoothing holt_winters', signature(['matrix', 'scalar', 'scalar'])),
  ['histogram_fraction', signature(['scalar', 'scalar', 'vector'])],
  ['histogram_quantile', signature(['scalar', 'vector'])],
  ['label_join', signature(['vector', 'string', 'string', 'string'], 'vector', -1)],
  ['label_replace', signature(['vector', 'string', 'string', 'string', 'string'])],
  ['pi', signature([], 'scalar')],
  ['predict_linear', signature(['matrix', 'scalar'])],
  ['quantile_over_time', signature(['scalar', 'matrix'])],
  ['round', signature(['vector', 'scalar'], 'vector', 1)],
  ['scalar', signature(['vector'], 'scalar')],
  ['time', signature([], 'scalar')],
  ['vector', signature(['scalar'])],
]);

/** Functions that Prometheus offers only behind a feature flag. They are refused by name. */
export const experimentalFunctions: ReadonlySet<string> = new Set(
  (
    'end first_over_time histogram_quantiles info mad_over_time max_of min_of ' +
    'range sort_by_label sort_by_label_desc start start_timestamp step ts_of_first_over_time ' +
    'ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time'
  ).split(' '),
);

/** Aggregations that Prometheus offers only behind a feature flag. */
export const experimentalAggregations: ReadonlySet<string> = new Set(['limitk', 'limit_ratio']);
