import type { Labels } from '../../base/labels.ts';
import { CustosError } from '../../base/errors.ts';
import { labelSetOf, metricName } from '../promql/label-set.ts';
import { acceptedBy, labelOf, type ActiveCatalogue } from './active-catalogue.ts';
import type { Head } from './head.ts';
import type { MetricsStore } from './store.ts';
import type { Catalogue, CatalogueQuery, MetricsLimits } from './types.ts';

export interface ListingOptions {
  readonly catalogue: ActiveCatalogue;
  readonly head: Head;
  readonly store: MetricsStore;
  readonly shared: boolean;
  readonly limits: Pick<MetricsLimits, 'series'>;
}

const unavailable = (error: unknown): boolean =>
  error instanceof CustosError && error.code === 'columns_unavailable';

/** Answers about series from the head and, for older times, from columns; from the head alone when they are away. */
export function createListing({ catalogue, head, store, shared, limits }: ListingOptions): Catalogue {
  const needsColumns = ({ fromMs }: CatalogueQuery): boolean => shared || fromMs < head.fromMs;

  const fromColumns = async <Answer>(
    query: CatalogueQuery,
    ask: () => Promise<Answer[]>,
  ): Promise<Answer[]> => {
    if (!needsColumns(query)) return [];
    try {
      return await ask();
    } catch (error) {
      if (unavailable(error)) return [];
      throw error;
    }
  };

  /** The labels of every series that one of the selectors accepts. */
  const labelsOfAll = async (query: CatalogueQuery): Promise<Labels[]> => {
    const { fromMs, toMs } = query;
    const found = new Map<string, Labels>();
    const selectors = query.selectors.length === 0 ? [[]] : query.selectors;
    for (const matchers of selectors) {
      for (const series of catalogue.select(matchers)) {
        if (series.hasBetween(fromMs, toMs)) found.set(labelSetOf(series.labels).key, series.labels);
      }
      const older = await fromColumns(query, () =>
        store.series(matchers, { fromMs, toMs, limit: limits.series }),
      );
      for (const { labels } of older) {
        // Columns compare an absent label as we do; asked again, so that both sides agree in every case.
        if (acceptedBy(matchers, labels)) found.set(labelSetOf(labels).key, labels);
      }
    }
    return [...found.values()];
  };

  const sorted = (texts: Iterable<string>, limit: number | undefined): string[] =>
    [...new Set(texts)].toSorted().slice(0, limit);

  return {
    async labelNames(query) {
      if (query.selectors.length > 0)
        return sorted(
          (await labelsOfAll(query)).flatMap((labels) => Object.keys(labels)),
          query.limit,
        );
      const older = await fromColumns(query, () => store.distinct(undefined, query));
      const names = [...catalogue.names(), ...older];
      return sorted(names.length === 0 ? [] : [metricName, ...names], query.limit);
    },
    async labelValues(name, query) {
      if (query.selectors.length > 0) {
        const values = (await labelsOfAll(query)).map((labels) => labelOf(labels, name));
        return sorted(
          values.filter((value) => value !== ''),
          query.limit,
        );
      }
      const older = await fromColumns(query, () => store.distinct(name, query));
      return sorted([...catalogue.values(name), ...older], query.limit);
    },
    async series(query) {
      return (await labelsOfAll(query)).slice(0, query.limit);
    },
  };
}
