import { ApiError } from '@custos/client';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { readLinesBeside } from '../charts/lines/beside.ts';
import type { Grid } from '../charts/lines/series-set.ts';
import { custos } from './client.ts';
import { keys } from './keys.ts';

/** Large answers are not kept for long after the last page that shows them has gone. */
const keptMs = 60_000;

/** An expression over time, on a grid. */
export function rangeQuery(expression: string, grid: Grid) {
  return queryOptions({
    queryKey: keys.list('metrics', { kind: 'range', expression, ...grid }),
    queryFn: async ({ signal }) =>
      readLinesBeside(await custos.metrics.rangeBytes({ query: expression, ...grid, signal }), grid),
    staleTime: keptMs,
    gcTime: keptMs,
    // Identical answers are rare and comparing a million values is not free.
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
}

/** An expression at one time, ms. */
export function instantQuery(expression: string, at: number) {
  return queryOptions({
    queryKey: keys.list('metrics', { kind: 'instant', expression, at }),
    queryFn: ({ signal }) => custos.metrics.query({ query: expression, at, signal }),
    staleTime: keptMs,
    gcTime: keptMs,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
}

const catalogueMs = 5 * 60_000;

/** Names of all metrics that have samples between two times. */
export const metricNamesQuery = queryOptions({
  queryKey: keys.list('metrics', { kind: 'names' }),
  queryFn: async ({ signal }) => (await custos.metrics.labelValues('__name__', { signal })).data,
  staleTime: catalogueMs,
});

/** Type and help by name. */
export const metricFactsQuery = queryOptions({
  queryKey: keys.list('metrics', { kind: 'facts' }),
  queryFn: async ({ signal }) => (await custos.metrics.metadata(signal)).data,
  staleTime: catalogueMs,
});

/** Names of the labels of a metric, or of all. */
export function labelNamesQuery(metric?: string) {
  return queryOptions({
    queryKey: keys.list('metrics', { kind: 'labels', metric }),
    queryFn: async ({ signal }) =>
      (
        await custos.metrics.labelNames({
          ...(metric === undefined ? {} : { match: [`{__name__=${JSON.stringify(metric)}}`] }),
          signal,
        })
      ).data,
    staleTime: catalogueMs,
  });
}

/** Values of a label, of the series that a selector takes. */
export function labelValuesQuery(label: string, selector?: string) {
  return queryOptions({
    queryKey: keys.list('metrics', { kind: 'values', label, selector }),
    queryFn: async ({ signal }) =>
      (
        await custos.metrics.labelValues(label, {
          ...(selector === undefined || selector === '' ? {} : { match: [selector] }),
          signal,
        })
      ).data,
    staleTime: catalogueMs,
  });
}

/** What is wrong with an expression, and where in it, counted from 1. */
export interface ExpressionFault {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
  /** It asks for more than is allowed at once. */
  readonly heavy: boolean;
}

const queryCodes = new Set(['bad_data', 'execution', 'timeout', 'canceled']);

/** What the engine says of an expression; null when something else went wrong, such as the network. */
export function expressionFault(error: unknown): ExpressionFault | null {
  if (!(error instanceof ApiError) || !queryCodes.has(error.code)) return null;
  const text = error.message.replace(/^invalid parameter "query": /, '');
  const heavy = error.code === 'timeout' || /too many samples|the limit is|samples may be held/.test(text);
  const place = /^(\d+):(\d+): (?:parse error: )?/.exec(text);
  if (place === null) return { message: text, line: null, column: null, heavy };
  return { message: text.slice(place[0].length), line: Number(place[1]), column: Number(place[2]), heavy };
}
