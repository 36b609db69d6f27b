import { createHash } from 'node:crypto';
import { compileAnchored, type AnchoredPattern } from '../../promql/regular-expression.ts';

/** Labels while they are rewritten; none is empty. */
export type LabelMap = Map<string, string>;

export const relabelActions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
export type RelabelAction = (typeof relabelActions)[number];

/** One step of `relabel_configs`, in Prometheus's own words and with its defaults. */
export interface RelabelRule {
  readonly source_labels: readonly string[];
  readonly separator: string;
  readonly regex: string;
  readonly target_label: string;
  readonly replacement: string;
  readonly modulus: number;
  readonly action: RelabelAction;
}

/** Rewrites labels; false when what has them is left out. */
export type Relabel = (labels: LabelMap) => boolean;

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

interface Step {
  readonly rule: RelabelRule;
  readonly pattern: AnchoredPattern;
}

const setOrDelete = (labels: LabelMap, name: string, value: string): void => {
  if (value === '') labels.delete(name);
  else labels.set(name, value);
};

/** The last eight bytes of the MD5 of a value, as Prometheus takes them for `hashmod`. */
function hashOf(value: string): bigint {
  return createHash('md5').update(value).digest().readBigUInt64BE(8);
}

const steps: Readonly<Record<RelabelAction, (step: Step, labels: LabelMap, value: string) => boolean>> = {
  keep: ({ pattern }, _labels, value) => pattern.matches(value),
  drop: ({ pattern }, _labels, value) => !pattern.matches(value),
  keepequal: ({ rule }, labels, value) => (labels.get(rule.target_label) ?? '') === value,
  dropequal: ({ rule }, labels, value) => (labels.get(rule.target_label) ?? '') !== value,
  replace({ rule, pattern }, labels, value) {
    const replaced = pattern.replace(value, rule.replacement);
    if (replaced === undefined) return true;
    const target = rule.target_label.includes('$')
      ? (pattern.replace(value, rule.target_label) ?? '')
      : rule.target_label;
    if (labelName.test(target)) setOrDelete(labels, target, replaced);
    return true;
  },
  lowercase({ rule }, labels, value) {
    setOrDelete(labels, rule.target_label, value.toLowerCase());
    return true;
  },
  uppercase({ rule }, labels, value) {
    setOrDelete(labels, rule.target_label, value.toUpperCase());
    return true;
  },
  hashmod({ rule }, labels, value) {
    labels.set(rule.target_label, String(hashOf(value) % BigInt(rule.modulus)));
    return true;
  },
  labelmap({ rule, pattern }, labels) {
    for (const [name, value] of Array.from(labels)) {
      const target = pattern.replace(name, rule.replacement);
      if (target !== undefined && target !== '') labels.set(target, value);
    }
    return true;
  },
  labeldrop({ pattern }, labels) {
    for (const name of labels.keys()) if (pattern.matches(name)) labels.delete(name);
    return true;
  },
  labelkeep({ pattern }, labels) {
    for (const name of labels.keys()) if (!pattern.matches(name)) labels.delete(name);
    return true;
  },
};

/**
 * Makes a chain of rules ready, with the semantics of Prometheus's `relabel_config`: RE2, anchored, each
 * rule seeing what those before it have made. Throws an `Error` for a pattern that is none.
 */
export function compileRelabel(rules: readonly RelabelRule[]): Relabel {
  const chain = rules.map((rule): Step => ({ rule, pattern: compileAnchored(rule.regex) }));
  return (labels) => {
    for (const step of chain) {
      const { source_labels: sources, separator, action } = step.rule;
      const value = sources.map((name) => labels.get(name) ?? '').join(separator);
      if (!steps[action](step, labels, value)) return false;
    }
    return true;
  };
}
