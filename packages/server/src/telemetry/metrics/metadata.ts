import type { MetricMetadata } from '../types.ts';

/** What metrics are, by name, as last told. In memory: senders tell it again. */
export interface Metadata {
  describe(entries: readonly MetricMetadata[]): void;
  list(name?: string): MetricMetadata[];
}

const rememberedMetrics = 50_000;
const textLimit = 1_024;

export function createMetadata(): Metadata {
  const byName = new Map<string, MetricMetadata>();
  return {
    describe(entries) {
      for (const entry of entries) {
        const known = byName.get(entry.name);
        if (known?.type === entry.type && known.help === entry.help && known.unit === entry.unit) continue;
        if (known === undefined && byName.size >= rememberedMetrics) continue;
        byName.set(entry.name, {
          name: entry.name,
          type: entry.type,
          help: entry.help.slice(0, textLimit),
          unit: entry.unit.slice(0, textLimit),
        });
      }
    },
    list(name) {
      if (name === undefined) return [...byName.values()];
      const one = byName.get(name);
      return one === undefined ? [] : [one];
    },
  };
}
