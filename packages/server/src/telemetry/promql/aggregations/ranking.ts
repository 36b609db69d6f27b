import { executionError } from '../errors.ts';
import { hasSamples, type Column } from '../evaluate/column.ts';
import type { Run } from '../evaluate/evaluator.ts';
import { writeGeneral } from '../number-text.ts';
import type { Group } from './accumulator.ts';

/**
 * How many to keep at each step. Asked of all steps at once, in this order, since Prometheus does: where none
 * keeps anything there is nothing to complain of.
 */
function limitsOf(parameters: Float64Array): number[] {
  const least = parameters.reduce((a, b) => Math.min(a, b));
  const most = parameters.reduce((a, b) => Math.max(a, b));
  if (Number.isNaN(most)) throw executionError('Parameter value is NaN');
  if (most >= 1) {
    if (least <= -(2 ** 63)) throw executionError(`Scalar value ${writeGeneral(least)} underflows int64`);
    if (most >= 2 ** 63) throw executionError(`Scalar value ${writeGeneral(most)} overflows int64`);
  }
  return Array.from(parameters, (parameter) => Math.max(0, Math.trunc(parameter)));
}

/** Orders by value, the wanted end first and NaN last. */
const ranking =
  (direction: 1 | -1) =>
  (a: number, b: number): number => {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
    if (Number.isNaN(b)) return -1;
    return a === b ? 0 : (a < b ? -1 : 1) * direction;
  };

interface Contest {
  readonly members: readonly Column[];
  readonly step: number;
  readonly limit: number;
  readonly compare: (a: number, b: number) => number;
}

/** The members that stay at one step, best first; of equal values the one that came first stays. */
function winners({ members, step, limit, compare }: Contest): number[] {
  const ranked: number[] = [];
  for (let member = 0; member < members.length; member += 1) {
    const { present, values } = members[member]!;
    if (present[step] === 0) continue;
    const value = values[step]!;
    const valueOf = (place: number): number => members[ranked[place]!]!.values[step]!;
    if (ranked.length >= limit && (limit === 0 || compare(value, valueOf(limit - 1)) >= 0)) continue;
    let low = 0;
    let high = ranked.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(value, valueOf(middle)) < 0) high = middle;
      else low = middle + 1;
    }
    ranked.splice(low, 0, member);
    if (ranked.length > limit) ranked.pop();
  }
  return ranked;
}

/**
 * `topk` and `bottomk`: the series of each group with the greatest or least values, with all their labels.
 * In an instant query each group comes ordered by value.
 */
export async function rank(
  run: Run,
  operator: 'topk' | 'bottomk',
  { groups, parameters }: { readonly groups: readonly Group[]; readonly parameters: Float64Array },
): Promise<readonly Column[]> {
  const compare = ranking(operator === 'topk' ? -1 : 1);
  const limits = limitsOf(parameters);
  const results: Column[] = [];
  for (const { members } of groups) {
    const kept = members.map((column) => ({ ...column, present: new Uint8Array(column.present.length) }));
    let order: readonly number[] = [...members.keys()];
    for (const [step, limit] of limits.entries()) {
      const pause = run.budget.pause(members.length / 100);
      if (pause !== undefined) await pause;
      const ranked = winners({ members, step, limit, compare });
      for (const member of ranked) kept[member]!.present[step] = 1;
      if (limits.length === 1) order = ranked;
    }
    results.push(...order.map((member) => kept[member]!));
  }
  return results.filter(hasSamples);
}
