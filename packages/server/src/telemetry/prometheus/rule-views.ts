import type { MetricRuleGroupView, MetricRuleView } from '@custos/contract';
import type { Labels } from '../../base/labels.ts';
import type { Matcher } from '../promql/types.ts';

type Instance = MetricRuleView['instances'][number];

const zeroTime = '0001-01-01T00:00:00Z';
const timeText = (ms: number | null): string => (ms === null ? zeroTime : new Date(ms).toISOString());

/** A double as Go's `FormatFloat(v, 'e', -1, 64)` writes it; the API gives alerts' values so. */
function exponential(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** One active alert of a rule, as `/api/v1/alerts` and `/api/v1/rules` show it. */
function alertView({ labels, annotations, state, activeAt, value }: Instance) {
  return { labels, annotations, state, activeAt: timeText(activeAt), value: exponential(value) };
}

/** Which rules are wanted; empty lists mean all. */
export interface RuleFilter {
  readonly type: string;
  readonly names: readonly string[];
  readonly groups: readonly string[];
  readonly files: readonly string[];
  readonly selectors: readonly (readonly Matcher[])[];
  readonly withAlerts: boolean;
}

const fits = (labels: Labels, selectors: RuleFilter['selectors']): boolean =>
  selectors.length === 0 ||
  selectors.some((matchers) => matchers.every(({ name, matches }) => matches(labels[name] ?? '')));

function ruleView(rule: MetricRuleView, withAlerts: boolean) {
  const shared = {
    name: rule.name,
    query: rule.expression,
    labels: rule.labels,
    health: rule.health === 'error' ? 'err' : rule.health,
    ...(rule.lastError === null ? {} : { lastError: rule.lastError }),
    evaluationTime: (rule.evaluationMs ?? 0) / 1000,
    lastEvaluation: timeText(rule.lastEvaluatedAt),
  };
  if (rule.kind === 'record') return { ...shared, type: 'recording' };
  return {
    state: rule.state,
    ...shared,
    duration: rule.forMs / 1000,
    keepFiringFor: rule.keepFiringForMs / 1000,
    annotations: rule.annotations,
    alerts: withAlerts ? rule.instances.map(alertView) : [],
    type: 'alerting',
  };
}

/** `data` of `/api/v1/rules`. Groups without a rule that is wanted are left out. */
export function ruleGroups(groups: readonly MetricRuleGroupView[], filter: RuleFilter) {
  const kind = filter.type === 'alert' ? 'alert' : filter.type === 'record' ? 'record' : undefined;
  const wanted = (list: readonly string[], name: string) => list.length === 0 || list.includes(name);
  const filtered =
    kind !== undefined || filter.names.length > 0 || filter.selectors.length > 0 ? 'some' : 'all';
  return groups
    .filter((group) => group.enabled && wanted(filter.groups, group.name))
    .filter((group) => wanted(filter.files, group.file ?? ''))
    .map((group) => ({
      name: group.name,
      file: group.file ?? 'dashboard',
      interval: group.intervalMs / 1000,
      limit: 0,
      rules: group.rules
        .filter((rule) => kind === undefined || rule.kind === kind)
        .filter((rule) => wanted(filter.names, rule.name) && fits(rule.labels, filter.selectors))
        .map((rule) => ruleView(rule, filter.withAlerts)),
      evaluationTime: group.rules.reduce((sum, rule) => sum + (rule.evaluationMs ?? 0), 0) / 1000,
      lastEvaluation: timeText(group.lastEvaluatedAt),
    }))
    .filter((group) => filtered === 'all' || group.rules.length > 0);
}

/** Every active alert of every rule. */
export const activeAlerts = (groups: readonly MetricRuleGroupView[]) =>
  groups.flatMap(({ rules }) => rules.flatMap(({ instances }) => instances.map(alertView)));
