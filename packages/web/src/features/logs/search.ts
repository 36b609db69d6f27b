import type { LogFilter } from '@custos/client';
import { logCategories, type LogCategory } from '@custos/contract';
import { readList, readText, readTime } from '../../ui/address.ts';
import { windowOf, type TimeWindow } from '../../ui/range.ts';

/** Ways of looking at what fits; the list of records is the usual one. */
const logViews = ['live', 'patterns', 'sql'] as const;
export type LogView = (typeof logViews)[number];

/** What the address of the log page says: any view can be sent to a colleague. */
export interface LogsSearch {
  readonly query?: string | undefined;
  /** All when none is named. */
  readonly category?: readonly LogCategory[] | undefined;
  readonly view?: LogView | undefined;
  /** Name of a range that ends now; the last hour when nothing is said. */
  readonly range?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

function categories(value: unknown): readonly LogCategory[] | undefined {
  const named = readList(value);
  const found = logCategories.filter((category) => named.includes(category));
  return found.length === 0 ? undefined : found;
}

/** Reads the address; what is not understood is as if it were not there. */
export function readLogsSearch(search: Record<string, unknown>): LogsSearch {
  return {
    query: readText(search['query']),
    category: categories(search['category']),
    view: logViews.find((view) => view === search['view']),
    ...readTime(search),
  };
}

/** The time that an address asks for, as seen at `asOf`. */
export function timeOf(search: LogsSearch, asOf: number): TimeWindow {
  return windowOf({ ...search, range: search.range ?? '1h' }, asOf);
}

/** What the server is asked for. */
export function filterOf(search: LogsSearch, asOf: number): LogFilter {
  const { from, to } = timeOf(search, asOf);
  return { query: search.query, category: search.category, from, to };
}
