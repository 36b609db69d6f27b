import { createHash } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { Labels } from '../../../base/labels.ts';
import { isStaleAt } from '../../promql/stale.ts';
import type { MetricMetadata, Refusal, SampleIntake, Series } from '../../types.ts';

export interface KeptSample {
  readonly labels: Labels;
  readonly time: number;
  readonly value: number | 'stale';
}

export interface FakeIntake extends SampleIntake {
  readonly kept: KeptSample[];
  readonly described: Map<string, MetricMetadata>;
  /** The samples of a metric, in the order in which they came. */
  of(name: string): KeptSample[];
  /** The newest value of the series with these labels. */
  value(labels: Labels): number | 'stale' | undefined;
  /** What the next appends raise. */
  failWith(error: unknown): void;
  clear(): void;
}

const textOf = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1)));

/** Holds samples in memory with the bounds that matter to doors; times more than an hour ahead are refused. */
export function createFakeIntake(
  clock: Clock,
  limits = { labels: 30, length: 1000, series: 1000 },
): FakeIntake {
  const series = new Map<string, Series>();
  const kept: KeptSample[] = [];
  const described = new Map<string, MetricMetadata>();
  let failure: unknown;
  const refuse = (reason: Refusal['reason'], message: string): Refusal => ({ reason, message, count: 1 });

  return {
    kept,
    described,
    series(labels) {
      const names = Object.keys(labels);
      if (!('__name__' in labels)) return refuse('label_invalid', 'A series needs a name.');
      if (names.length > limits.labels) return refuse('too_many_labels', `${names.length} labels.`);
      if (Object.values(labels).some((value) => value.length > limits.length)) {
        return refuse('label_too_long', 'A label is too long.');
      }
      const key = textOf(labels);
      let found = series.get(key);
      if (found === undefined) {
        if (series.size >= limits.series) return refuse('too_many_new_series', 'Too many new series.');
        const id = createHash('sha256').update(key).digest().readBigUInt64LE();
        found = { ref: series.size, id, labels };
        series.set(key, found);
      }
      return found;
    },
    async append({ series: of, times, values }) {
      if (failure !== undefined) throw failure;
      const stored = values instanceof Float64Array ? values : Float64Array.from(values);
      let early = 0;
      for (const [at, one] of of.entries()) {
        if (times[at]! > clock.now() + 3_600_000) {
          early += 1;
          continue;
        }
        const value = isStaleAt(stored, at) ? 'stale' : stored[at]!;
        kept.push({ labels: one.labels, time: times[at]!, value });
      }
      const refusals: Refusal[] =
        early === 0
          ? []
          : [{ reason: 'time_in_future', message: 'A sample is too far ahead.', count: early }];
      return { accepted: of.length - early, refusals };
    },
    describe(metadata) {
      for (const one of metadata) described.set(one.name, one);
    },
    of: (name) => kept.filter(({ labels }) => labels['__name__'] === name),
    value: (labels) => kept.findLast((sample) => textOf(sample.labels) === textOf(labels))?.value,
    failWith(error) {
      failure = error;
    },
    clear() {
      kept.length = 0;
    },
  };
}
