import {
  logSeverities,
  type LogHistogramView,
  type LogPatternsView,
  type LogRecordView,
  type LogSqlAnswer,
} from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { State } from '../../storage/state/state.ts';
import { recordNamed, surroundingsOf } from './around.ts';
import { createCount } from './count.ts';
import { allRecords } from './export.ts';
import { histogramOf } from './histogram.ts';
import { columnFields } from './language/fields.ts';
import { listRecords, type ListOptions } from './listing.ts';
import { patternsOf } from './patterns.ts';
import { scopeOf } from './scope.ts';
import { createSavedLogSearches, type SavedLogSearches } from './searches/service.ts';
import { createSqlMode } from './sql/run.ts';
import { loadAttributeNames, loadTotal, loadValues } from './store.ts';
import { createTail, type LogTail } from './tail.ts';
import type { FoundRecord, LogCountQuery, LogCounts, Scope, SearchInput } from './types.ts';
import { fieldValue } from './values.ts';

/** Names and values that autocomplete offers at once. */
const offered = 50;

export interface LogSearch {
  /** Understands an input. Raises `invalid_input` with the place in the text. */
  scope(input: SearchInput): Scope;
  list(scope: Scope, options: ListOptions): Promise<FoundRecord[]>;
  /** At most `buckets` steps. */
  histogram(scope: Scope, buckets: number): Promise<LogHistogramView>;
  total(scope: Scope): Promise<number>;
  /** Names of fields that begin with `prefix`, most used first. */
  fields(scope: Scope, prefix: string): Promise<{ name: string; records: number }[]>;
  /** Values of a field that begin with `prefix`, most used first. */
  values(scope: Scope, field: string, prefix: string): Promise<{ value: string; records: number }[]>;
  patterns(scope: Scope): Promise<LogPatternsView>;
  /** The record of an id. Raises `not_found`. */
  record(id: string): Promise<LogRecordView>;
  /** Raises `not_found`. */
  surroundings(id: string): Promise<{ before: LogRecordView[]; after: LogRecordView[] }>;
  /** Every record, newest first. */
  exportRows(scope: Scope): AsyncIterable<LogRecordView>;
  /** One reading statement over logs and spans. Raises `invalid_input`, `query_too_heavy` and `rate_limited`. */
  sql(statement: string): Promise<LogSqlAnswer>;
  readonly searches: SavedLogSearches;
  readonly tail: LogTail;
  /** Counts records for a rule. Raises `invalid_input` and `columns_unavailable`. */
  count(query: LogCountQuery): Promise<LogCounts>;
}

/** Finds, shows and counts log records. */
export function createLogSearch({
  columns,
  state,
  clock,
}: {
  readonly columns: Columns;
  readonly state: State;
  readonly clock: Clock;
}): LogSearch {
  return {
    scope: (input) => scopeOf(input, clock.now()),
    list: (scope, options) => listRecords(columns, scope, options),
    histogram: (scope, buckets) => histogramOf(columns, scope, buckets),
    total: (scope) => loadTotal(columns, scope),
    async fields(scope, prefix) {
      const wanted = prefix.toLowerCase();
      const [names, all] = await Promise.all([
        loadAttributeNames(columns, scope, { prefix, limit: offered }),
        loadTotal(columns, scope, true),
      ]);
      const known = columnFields
        .filter((name) => name.startsWith(wanted))
        .map((name) => ({ name, records: all }));
      return [...known, ...names].slice(0, offered);
    },
    async values(scope, field, prefix) {
      const { sql, parameters } = fieldValue(field, 'field');
      const found = await loadValues(columns, scope, {
        value: sql,
        valueParameters: parameters,
        prefix,
        limit: offered,
      });
      if (sql !== fieldValue('level', 'field').sql) return found;
      // Levels are few and have an order; those that did not come are offered, too.
      const records = new Map(found.map((one) => [one.value, one.records]));
      return logSeverities
        .filter((level) => level.startsWith(prefix.toLowerCase()))
        .map((value) => ({ value, records: records.get(value) ?? 0 }));
    },
    patterns: (scope) => patternsOf(columns, scope),
    record: async (id) => (await recordNamed(columns, id)).view,
    surroundings: (id) => surroundingsOf(columns, id),
    exportRows: (scope) => allRecords(columns, scope),
    sql: createSqlMode(columns, clock),
    searches: createSavedLogSearches({ state, clock }),
    tail: createTail(clock),
    count: createCount(columns, clock),
  };
}
