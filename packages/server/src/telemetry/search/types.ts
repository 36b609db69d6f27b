import type { LogCategory, LogRecordView, LogSeverity } from '@custos/contract';
import type { ColumnParameters } from '../../storage/columns/columns.ts';
import type { Search } from './language/tree.ts';

/**
 * Words of this part.
 *
 * - **search**: what the text of the search box asks, as a tree (`language/tree.ts`).
 * - **scope**: a search within a span of time, as a condition on the table `log_record`.
 * - **place**: where a record stands in the order of all: its time, then its place in the spool. Its name in
 *   links and the cursor of pages are made of it.
 * - **shape**: what similar lines have in common.
 * - **viewer**: somebody who watches the live tail.
 */

/** What is looked for, as the contract has it. Times in ms since the epoch. */
export interface SearchInput {
  readonly query: string;
  /** An hour before `to` when absent. */
  readonly from?: number | undefined;
  /** Now when absent; records at this time and later are not in it. */
  readonly to?: number | undefined;
  readonly category?: readonly LogCategory[] | undefined;
}

export interface Scope {
  readonly search: Search;
  /** Of the search and the categories, without the time. */
  readonly sql: string;
  readonly parameters: ColumnParameters;
  readonly from: number;
  readonly to: number;
}

export interface Place {
  readonly timeMs: number;
  readonly spoolId: string;
  readonly spoolRow: number;
}

/** A record as it is shown, with its place. */
export interface FoundRecord {
  readonly place: Place;
  readonly view: LogRecordView;
}

/** How often each severity came in one step of a histogram. */
export type SeverityCounts = Partial<Record<LogSeverity, number>>;

/** Records that a rule counts, in groups by the values of fields. */
export interface LogCountQuery {
  readonly query: string;
  /** Milliseconds since the epoch: from `fromMs` on, before `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Fields; without any there is one group. */
  readonly by: readonly string[];
}

export interface LogCount {
  /** The values of the fields of `by`, in their order; empty text for a field that is absent. */
  readonly values: readonly string[];
  readonly count: number;
}

export interface LogCounts {
  /** Largest first, at most 1,000. */
  readonly groups: readonly LogCount[];
  /** False when columns was behind, so that records which were accepted already may be missing. */
  readonly complete: boolean;
}
