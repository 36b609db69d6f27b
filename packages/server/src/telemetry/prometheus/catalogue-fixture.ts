import type { Labels } from '../../base/labels.ts';
import { createMatcher } from '../promql/matcher.ts';
import type { SampleStorage } from '../promql/types.ts';
import type { MetricMetadata } from '../types.ts';
import type { CatalogueQuery, MetricCatalogue } from './types.ts';

/** A catalogue over any storage, for tests: it asks for the samples and looks at their labels. */
export function catalogueOf(storage: SampleStorage, known: readonly MetricMetadata[] = []): MetricCatalogue {
  async function series({ selectors, fromMs, toMs, limit }: CatalogueQuery): Promise<Labels[]> {
    const wanted = selectors.length > 0 ? selectors : [[createMatcher('__name__', '!=', '')]];
    const found = new Set<Labels>();
    for (const matchers of wanted) {
      const { signal } = new AbortController();
      for (const { labels } of await storage.select({ matchers, fromMs, toMs, signal })) found.add(labels);
    }
    return [...found].slice(0, limit);
  }
  const ordered = (texts: Iterable<string>, limit: number | undefined): string[] =>
    [...new Set(texts)].toSorted().slice(0, limit);
  return {
    series,
    async labelNames(query) {
      const { limit, ...all } = query;
      return ordered(
        (await series(all)).flatMap((labels) => Object.keys(labels)),
        limit,
      );
    },
    async labelValues(name, query) {
      const { limit, ...all } = query;
      return ordered(
        (await series(all)).flatMap((labels) => labels[name] ?? []),
        limit,
      );
    },
    metadata: (name) => known.filter((metric) => name === undefined || metric.name === name),
  };
}
