import type { MetricRuleGroupView, MetricRuleView } from '@custos/contract';
import type { GroupHealth } from './group-run.ts';
import type { GroupRule, Instance, RuleGroup } from './types.ts';

const texts = (from: GroupRule['labels']): Record<string, string> =>
  Object.fromEntries([...from].map(([name, { source }]) => [name, source]));

function stateOf(rule: GroupRule, instances: readonly Instance[]): MetricRuleView['state'] {
  if (rule.kind === 'record') return 'recording';
  if (instances.some(({ state }) => state === 'firing')) return 'firing';
  return instances.length > 0 ? 'pending' : 'inactive';
}

function ruleView(
  rule: GroupRule,
  health: GroupHealth | undefined,
  instances: readonly Instance[],
): MetricRuleView {
  const last = health?.rules.get(rule.id);
  return {
    kind: rule.kind,
    name: rule.name,
    expression: rule.expression,
    forMs: rule.kind === 'alert' ? rule.forMs : 0,
    keepFiringForMs: rule.kind === 'alert' ? rule.keepFiringForMs : 0,
    labels: texts(rule.labels),
    annotations: rule.kind === 'alert' ? texts(rule.annotations) : {},
    state: stateOf(rule, instances),
    health: last === undefined ? 'unknown' : last.error === null ? 'ok' : 'error',
    lastError: last?.error ?? null,
    lastEvaluatedAt: last?.at ?? null,
    evaluationMs: last?.tookMs ?? null,
    instances: instances.map(({ labels, annotations, state, activeAt, value }) => ({
      labels: { ...labels },
      annotations: { ...annotations },
      state,
      activeAt,
      // JSON knows no other numbers.
      value: Number.isFinite(value) ? value : 0,
    })),
  };
}

/** A group as pages and the API of Prometheus show it. `health` is there on the node that evaluates it. */
export function groupView(
  group: RuleGroup,
  health: GroupHealth | undefined,
  instances: ReadonlyMap<string, readonly Instance[]>,
): MetricRuleGroupView {
  return {
    id: group.id,
    name: group.name,
    file: group.file,
    origin: group.file === null ? 'dashboard' : 'configuration',
    enabled: group.enabled,
    intervalMs: group.intervalMs,
    channelIds: [...group.channelIds],
    rules: group.rules.map((rule) => ruleView(rule, health, instances.get(rule.id) ?? [])),
    source: group.source,
    lastEvaluatedAt: health?.evaluatedAt ?? null,
    missed: health?.missed ?? 0,
  };
}
