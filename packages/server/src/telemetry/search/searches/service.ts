import type { LogCategory } from '@custos/contract';
import type { Clock } from '../../../base/clock.ts';
import {
  createSavedSearches,
  type SavedSearch,
  type SavedSearches,
} from '../../../storage/saved-searches/service.ts';
import type { State } from '../../../storage/state/state.ts';
import { parseSearch } from '../language/parse.ts';

/** What a saved search looks for, and the columns in which it shows what it finds. */
export interface SearchFilter {
  readonly query: string;
  readonly categories: readonly LogCategory[];
  readonly columns: readonly string[];
}

/** A search of the logs that somebody saved. */
export type SavedLogSearch = SavedSearch<SearchFilter>;
export type SavedLogSearches = SavedSearches<SearchFilter>;

/** Refuses a search that nobody could run, as `parseSearch` does. */
export function createSavedLogSearches(parts: {
  readonly state: State;
  readonly clock: Clock;
}): SavedLogSearches {
  return createSavedSearches<SearchFilter>(parts, {
    table: 'log_search',
    idPrefix: 'lsrch',
    filterField: 'query',
    check: ({ query }, nowMs) => void parseSearch(query, nowMs),
  });
}
