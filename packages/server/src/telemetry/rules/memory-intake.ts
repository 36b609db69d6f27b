import { labelSetOf } from '../promql/label-set.ts';
import type { MemoryStorage, NewSample } from '../promql/memory-storage.ts';
import { isStaleAt } from '../promql/stale.ts';
import type { SampleIntake, Series } from '../types.ts';

/** Takes samples into a storage in memory: for rules that are tried without a server. */
export function createMemoryIntake(storage: MemoryStorage): SampleIntake {
  const known = new Map<string, Series>();
  return {
    series(labels) {
      const { key } = labelSetOf(labels);
      let series = known.get(key);
      if (series === undefined) {
        series = { ref: known.size, id: BigInt(known.size), labels };
        known.set(key, series);
      }
      return series;
    },
    async append({ series, times, values }) {
      const numbers = Float64Array.from(values);
      // Numbers pass a copy with their bits; lists of numbers hold no stale markers.
      const bits = values instanceof Float64Array ? values : numbers;
      for (const [index, { labels }] of series.entries()) {
        const value: NewSample['value'] = isStaleAt(bits, index) ? 'stale' : (bits[index] ?? Number.NaN);
        storage.append(labels, [{ atMs: times[index] ?? 0, value }]);
      }
      return { accepted: series.length, refusals: [] };
    },
    describe: () => undefined,
  };
}
