import { executionError } from '../errors.ts';
import { emptyColumn, type Column } from '../evaluate/column.ts';
import type { Run } from '../evaluate/evaluator.ts';
import { setLabel } from '../label-set.ts';
import { isLabelName } from '../matcher.ts';
import { writeFixed } from '../number-text.ts';
import { quote } from '../string-text.ts';
import type { Group } from './accumulator.ts';

/** `count_values`: for each group and value how many samples have it; the value becomes a label. */
export async function countValues(
  run: Run,
  label: string,
  { groups, count }: { readonly groups: readonly Group[]; readonly count: number },
): Promise<readonly Column[]> {
  if (!isLabelName(label)) throw executionError(`invalid label name ${quote(label)}`);
  const results = new Map<string, Column>();
  for (const { labels, members } of groups) {
    for (const member of members) {
      await run.budget.pause();
      for (let step = 0; step < count; step += 1) {
        if (member.present[step] === 0) continue;
        const set = setLabel(labels, label, writeFixed(member.values[step]!));
        let column = results.get(set.key);
        if (column === undefined) {
          run.budget.charge(count);
          column = emptyColumn(set, count, member.dropName);
          results.set(set.key, column);
        }
        column.present[step] = 1;
        column.values[step]! += 1;
      }
    }
  }
  return [...results.values()];
}
