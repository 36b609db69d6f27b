import { executionError } from '../errors.ts';
import {
  byLabels,
  dropLabels,
  keepLabels,
  labelValue,
  setLabel,
  writeLabelSet,
  type LabelSet,
} from '../label-set.ts';
import { isComparison, isSetOperator, type Binary } from '../syntax/ast.ts';
import { arithmetic, comparison } from './arithmetic.ts';
import { emptyColumn, hasSamples, withoutName, type Column } from './column.ts';
import type { Run } from './evaluator.ts';
import { createGroupNumbers, matchAll, matchGroup, type GroupNumbers } from './signatures.ts';

interface Sides {
  readonly left: readonly Column[];
  readonly right: readonly Column[];
}

/** Labels of a result: those of the side with many, cut to the match group in a one-to-one match. */
function createResultLabels(
  run: Run,
  binary: Binary,
): (many: Column, one: Column) => Pick<Column, 'labels' | 'dropName'> {
  const matching = binary.matching ?? matchAll;
  const names = new Set(matching.labels);
  const dropsName = !isComparison(binary.operator) || binary.returnBool;
  return (many, one) => {
    // The result of arithmetic is a new thing: its name goes at once, that of `bool` like any other.
    const delayed = run.delayedNameRemoval && isComparison(binary.operator);
    const identity = dropsName ? withoutName(many, delayed) : many;
    let labels: LabelSet = identity.labels;
    if (matching.cardinality === 'one-to-one') {
      labels = matching.on ? keepLabels(labels, names) : dropLabels(labels, names);
    }
    for (const name of matching.include) labels = setLabel(labels, name, labelValue(one.labels, name));
    return { labels, dropName: identity.dropName };
  };
}

/** The value of a pair, or `undefined` when a comparison filters it out. */
function createOperation({
  operator,
  returnBool,
}: Binary): (left: number, right: number) => number | undefined {
  if (isSetOperator(operator)) throw new TypeError(`${operator} does not calculate.`);
  if (!isComparison(operator)) return arithmetic[operator];
  const holds = comparison[operator];
  if (returnBool) return (left, right) => Number(holds(left, right));
  return (left, right) => (holds(left, right) ? left : undefined);
}

/** The refusal of a side that has two series of one match group at a step: of those whose labels come first. */
function notUnique(
  columns: readonly Column[],
  groups: GroupNumbers,
  { step, side }: { readonly step: number; readonly side: 'left' | 'right' },
): Error {
  const firsts = new Map<number, Column>();
  for (const second of columns.filter(({ present }) => present[step] === 1).toSorted(byLabels)) {
    const group = groups.of(second.labels);
    const first = firsts.get(group);
    firsts.set(group, second);
    if (first === undefined) continue;
    const [duplicate, original] = [second, first].map(({ labels }) => writeLabelSet(labels));
    return executionError(
      `found duplicate series for the match group ${writeLabelSet(groups.labelsOf(group))} on the ` +
        `${side} hand-side of the operation: [${duplicate}, ${original}];` +
        'many-to-many matching not allowed: matching labels must be unique on one side',
    );
  }
  return new Error('A match group was taken for one with two series and has one.');
}

/**
 * Pairs the samples of two vectors step by step and calculates.
 *
 * @throws PromqlError `execution` when the side that must be unique within a match group is not.
 */
export async function matchVectors(run: Run, binary: Binary, sides: Sides): Promise<readonly Column[]> {
  const matching = binary.matching ?? matchAll;
  const swapped = matching.cardinality === 'one-to-many';
  const many = swapped ? sides.right : sides.left;
  const one = swapped ? sides.left : sides.right;
  if (many.length === 0 || one.length === 0) return [];
  const count = many[0]!.values.length;
  const groups = createGroupNumbers(matchGroup(matching));
  const groupOfMany = many.map((column) => groups.of(column.labels));
  const groupOfOne = one.map((column) => groups.of(column.labels));
  const resultLabels = createResultLabels(run, binary);
  const operation = createOperation(binary);

  const results = new Map<string, Column>();
  const pairs = new Map<number, Column>();
  const resultOf = (manyIndex: number, oneIndex: number): Column => {
    const pair = manyIndex * one.length + oneIndex;
    let result = pairs.get(pair);
    if (result !== undefined) return result;
    const { labels, dropName } = resultLabels(many[manyIndex]!, one[oneIndex]!);
    const key = `${Number(dropName)}${labels.key}`;
    result = results.get(key);
    if (result === undefined) {
      run.budget.charge(count);
      result = emptyColumn(labels, count, dropName);
      results.set(key, result);
    }
    pairs.set(pair, result);
    return result;
  };

  const partnerOf = new Int32Array(groups.size);
  const matched = new Uint8Array(groups.size);
  const oneToOne = matching.cardinality === 'one-to-one';
  for (let step = 0; step < count; step += 1) {
    await run.budget.pause();
    if (!many.some((column) => column.present[step] === 1)) continue;
    partnerOf.fill(-1);
    matched.fill(0);
    for (let index = 0; index < one.length; index += 1) {
      if (one[index]!.present[step] === 0) continue;
      const group = groupOfOne[index]!;
      if (partnerOf[group] !== -1) throw notUnique(one, groups, { step, side: swapped ? 'left' : 'right' });
      partnerOf[group] = index;
    }
    for (let index = 0; index < many.length; index += 1) {
      if (many[index]!.present[step] === 0) continue;
      const group = groupOfMany[index]!;
      const partner = partnerOf[group]!;
      if (partner === -1) continue;
      const ofMany = many[index]!.values[step]!;
      const ofOne = one[partner]!.values[step]!;
      const value = swapped ? operation(ofOne, ofMany) : operation(ofMany, ofOne);
      if (value === undefined) continue;
      const result = resultOf(index, partner);
      if (oneToOne && matched[group] === 1) {
        throw executionError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        );
      }
      if (result.present[step] === 1) {
        throw executionError('multiple matches for labels: grouping labels must ensure unique matches');
      }
      matched[group] = 1;
      result.present[step] = 1;
      result.values[step] = value;
    }
  }
  return [...results.values()].filter(hasSamples);
}
