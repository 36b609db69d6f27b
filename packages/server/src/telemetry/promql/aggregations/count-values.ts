import { executionError } from '../errors.ts';
import { emptyColumn, type Column } from '../evaluate/column.ts';
import { setLabel } from '../label-set.ts';
import { isLabelName } from '../matcher.ts';
import { writeFixed } from '../number-text.ts';
import type { Group } from './accumulator.ts';

/** `count_values`: for each group and value how many samples have it; the value becomes a label. */
export function countValues(label: string, groups: readonly Group[], count: number): readonly Column[] {
  if (!isLabelName(label)) throw executionError(`invalid label name ${JSON.stringify(label)}`);
  const results = new Map<string, Column>();
  for (const { labels, members } of groups) {
    for (const member of members) {
      for (let step = 0; step < count; step += 1) {
        if (member.present[step] === 0) continue;
        const set = setLabel(labels, label, writeFixed(member.values[step]!));
        let column = results.get(set.key);
        if (column === undefined) {
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
