import type { QueryClient } from '@tanstack/react-query';
import type { PromqlSource } from '../ui/promql/source.ts';
import { custos } from './client.ts';
import { labelNamesQuery, labelValuesQuery, metricFactsQuery, metricNamesQuery } from './metrics.ts';

/** What the editor offers while one types: our own metrics and labels. Without an answer it offers nothing. */
export function promqlSource(cache: QueryClient): PromqlSource {
  const otherwise =
    <Value>(value: Value) =>
    (): Value =>
      value;
  const selectorOf = (metric: string | undefined): string | undefined =>
    metric === undefined || metric === '' ? undefined : `{__name__=${JSON.stringify(metric)}}`;
  return {
    labelNames: (metric) =>
      cache.fetchQuery(labelNamesQuery(metric === '' ? undefined : metric)).catch(otherwise([])),
    labelValues: (label, metric) =>
      cache.fetchQuery(labelValuesQuery(label, selectorOf(metric))).catch(otherwise([])),
    metricMetadata: () => cache.fetchQuery(metricFactsQuery).catch(otherwise({})),
    series: async (metric) => {
      const selector = selectorOf(metric);
      if (selector === undefined) return [];
      const { data } = await custos.metrics.series({ match: [selector], limit: 200 });
      return data.map((labels) => new Map(Object.entries(labels)));
    },
    metricNames: () => cache.fetchQuery(metricNamesQuery).catch(otherwise([])),
    flags: () => Promise.resolve({}),
  };
}
