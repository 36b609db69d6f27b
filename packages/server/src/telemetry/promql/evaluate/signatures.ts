import { dropLabels, keepLabels, metricName, type LabelSet } from '../label-set.ts';
import type { VectorMatching } from '../syntax/ast.ts';

export const matchAll: VectorMatching = { cardinality: 'one-to-one', on: false, labels: [], include: [] };

/** The labels by which two vectors are matched: those of `on`, or all but those of `ignoring` and the name. */
export function matchGroup(matching: VectorMatching): (labels: LabelSet) => LabelSet {
  if (matching.on) {
    const names = new Set(matching.labels);
    return (labels) => keepLabels(labels, names);
  }
  const names = new Set([...matching.labels, metricName]);
  return (labels) => dropLabels(labels, names);
}

/** Numbers label sets from zero, equal ones alike. */
export interface GroupNumbers {
  of(labels: LabelSet): number;
  readonly size: number;
  labelsOf(group: number): LabelSet;
}

export function createGroupNumbers(group: (labels: LabelSet) => LabelSet): GroupNumbers {
  const numbers = new Map<string, number>();
  const sets: LabelSet[] = [];
  return {
    of(labels) {
      const set = group(labels);
      let number = numbers.get(set.key);
      if (number === undefined) {
        number = sets.length;
        numbers.set(set.key, number);
        sets.push(set);
      }
      return number;
    },
    get size() {
      return sets.length;
    },
    labelsOf: (number) => sets[number]!,
  };
}
