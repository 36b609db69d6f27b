import { executionError } from '../errors.ts';
import { hasSamples, type Column } from '../evaluate/column.ts';
import type { Group } from './accumulator.ts';

/** How many to keep at each step, from the parameter. */
function limitAt(parameter: number): number {
  if (Number.isNaN(parameter)) throw executionError('Parameter value is NaN');
  if (Math.abs(parameter) >= 2 ** 63) throw executionError(`Scalar value ${parameter} overflows int64`);
  return Math.trunc(parameter);
}

/** Orders by value, the wanted end first and NaN last; equal values keep the order in which they came. */
const ranking =
  (direction: 1 | -1) =>
  (a: number, b: number): number => {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
    if (Number.isNaN(b)) return -1;
    return a === b ? 0 : (a < b ? -1 : 1) * direction;
  };

/**
 * `topk` and `bottomk`: the series of each group with the greatest or least values, with all their labels.
 * In an instant query each group comes ordered by value.
 */
export function rank(
  operator: 'topk' | 'bottomk',
  groups: readonly Group[],
  parameters: Float64Array,
): readonly Column[] {
  const compare = ranking(operator === 'topk' ? -1 : 1);
  const limits = Array.from(parameters, limitAt);
  const results: Column[] = [];
  for (const { members } of groups) {
    const kept = members.map((column) => ({ ...column, present: new Uint8Array(column.present.length) }));
    let order: readonly number[] = [...members.keys()];
    for (const [step, limit] of limits.entries()) {
      const ranked = order
        .filter((member) => members[member]!.present[step] === 1)
        .toSorted((a, b) => compare(members[a]!.values[step]!, members[b]!.values[step]!) || a - b)
        .slice(0, Math.max(0, limit));
      for (const member of ranked) kept[member]!.present[step] = 1;
      if (limits.length === 1) order = ranked;
    }
    results.push(...order.map((member) => kept[member]!));
  }
  return results.filter(hasSamples);
}
