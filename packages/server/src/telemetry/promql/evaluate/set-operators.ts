import type { SetOperator, VectorMatching } from '../syntax/ast.ts';
import { hasSamples, joinSameLabels, type Column } from './column.ts';
import { createGroupNumbers, matchGroup } from './signatures.ts';

interface Sides {
  readonly left: readonly Column[];
  readonly right: readonly Column[];
}

/** For each match group, the steps at which any of the columns has a sample. */
function presence(columns: readonly Column[], numberOf: (column: Column) => number): Map<number, Uint8Array> {
  const groups = new Map<number, Uint8Array>();
  for (const column of columns) {
    const group = numberOf(column);
    const present = groups.get(group);
    if (present === undefined) groups.set(group, column.present.slice());
    else for (let step = 0; step < present.length; step += 1) present[step]! |= column.present[step]!;
  }
  return groups;
}

/** The samples of `column` at steps where `others` has one (`wanted` 1) or has none (`wanted` 0). */
function filtered(column: Column, others: Uint8Array | undefined, wanted: 0 | 1): Column {
  if (others === undefined)
    return wanted === 0 ? column : { ...column, present: new Uint8Array(column.present.length) };
  const present = column.present.map((flag, step) => (others[step] === wanted ? flag : 0));
  return { ...column, present };
}

/** `and`, `or` and `unless`: samples of one side by whether the other has a partner at the same step. */
export function combineSets(
  operator: SetOperator,
  matching: VectorMatching,
  { left, right }: Sides,
): readonly Column[] {
  const groups = createGroupNumbers(matchGroup(matching));
  const numberOf = (column: Column): number => groups.of(column.labels);
  if (operator === 'or') {
    const onLeft = presence(left, numberOf);
    const added = right.map((column) => filtered(column, onLeft.get(numberOf(column)), 0));
    return joinSameLabels([...left, ...added].filter(hasSamples));
  }
  const onRight = presence(right, numberOf);
  const wanted = operator === 'and' ? 1 : 0;
  return left.map((column) => filtered(column, onRight.get(numberOf(column)), wanted)).filter(hasSamples);
}
