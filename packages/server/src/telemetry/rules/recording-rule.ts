import type { Labels } from '../../base/labels.ts';
import type { PromqlEngine } from '../promql/engine.ts';
import { labelSetOf, metricName } from '../promql/label-set.ts';
import { vectorOf } from './hits.ts';
import type { RecordingRule } from './types.ts';

/** A sample that a rule wants written. */
export interface RuleSample {
  readonly labels: Labels;
  readonly value: number;
}

/** What a recording rule gives at a time. Throws what its query throws, and when two series become one. */
export async function recordingOf(
  engine: PromqlEngine,
  rule: RecordingRule,
  at: { readonly atMs: number; readonly signal?: AbortSignal },
): Promise<readonly RuleSample[]> {
  const samples = new Map<string, RuleSample>();
  for (const { labels: series, value } of await vectorOf(engine, rule.expression, at)) {
    const labels: Record<string, string> = { ...series };
    for (const [name, { source }] of rule.labels) {
      if (source === '') delete labels[name];
      else labels[name] = source;
    }
    labels[metricName] = rule.name;
    const { key } = labelSetOf(labels);
    if (samples.has(key)) {
      throw new Error('vector contains metrics with the same labelset after applying rule labels');
    }
    samples.set(key, { labels, value });
  }
  return [...samples.values()];
}
