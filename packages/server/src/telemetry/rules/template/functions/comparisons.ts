import { TemplateFault } from '../fault.ts';
import { isTrue, nothing, Whole, type Value } from '../values.ts';
import type { TemplateFunction } from './function.ts';

type Basic = string | number | boolean;

/** The kinds that Go compares; a whole number and a double are different ones. */
function basic(value: Value): { kind: string; value: Basic } {
  if (value instanceof Whole) return { kind: 'int', value: value.value };
  if (value === nothing) return { kind: 'nil', value: false };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: typeof value, value };
  }
  throw new TemplateFault('invalid type for comparison');
}

function equal(left: Value, right: Value): boolean {
  const [a, b] = [basic(left), basic(right)];
  if (a.kind !== b.kind) {
    if (a.kind === 'nil' || b.kind === 'nil') return false;
    throw new TemplateFault('incompatible types for comparison');
  }
  return a.value === b.value;
}

function less(left: Value, right: Value): boolean {
  const [a, b] = [basic(left), basic(right)];
  if (a.kind !== b.kind) throw new TemplateFault('incompatible types for comparison');
  if (a.kind === 'boolean' || a.kind === 'nil') throw new TemplateFault('invalid type for comparison');
  return a.value < b.value;
}

const pair = (decide: (left: Value, right: Value) => boolean): TemplateFunction => ({
  arity: [2, 2],
  call: ([left, right]) => decide(left!, right!),
});

/** Go's comparisons. */
export const comparisons: readonly (readonly [string, TemplateFunction])[] = [
  ['eq', { arity: [2, Infinity], call: ([left, ...others]) => others.some((other) => equal(left!, other)) }],
  ['ne', pair((left, right) => !equal(left, right))],
  ['lt', pair(less)],
  ['le', pair((left, right) => less(left, right) || equal(left, right))],
  ['gt', pair((left, right) => !less(left, right) && !equal(left, right))],
  ['ge', pair((left, right) => !less(left, right))],
  ['not', { arity: [1, 1], call: ([value]) => !isTrue(value!) }],
];
