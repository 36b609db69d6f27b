import type { Severity } from '@custos/contract';
import type { Labels } from '../../base/labels.ts';

/** What people write into the label `severity`, and the severity of Custos that it means. */
const meanings: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  crit: 'critical',
  page: 'critical',
  emergency: 'critical',
  fatal: 'critical',
  disaster: 'critical',
  p1: 'critical',
  sev1: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  p2: 'high',
  sev2: 'high',
  medium: 'medium',
  warning: 'medium',
  warn: 'medium',
  average: 'medium',
  ticket: 'medium',
  p3: 'medium',
  sev3: 'medium',
  low: 'low',
  minor: 'low',
  p4: 'low',
  sev4: 'low',
  info: 'info',
  information: 'info',
  notice: 'info',
  none: 'info',
  p5: 'info',
  sev5: 'info',
};

/** The severity that labels ask for by `severity` or `priority`; `medium` when they say nothing that is known. */
export function severityOf(labels: Labels): Severity {
  const word = (labels['severity'] ?? labels['priority'] ?? '').trim().toLowerCase();
  return Object.hasOwn(meanings, word) ? (meanings[word] ?? 'medium') : 'medium';
}
