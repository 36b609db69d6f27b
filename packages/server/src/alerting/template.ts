import { Liquid } from 'liquidjs';
import { messageOf } from '../base/errors.ts';
import type { ProbeFacts } from '../probes/types.ts';
import type { Verdict } from './condition.ts';
import type { Rule } from './types.ts';

/**
 * Liquid without files, includes or prototypes, and with limits on time and memory: a template is text
 * that an operator wrote, never code that can reach the process.
 */
const liquid = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  parseLimit: 10_000,
  renderLimit: 100,
  memoryLimit: 1_000_000,
  templates: {},
  relativeReference: false,
});

const defaults = {
  'probe-status': {
    summary: '{{ probe }} is {{ status }}',
    description: '{{ reason }}',
  },
  'probe-value': {
    summary: '{{ probe }}: {{ value_name }} is {{ value | round: 2 }} ({{ comparison }} {{ threshold }})',
    description:
      '{{ value_name }} of {{ probe }} is {{ value | round: 2 }}; the rule allows {{ threshold }}.',
  },
} as const;

/** Returns the fault of a template as a sentence, or undefined when it parses. */
export function templateFault(text: string): string | undefined {
  try {
    liquid.parse(text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

export interface RenderedAnnotations {
  readonly summary: string;
  readonly description: string;
  /** Why the rule's own texts could not be used; the default ones stand in for them. */
  readonly error: string | null;
}

/**
 * Writes the summary and description of an alert. A template that fails never stops a page: the default
 * text is used and the error is shown on the rule.
 */
export function annotate(rule: Rule, facts: ProbeFacts, verdict: Verdict): RenderedAnnotations {
  const { condition } = rule;
  const scope = {
    rule: rule.name,
    probe: facts.probeName,
    service: facts.serviceName ?? '',
    kind: facts.kind,
    criticality: facts.criticality,
    status: facts.status,
    reason: facts.reason,
    labels: { ...facts.labels, ...rule.labels },
    values: facts.values,
    value: verdict.value,
    value_name: condition.type === 'probe-value' ? condition.value : '',
    comparison: condition.type === 'probe-value' ? condition.comparison : '',
    threshold: verdict.threshold,
  };
  const fallback = defaults[condition.type];
  const render = (text: string): string => String(liquid.parseAndRenderSync(text, scope)).trim();
  try {
    return {
      summary: render(rule.annotations.summary ?? fallback.summary).slice(0, 500),
      description: render(rule.annotations.description ?? fallback.description).slice(0, 4000),
      error: null,
    };
  } catch (error) {
    return {
      summary: render(fallback.summary),
      description: render(fallback.description),
      error: messageOf(error),
    };
  }
}
