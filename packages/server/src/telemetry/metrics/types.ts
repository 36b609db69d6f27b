/**
 * Words of this folder; `../types.ts` has those of the domain.
 *
 * - **catalogue**: the series that have samples in the head, found by labels without reading samples.
 * - **postings**: the refs of the series that carry one label with one value.
 * - **head**: recent samples in memory. It is complete from a certain time on, and says from which.
 * - **conflict**: a second sample of a series at a time for which it has another value. The first one stays.
 * - **day**: a UTC day as days since the epoch.
 */
import type { Labels } from '../../base/labels.ts';
import type { Matcher } from '../promql/types.ts';

/** What is asked about series without their samples. Both times are milliseconds and belong to the range. */
export interface CatalogueQuery {
  /** A series counts when any of these accepts it; an empty list accepts every series. */
  readonly selectors: readonly (readonly Matcher[])[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Most answers; all when absent. */
  readonly limit?: number;
}

/** What can be told of series without reading samples. Times count by the day where the head does not reach. */
export interface Catalogue {
  labelNames(query: CatalogueQuery): Promise<string[]>;
  labelValues(name: string, query: CatalogueQuery): Promise<string[]>;
  series(query: CatalogueQuery): Promise<Labels[]>;
}

export interface MetricsLimits {
  /** Series that have samples in the head. */
  readonly series: number;
  /** New series that one source may make per minute. */
  readonly newSeriesPerMinute: number;
  /** Samples later than this are refused, in ms ahead of the clock. */
  readonly futureMs: number;
  /** Samples earlier than this are refused, in ms behind the clock. */
  readonly pastMs: number;
  /** How far back the head reaches, ms, as long as its memory suffices. */
  readonly headMs: number;
  /** Memory for samples in the head, bytes; it reaches back less far rather than exceed this. */
  readonly headBytes: number;
  /** Samples that one selector may read from columns. */
  readonly samplesFromColumns: number;
}

export const defaultLimits: MetricsLimits = {
  series: 500_000,
  newSeriesPerMinute: 50_000,
  futureMs: 10 * 60_000,
  pastMs: 7 * 24 * 3_600_000,
  headMs: 2 * 3_600_000,
  headBytes: 256 * 1024 * 1024,
  samplesFromColumns: 50_000_000,
};

export interface MetricsStatus {
  /** Series that have samples in the head, and the most that may. */
  readonly series: number;
  readonly seriesLimit: number;
  readonly headSamples: number;
  readonly headBytes: number;
  /** The head has everything from this time on, ms. */
  readonly headFromMs: number;
}

/** Samples of one series in time order, no time twice. */
export interface Samples {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** A series as columns know it. */
export interface SeriesRow {
  readonly id: bigint;
  readonly labels: Labels;
}

/** Milliseconds; both ends belong to it. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Finds the series of the days of a range that all matchers accept; raises when there are more than `limit`. */
export type FindSeries = (
  matchers: readonly Matcher[],
  query: TimeRange & { readonly limit: number; readonly signal?: AbortSignal },
) => Promise<SeriesRow[]>;

export const dayMs = 86_400_000;

export const dayOf = (atMs: number): number => Math.floor(atMs / dayMs);
