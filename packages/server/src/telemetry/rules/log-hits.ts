import { formatDuration } from '../../base/duration.ts';
import type { Labels } from '../../base/labels.ts';
import type { Hit } from './alerting-rule.ts';
import { fingerprintOf } from './identity.ts';
import { compileText, expandText, type TemplateSurroundings } from './template/expand.ts';
import type { LogRule } from './store.ts';
import type { LogCounts } from './types.ts';

/** A label's name for a field: `http.status` becomes `http_status`. */
const labelName = (field: string): string => field.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_');

const reserved = new Set(['alertname', 'severity']);

/** The labels of one group: the values it was counted by, then the rule's own. */
function labelsOf(rule: LogRule, values: readonly string[]): Labels {
  const labels: Record<string, string> = {};
  for (const [index, field] of rule.by.entries()) {
    const value = values[index] ?? '';
    const name = labelName(field);
    if (value !== '') labels[reserved.has(name) ? `${name}_` : name] = value.slice(0, 256);
  }
  return { ...labels, ...rule.labels, alertname: rule.name, severity: rule.severity };
}

const defaultSummary = (rule: LogRule, count: number): string =>
  `${rule.name}: ${count} ${count === 1 ? 'match' : 'matches'} in ${formatDuration(rule.windowMs)} (more than ${rule.threshold})`;

/** The groups that exceed the threshold of a log rule, with their texts. */
export async function logHits(
  rule: LogRule,
  counts: LogCounts,
  at: { readonly atMs: number; readonly surroundings: TemplateSurroundings },
): Promise<readonly Hit[]> {
  const name = `__log_${rule.name}`;
  const summary = rule.summary === '' ? null : compileText(name, rule.summary);
  const hits = new Map<string, Hit>();
  for (const { values, count } of counts.groups) {
    if (count <= rule.threshold) continue;
    const labels = labelsOf(rule, values);
    const fingerprint = fingerprintOf(labels);
    const query = async () => Promise.reject(new Error('log rules ask no metrics'));
    const subject = { ...at.surroundings, labels, value: count, atMs: at.atMs, query };
    const annotations = {
      summary: summary === null ? defaultSummary(rule, count) : await expandText(name, summary, subject),
      description: rule.query === '' ? 'Every log record counts.' : `Search: ${rule.query}`,
    };
    // Fields whose names or long values became the same count as one; the larger figure stands.
    const known = hits.get(fingerprint);
    if (known === undefined || known.value < count) {
      hits.set(fingerprint, { fingerprint, labels, annotations, value: count });
    }
  }
  return [...hits.values()];
}
