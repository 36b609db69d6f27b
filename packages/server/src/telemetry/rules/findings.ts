import type { RuleFinding } from '../types.ts';
import { severityOf } from './severity.ts';
import type { Instance } from './types.ts';

/** The bounds of an alert's texts, as the contract has them. */
const longestSummary = 500;
const longestDescription = 4000;

/** The key of an alert: the same for the same rule and labels. */
const keyOf = (ruleId: string, fingerprint: string): string => `${ruleId}:${fingerprint}`;

interface RuleName {
  readonly ruleId: string;
  readonly ruleName: string;
  readonly channelIds: readonly string[];
}

/**
 * What alerting is told of an instance. Its summary is the annotation `summary`, or another one that people
 * use for it.
 */
export function findingOf(
  { ruleId, ruleName, channelIds }: RuleName,
  { fingerprint, labels, annotations, value }: Instance,
  { state, at }: Pick<RuleFinding, 'state' | 'at'>,
): RuleFinding {
  const first = (...names: readonly string[]): string =>
    names.map((name) => annotations[name]?.trim() ?? '').find((text) => text !== '') ?? '';
  const { alertname: _name, ...others } = labels;
  return {
    key: keyOf(ruleId, fingerprint),
    ruleId,
    ruleName,
    state,
    severity: severityOf(labels),
    labels: others,
    summary: (first('summary', 'title', 'message', 'description') || ruleName).slice(0, longestSummary),
    description: first('description', 'message').slice(0, longestDescription),
    value: Number.isFinite(value) ? value : null,
    channelIds,
    at,
  };
}

/** The end of an instance whose rule is gone: its key is all that is known and needed. */
export const endOf = (ruleId: string, instance: Instance, at: number): RuleFinding =>
  findingOf({ ruleId, ruleName: '', channelIds: [] }, instance, { state: 'ended', at });
