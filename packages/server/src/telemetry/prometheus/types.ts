import type { MetricRuleGroupView } from '@custos/contract';
import type { Labels } from '../../base/labels.ts';
import type { Matcher } from '../promql/types.ts';
import type { MetricMetadata } from '../types.ts';

/**
 * Words of this folder.
 *
 * - **envelope**: the JSON around every answer of Prometheus's HTTP API: `status`, then `data`, or
 *   `errorType` and `error`.
 * - **selector**: what a parameter `match[]` holds; series that fit any of them are meant.
 */

/** Which series are asked about, and when. */
export interface CatalogueQuery {
  /** A series counts when all matchers of one of these accept it; none given means every series. */
  readonly selectors: readonly (readonly Matcher[])[];
  /** Milliseconds since the epoch, both included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The most that is wanted; absent for all. */
  readonly limit?: number;
}

/** What there is to query. The catalogue of `metrics/` fits. */
export interface MetricCatalogue {
  labelNames(query: CatalogueQuery): Promise<readonly string[]>;
  labelValues(name: string, query: CatalogueQuery): Promise<readonly string[]>;
  series(query: CatalogueQuery): Promise<readonly Labels[]>;
  metadata(name?: string): readonly MetricMetadata[];
}

/** The rules and how they fare. `rules/` fits. */
export interface RuleSource {
  list(): Promise<readonly MetricRuleGroupView[]>;
}
