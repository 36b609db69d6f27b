import type { Labels } from '../../../base/labels.ts';
import { labelSetOf, metricName } from '../label-set.ts';
import { createMemoryStorage, type NewSample } from '../memory-storage.ts';
import type { SampleStorage } from '../types.ts';
import type { LoadCommand } from './script.ts';
import { readSeries } from './series-notation.ts';

/** Samples that the engine does not store, and why a case that selects them is skipped. */
interface Foreign {
  readonly labels: Labels;
  readonly times: number[];
  readonly reason: string;
}

export interface ScriptStorage extends SampleStorage {
  load(command: LoadCommand): void;
  clear(): void;
  /** Why the queries since the last call cannot be compared, when they selected what is not stored. */
  takeReason(): string | undefined;
}

const nativeReason = 'selects native histograms';

/** The native histogram that upstream derives from a classic one. */
function derivedLabels(labels: Labels): Labels | undefined {
  const name = /^(.*)_(?:bucket|count|sum)$/.exec(labels[metricName] ?? '')?.[1];
  if (name === undefined) return undefined;
  const { le: _, ...rest } = labels;
  return { ...rest, [metricName]: name };
}

/** Keeps the floats of a script, and remembers where it holds samples of other kinds. */
export function createScriptStorage(): ScriptStorage {
  const floats = createMemoryStorage();
  const foreign = new Map<string, Foreign>();
  let touched: string | undefined;

  const markForeign = (labels: Labels, times: readonly number[], reason: string): void => {
    const { key } = labelSetOf(labels);
    const known = foreign.get(key);
    if (known === undefined) foreign.set(key, { labels, times: [...times], reason });
    else known.times.push(...times);
  };

  return {
    load({ series, stepMs, withNative }) {
      for (const line of series) {
        const noted = readSeries(line);
        if (noted === undefined) throw new Error(`cannot read the series ${line}`);
        const { labels, values } = noted;
        const samples: NewSample[] = [];
        const others: Record<'histogram' | 'unknown', number[]> = { histogram: [], unknown: [] };
        for (const [index, value] of values.entries()) {
          const atMs = index * stepMs;
          if (value === 'histogram' || value === 'unknown') others[value].push(atMs);
          else if (value !== 'missing') samples.push({ atMs, value });
        }
        if (samples.length > 0) floats.append(labels, samples);
        const times = samples.map(({ atMs }) => atMs);
        if (others.histogram.length > 0) markForeign(labels, others.histogram, nativeReason);
        if (others.unknown.length > 0) {
          markForeign(
            labels,
            [...others.unknown, ...times],
            'selects a series in a notation that is not known',
          );
        }
        if (labels['__type__'] !== undefined || labels['__unit__'] !== undefined) {
          markForeign(labels, times, 'selects series with experimental type and unit labels');
        }
        const derived = withNative ? derivedLabels(labels) : undefined;
        if (derived !== undefined) markForeign(derived, times, nativeReason);
      }
    },
    clear() {
      floats.clear();
      foreign.clear();
    },
    takeReason() {
      const reason = touched;
      touched = undefined;
      return reason;
    },
    async select(request) {
      const { matchers, fromMs, toMs } = request;
      for (const { labels, times, reason } of foreign.values()) {
        if (!matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ''))) continue;
        if (times.some((at) => at >= fromMs && at <= toMs)) touched = reason;
      }
      return floats.select(request);
    },
  };
}
