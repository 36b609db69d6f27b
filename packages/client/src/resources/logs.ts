import {
  done,
  logFields,
  logHistogram,
  logPatterns,
  logRecord,
  logSqlAnswer,
  logSurroundings,
  logValues,
  pageOf,
  savedLogSearch,
  savedLogSearches,
  type LogCategory,
  type logExportFormat,
  type savedLogSearchInput,
  type z,
} from '@custos/contract';
import { createDownload, type ClientOptions, type Query, type Request } from '../transport.ts';
import { instant, type PageRequest, type TimeRange } from './instants.ts';

/** A search over logs; times in ms. Without times it is the last hour. */
export interface LogFilter extends TimeRange {
  /** The text of the search box. */
  readonly query?: string | undefined;
  readonly category?: readonly LogCategory[] | undefined;
}

function filterOf({ from, to, ...filter }: LogFilter): Query {
  return { ...filter, from: instant(from), to: instant(to) };
}

const searchPath = (id: string): string => `/api/v1/logs/searches/${encodeURIComponent(id)}`;

export function logCalls(request: Request, client: ClientOptions) {
  const download = createDownload(client);
  const one = (id: string): string => `/api/v1/logs/${encodeURIComponent(id)}`;
  return {
    list: (
      {
        cursor,
        limit,
        order,
        ...filter
      }: LogFilter & PageRequest & { readonly order?: 'newest' | 'oldest' | undefined },
      signal?: AbortSignal,
    ) =>
      request('GET', '/api/v1/logs', {
        schema: pageOf(logRecord),
        query: { ...filterOf(filter), cursor, limit, order },
        signal,
      }),
    get: (id: string, signal?: AbortSignal) => request('GET', one(id), { schema: logRecord, signal }),
    /** Records right before and after one, from the same service and host. */
    around: (id: string, signal?: AbortSignal) =>
      request('GET', `${one(id)}/around`, { schema: logSurroundings, signal }),
    histogram: (
      { buckets, ...filter }: LogFilter & { readonly buckets?: number | undefined },
      signal?: AbortSignal,
    ) =>
      request('GET', '/api/v1/logs/histogram', {
        schema: logHistogram,
        query: { ...filterOf(filter), buckets },
        signal,
      }),
    fields: ({ prefix, ...filter }: LogFilter & { readonly prefix?: string }, signal?: AbortSignal) =>
      request('GET', '/api/v1/logs/fields', {
        schema: logFields,
        query: { ...filterOf(filter), prefix },
        signal,
      }),
    values: (
      { field, prefix, ...filter }: LogFilter & { readonly field: string; readonly prefix?: string },
      signal?: AbortSignal,
    ) =>
      request('GET', '/api/v1/logs/values', {
        schema: logValues,
        query: { ...filterOf(filter), field, prefix },
        signal,
      }),
    patterns: (filter: LogFilter, signal?: AbortSignal) =>
      request('GET', '/api/v1/logs/patterns', { schema: logPatterns, query: filterOf(filter), signal }),
    /** Every record of a search as a file. */
    export: (
      { format, ...filter }: LogFilter & { readonly format: z.output<typeof logExportFormat> },
      signal?: AbortSignal,
    ) => download('GET', '/api/v1/logs/export', { query: { ...filterOf(filter), format }, signal }),
    sql: (sql: string, signal?: AbortSignal) =>
      request('POST', '/api/v1/logs/sql', { schema: logSqlAnswer, body: { sql }, signal }),
    searches: (signal?: AbortSignal) =>
      request('GET', '/api/v1/logs/searches', { schema: savedLogSearches, signal }),
    saveSearch: (body: z.input<typeof savedLogSearchInput>) =>
      request('POST', '/api/v1/logs/searches', { schema: savedLogSearch, body }),
    changeSearch: (id: string, body: z.input<typeof savedLogSearchInput>) =>
      request('PUT', searchPath(id), { schema: savedLogSearch, body }),
    removeSearch: (id: string) => request('DELETE', searchPath(id), { schema: done }),
  };
}
