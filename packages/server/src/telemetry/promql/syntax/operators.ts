import { ExperimentalFeatureError, parseError } from '../errors.ts';
import { isLabelName } from '../matcher.ts';
import {
  arithmeticOperators,
  comparisonOperators,
  setOperators,
  type BinaryOperator,
  type VectorMatching,
} from './ast.ts';
import { childNamed, type GrammarNode } from './grammar-tree.ts';
import { readString } from './literals.ts';

const known: ReadonlySet<string> = new Set([...arithmeticOperators, ...comparisonOperators, ...setOperators]);

/** Binding strength, from the table "Binary operator precedence" of Prometheus's manual. */
export const precedence: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '>': 3,
  '<=': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};

export function readOperator(text: string, node: GrammarNode): BinaryOperator {
  if (known.has(text)) return text as BinaryOperator;
  throw new ExperimentalFeatureError(
    node.query,
    node.span,
    `operator ${JSON.stringify(text)} works on native histograms, which are not stored`,
  );
}

/** Label names in parentheses, quoted or not. */
export function readGrouping(node: GrammarNode | undefined): string[] {
  return (node?.children ?? []).map((child) => {
    const name = child.name === 'QuotedLabelName' ? readString(child.children[0]!) : child.text;
    if (!isLabelName(name))
      throw parseError(child.query, child.span, `${JSON.stringify(name)} is not a valid label name`);
    return name;
  });
}

/** What stands between an operator and its right side. */
export function readMatching(node: GrammarNode): {
  readonly returnBool: boolean;
  readonly matching?: VectorMatching;
} {
  const fill = childNamed(node, 'FillModifier');
  if (fill !== undefined)
    throw new ExperimentalFeatureError(
      node.query,
      fill.span,
      'binop fill modifiers are experimental and not enabled',
    );
  const returnBool = childNamed(node, 'BoolModifier') !== undefined;
  const clause = childNamed(node, 'MatchingModifierClause');
  if (clause === undefined) return { returnBool };
  const lists = clause.children.filter((child) => child.name === 'GroupingLabels');
  const side = childNamed(clause, 'GroupLeft', 'GroupRight')?.name;
  const matching: VectorMatching = {
    cardinality: side === undefined ? 'one-to-one' : side === 'GroupLeft' ? 'many-to-one' : 'one-to-many',
    on: childNamed(clause, 'On') !== undefined,
    labels: readGrouping(lists[0]),
    include: readGrouping(lists[1]),
  };
  return { returnBool, matching };
}
