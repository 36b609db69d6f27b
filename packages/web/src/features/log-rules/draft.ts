import type { LogRuleInput, LogRuleView } from '@custos/contract';

const minuteMs = 60_000;

/** What the form of a new rule begins with. */
export function newDraft(query: string): LogRuleInput {
  return {
    name: '',
    enabled: true,
    query,
    by: [],
    threshold: 10,
    windowMs: 5 * minuteMs,
    forMs: 0,
    severity: 'medium',
    labels: {},
    summary: '',
    channelIds: [],
  };
}

/** A rule as the form holds it. */
export function draftOf(rule: LogRuleView): LogRuleInput {
  const { name, enabled, query, by, threshold, windowMs, forMs, severity, labels, summary, channelIds } =
    rule;
  return { name, enabled, query, by, threshold, windowMs, forMs, severity, labels, summary, channelIds };
}
