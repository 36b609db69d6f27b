import { metricName } from '../promql/label-set.ts';
import type { RuleSample } from './recording-rule.ts';
import type { Instance } from './types.ts';

/** The series by which Prometheus shows alerts: `ALERTS` and `ALERTS_FOR_STATE` (rules/alerting.go). */
export function alertSeries(instances: readonly Instance[]): RuleSample[] {
  return instances.flatMap(({ labels, state, activeAt }) => [
    { labels: { ...labels, [metricName]: 'ALERTS', alertstate: state }, value: 1 },
    { labels: { ...labels, [metricName]: 'ALERTS_FOR_STATE' }, value: Math.floor(activeAt / 1000) },
  ]);
}
