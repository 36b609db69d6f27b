import type { AuditQuery } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import * as saved from '../../storage/saved-searches/service.ts';
import type { State } from '../../storage/state/state.ts';

/** A filter of the audit log that somebody saved. */
export type SavedSearch = saved.SavedSearch<AuditQuery>;
export type SavedSearches = saved.SavedSearches<AuditQuery>;

export function createSavedSearches(parts: { readonly state: State; readonly clock: Clock }): SavedSearches {
  return saved.createSavedSearches<AuditQuery>(parts, {
    table: 'audit_search',
    idPrefix: 'srch',
    filterField: 'filter',
  });
}
