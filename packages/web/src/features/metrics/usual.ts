/**
 * How one usually looks at a metric: a counter as its rate, a histogram as its 95th percentile, anything else as
 * it is.
 */
export function usualExpression(name: string, type: string | undefined): string {
  if (name.endsWith('_bucket') && (type === undefined || type === 'unknown' || type === 'histogram'))
    return `histogram_quantile(0.95, sum by (le) (rate(${name}[5m])))`;
  if (type === 'counter' || name.endsWith('_total') || /_(count|sum)$/.test(name)) return `rate(${name}[5m])`;
  if (type === 'histogram') return `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket[5m])))`;
  return name;
}
