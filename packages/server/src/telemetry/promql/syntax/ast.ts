import type { Span } from '../errors.ts';
import type { Matcher } from '../types.ts';

/** The types that an expression may have, as Prometheus documents them. */
export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

export const typeNames: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

/** What follows `@`: a fixed time, or a bound of the query. */
export type AtModifier =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

/** `offset` and `@` of a selector or subquery; absent when not written. */
export interface TimeModifiers {
  readonly offsetMs?: number;
  readonly at?: AtModifier;
}

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
  /** True when written with units, such as `5m`; the value is in seconds. */
  readonly isDuration: boolean;
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}

export interface VectorSelector extends TimeModifiers {
  readonly kind: 'vector-selector';
  /** Includes the matcher of the metric name, last. */
  readonly matchers: readonly Matcher[];
  /** The metric name as written, empty when only matchers were given. */
  readonly name: string;
  readonly span: Span;
}

export interface MatrixSelector {
  readonly kind: 'matrix-selector';
  readonly selector: VectorSelector;
  readonly rangeMs: number;
  readonly span: Span;
}

export interface Subquery extends TimeModifiers {
  readonly kind: 'subquery';
  readonly inner: Expression;
  readonly rangeMs: number;
  /** Milliseconds between evaluations; absent means the default of the engine. */
  readonly stepMs?: number;
  readonly span: Span;
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly span: Span;
}

export interface Aggregation {
  readonly kind: 'aggregation';
  readonly operator: string;
  readonly inner: Expression;
  readonly parameter?: Expression;
  readonly grouping: readonly string[];
  readonly without: boolean;
  readonly span: Span;
}

/** How series of two vectors are paired. */
export interface VectorMatching {
  readonly cardinality: 'one-to-one' | 'many-to-one' | 'one-to-many';
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels that the result takes from the one side. */
  readonly include: readonly string[];
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly returnBool: boolean;
  /** What was written after the operator; absent means matching on all labels. */
  readonly matching?: VectorMatching;
  readonly span: Span;
  /** Where the operator stands. */
  readonly operatorSpan: Span;
}

export interface Unary {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly inner: Expression;
  readonly span: Span;
}

export interface Parenthesised {
  readonly kind: 'parenthesised';
  readonly inner: Expression;
  readonly span: Span;
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | Parenthesised;

export const arithmeticOperators = ['+', '-', '*', '/', '%', '^', 'atan2'] as const;
export const comparisonOperators = ['==', '!=', '<', '>', '<=', '>='] as const;
export const setOperators = ['and', 'or', 'unless'] as const;

export type ArithmeticOperator = (typeof arithmeticOperators)[number];
export type ComparisonOperator = (typeof comparisonOperators)[number];
export type SetOperator = (typeof setOperators)[number];
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export const isComparison = (operator: BinaryOperator): operator is ComparisonOperator =>
  (comparisonOperators as readonly string[]).includes(operator);

export const isSetOperator = (operator: BinaryOperator): operator is SetOperator =>
  (setOperators as readonly string[]).includes(operator);

/** The expression inside any number of parentheses. */
export function withoutParentheses(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === 'parenthesised') inner = inner.inner;
  return inner;
}
