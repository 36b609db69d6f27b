import type { Clock } from '../../base/clock.ts';
import type { MetricMetadata } from '../types.ts';
import { dayOf } from './types.ts';

/** What metrics are, by name, as last told. */
export interface Metadata {
  describe(entries: readonly MetricMetadata[]): void;
  list(name?: string): MetricMetadata[];
  /** What was told anew, or for the first time today, since the last call. */
  takeTold(): MetricMetadata[];
  /** Puts in what was kept from before; what has been told meanwhile counts before it. */
  recall(entries: readonly MetricMetadata[]): void;
}

/** Metrics that are remembered. */
export const rememberedMetrics = 50_000;
const textLimit = 1_024;

interface Known {
  readonly entry: MetricMetadata;
  /** The day on which it was last told; 0 when it is from before. */
  day: number;
}

export function createMetadata(clock: Clock): Metadata {
  const byName = new Map<string, Known>();
  const told = new Set<string>();
  return {
    describe(entries) {
      const day = dayOf(clock.now());
      for (const entry of entries) {
        const known = byName.get(entry.name);
        const { type } = entry;
        const help = entry.help.slice(0, textLimit);
        const unit = entry.unit.slice(0, textLimit);
        const same = known?.entry.type === type && known.entry.help === help && known.entry.unit === unit;
        if (same && known.day === day) continue;
        if (known === undefined && byName.size >= rememberedMetrics) continue;
        byName.set(entry.name, { entry: same ? known.entry : { name: entry.name, type, help, unit }, day });
        told.add(entry.name);
      }
    },
    list(name) {
      if (name === undefined) return [...byName.values()].map(({ entry }) => entry);
      const one = byName.get(name);
      return one === undefined ? [] : [one.entry];
    },
    takeTold() {
      const entries = [...told].flatMap((name) => byName.get(name)?.entry ?? []);
      told.clear();
      return entries;
    },
    recall(entries) {
      for (const entry of entries) {
        if (byName.size >= rememberedMetrics) return;
        if (!byName.has(entry.name)) byName.set(entry.name, { entry, day: 0 });
      }
    },
  };
}
