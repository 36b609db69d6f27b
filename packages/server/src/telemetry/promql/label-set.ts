import type { Labels } from '../../base/labels.ts';
import { quote } from './string-text.ts';

export const metricName = '__name__';

/**
 * Labels of a series while a query works with them: names and values in turn, ordered by name, none empty.
 * `key` is the same for equal sets and different for different ones.
 */
export interface LabelSet {
  readonly pairs: readonly string[];
  readonly key: string;
}

// Lengths stand before the texts, so that no value can make two different sets look the same.
const keyOf = (pairs: readonly string[]): string => {
  let key = '';
  for (const text of pairs) key += `${text.length}:${text}`;
  return key;
};

const fromPairs = (pairs: readonly string[]): LabelSet => ({ pairs, key: keyOf(pairs) });

export const noLabels: LabelSet = fromPairs([]);

// A storage gives the same objects again and again; ordering them once is enough.
const setsOfLabels = new WeakMap<Labels, LabelSet>();

/** The set of some labels, which must not change afterwards. */
export function labelSetOf(labels: Labels): LabelSet {
  let set = setsOfLabels.get(labels);
  if (set === undefined) {
    set = orderedSet(labels);
    setsOfLabels.set(labels, set);
  }
  return set;
}

function orderedSet(labels: Labels): LabelSet {
  const pairs: string[] = [];
  for (const name of Object.keys(labels).toSorted()) {
    const value = labels[name]!;
    if (value !== '') pairs.push(name, value);
  }
  return fromPairs(pairs);
}

export function labelsOf(set: LabelSet): Labels {
  // A label may be called `__proto__`: defining it keeps it a label.
  const labels: Record<string, string> = {};
  for (let at = 0; at < set.pairs.length; at += 2) {
    const name = set.pairs[at]!;
    if (name === '__proto__')
      Object.defineProperty(labels, name, { value: set.pairs[at + 1]!, enumerable: true });
    else labels[name] = set.pairs[at + 1]!;
  }
  return labels;
}

/** Orders what carries labels by them, as Prometheus orders series. */
export function byLabels(a: { readonly labels: LabelSet }, b: { readonly labels: LabelSet }): number {
  const { pairs: left } = a.labels;
  const { pairs: right } = b.labels;
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    if (left[index] !== right[index]) return left[index]! < right[index]! ? -1 : 1;
  }
  return left.length - right.length;
}

/** The value of a label, empty when it is not there. */
export function labelValue(set: LabelSet, name: string): string {
  for (let at = 0; at < set.pairs.length; at += 2) if (set.pairs[at] === name) return set.pairs[at + 1]!;
  return '';
}

function filterPairs(set: LabelSet, keeps: (name: string) => boolean): LabelSet {
  const pairs: string[] = [];
  for (let at = 0; at < set.pairs.length; at += 2) {
    if (keeps(set.pairs[at]!)) pairs.push(set.pairs[at]!, set.pairs[at + 1]!);
  }
  return pairs.length === set.pairs.length ? set : fromPairs(pairs);
}

export const keepLabels = (set: LabelSet, names: ReadonlySet<string>): LabelSet =>
  filterPairs(set, (name) => names.has(name));

export const dropLabels = (set: LabelSet, names: ReadonlySet<string>): LabelSet =>
  filterPairs(set, (name) => !names.has(name));

const namelessSets = new WeakMap<LabelSet, LabelSet>();

export function dropMetricName(set: LabelSet): LabelSet {
  let nameless = namelessSets.get(set);
  if (nameless === undefined) {
    nameless = filterPairs(set, (name) => name !== metricName);
    namelessSets.set(set, nameless);
  }
  return nameless;
}

/** The set with one label changed; an empty value removes it. */
export function setLabel(set: LabelSet, name: string, value: string): LabelSet {
  const pairs: string[] = [];
  let placed = value === '';
  for (let at = 0; at < set.pairs.length; at += 2) {
    const present = set.pairs[at]!;
    if (!placed && present >= name) {
      pairs.push(name, value);
      placed = true;
    }
    if (present !== name) pairs.push(present, set.pairs[at + 1]!);
  }
  if (!placed) pairs.push(name, value);
  return fromPairs(pairs);
}

/** Writes a set as Prometheus does in messages: every label, the metric name among them. */
export function writeLabelSet(set: LabelSet): string {
  const written: string[] = [];
  for (let at = 0; at < set.pairs.length; at += 2)
    written.push(`${set.pairs[at]}=${quote(set.pairs[at + 1]!)}`);
  return `{${written.join(', ')}}`;
}
