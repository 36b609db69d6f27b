import type { Labels } from '../../base/labels.ts';
import type { PromqlEngine } from '../promql/engine.ts';
import { metricName } from '../promql/label-set.ts';
import type { VectorSample } from '../promql/types.ts';
import type { Hit } from './alerting-rule.ts';
import { fingerprintOf } from './identity.ts';
import { expandText, type CompiledText, type TemplateSurroundings } from './template/expand.ts';
import { sampleValue, type QuerySample } from './template/values.ts';
import type { AlertingRule } from './types.ts';

/** Runs an expression at a time; a number becomes a series without labels. */
export async function vectorOf(
  engine: PromqlEngine,
  query: string,
  at: { readonly atMs: number; readonly signal?: AbortSignal },
): Promise<readonly VectorSample[]> {
  const { value } = await engine.instant({ query, ...at });
  if (value.type === 'vector') return value.samples;
  if (value.type === 'scalar') return [{ labels: {}, atMs: at.atMs, value: value.value }];
  throw new Error('rule result is not a vector or scalar');
}

/** Fills in texts for one series. */
async function expandAll(
  texts: ReadonlyMap<string, CompiledText>,
  name: string,
  subject: Parameters<typeof expandText>[2],
): Promise<Record<string, string>> {
  const filled: Record<string, string> = {};
  for (const [label, text] of texts) filled[label] = await expandText(`__alert_${name}`, text, subject);
  return filled;
}

/** The labels of an alert: those of the series without its name, then the rule's, then `alertname`. */
function alertLabels(series: Labels, own: Labels, name: string): Labels {
  const labels: Record<string, string> = {};
  for (const [label, value] of [...Object.entries(series), ...Object.entries(own)]) {
    if (label === metricName) continue;
    if (value === '') delete labels[label];
    else labels[label] = value;
  }
  labels['alertname'] = name;
  return labels;
}

/** What an alerting rule gives at a time. Throws what its query throws, and when two series become one. */
export async function hitsOf(
  engine: PromqlEngine,
  rule: AlertingRule,
  at: { readonly atMs: number; readonly signal?: AbortSignal; readonly surroundings: TemplateSurroundings },
): Promise<readonly Hit[]> {
  const { atMs, signal, surroundings } = at;
  const asked = { atMs, ...(signal === undefined ? {} : { signal }) };
  const query = async (text: string): Promise<readonly QuerySample[]> =>
    (await vectorOf(engine, text, asked)).map((sample) => sampleValue(sample) as unknown as QuerySample);
  const hits = new Map<string, Hit>();
  for (const sample of await vectorOf(engine, rule.expression, asked)) {
    const subject = { ...surroundings, labels: sample.labels, value: sample.value, atMs, query };
    const own = await expandAll(rule.labels, rule.name, subject);
    const labels = alertLabels(sample.labels, own, rule.name);
    const fingerprint = fingerprintOf(labels);
    if (hits.has(fingerprint)) {
      throw new Error('vector contains metrics with the same labelset after applying alert labels');
    }
    const annotations = await expandAll(rule.annotations, rule.name, subject);
    hits.set(fingerprint, { fingerprint, labels, annotations, value: sample.value });
  }
  return [...hits.values()];
}
