import type { Labels } from '../../base/labels.ts';
import { labelSetOf, labelsOf } from './label-set.ts';
import { isStaleAt, writeStale } from './stale.ts';
import type { SampleStorage, StoredSeries } from './types.ts';

/** A sample to store: a number, or the end of the series. */
export interface NewSample {
  readonly atMs: number;
  readonly value: number | 'stale';
}

export interface MemoryStorage extends SampleStorage {
  /** Adds samples to a series. Where a sample of the same time is there already, the new one takes its place. */
  append(labels: Labels, samples: readonly NewSample[]): void;
  clear(): void;
}

interface Held {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

const samplesOf = ({ timestamps, values }: Held): NewSample[] =>
  Array.from(timestamps, (atMs, index) => ({
    atMs,
    value: isStaleAt(values, index) ? 'stale' : values[index]!,
  }));

/** The index of the first time that is not before `atMs`. */
function lowerBound(timestamps: Float64Array, atMs: number): number {
  let low = 0;
  let high = timestamps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestamps[middle]! < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Keeps series in memory: for tests, for the conformance runner, and for rules over fresh samples. */
export function createMemoryStorage(): MemoryStorage {
  const held = new Map<string, Held>();
  return {
    append(labels, samples) {
      const set = labelSetOf(labels);
      const known = held.get(set.key);
      const byTime = new Map(
        (known === undefined ? [] : samplesOf(known)).map((sample) => [sample.atMs, sample]),
      );
      for (const sample of samples) byTime.set(sample.atMs, sample);
      const ordered = [...byTime.values()].toSorted((a, b) => a.atMs - b.atMs);
      const timestamps = Float64Array.from(ordered, ({ atMs }) => atMs);
      const values = new Float64Array(ordered.length);
      for (const [index, { value }] of ordered.entries()) {
        if (value === 'stale') writeStale(values, index);
        else values[index] = value;
      }
      held.set(set.key, { labels: labelsOf(set), timestamps, values });
    },
    clear: () => held.clear(),
    async select({ matchers, fromMs, toMs }) {
      const found: StoredSeries[] = [];
      for (const { labels, timestamps, values } of held.values()) {
        if (!matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ''))) continue;
        const from = lowerBound(timestamps, fromMs);
        const to = lowerBound(timestamps, toMs + 1);
        if (from >= to) continue;
        found.push({ labels, timestamps: timestamps.subarray(from, to), values: values.subarray(from, to) });
      }
      return found;
    },
  };
}
