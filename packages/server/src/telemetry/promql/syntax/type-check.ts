import { ExperimentalFeatureError, parseError } from '../errors.ts';
import {
  isComparison,
  isSetOperator,
  typeNames,
  withoutParentheses,
  type Aggregation,
  type Binary,
  type Call,
  type Expression,
  type ValueType,
} from './ast.ts';
import { experimentalAggregations, experimentalFunctions, signatures } from './function-signatures.ts';

/** Checks types from the inside out and gives the type of the whole. Messages are Prometheus's. */
export function checkTypes(query: string, expression: Expression): ValueType {
  const fail = (where: Expression, message: string): Error => parseError(query, where.span, message);

  const expectType = (inner: Expression, wanted: ValueType, context: string): void => {
    const actual = check(inner);
    if (actual === wanted) return;
    throw fail(inner, `expected type ${typeNames[wanted]} in ${context}, got ${typeNames[actual]}`);
  };

  const checkCall = (call: Call): ValueType => {
    const name = JSON.stringify(call.name);
    if (experimentalFunctions.has(call.name)) {
      throw new ExperimentalFeatureError(query, call.span, `function ${name} is not enabled`);
    }
    const shape = signatures.get(call.name);
    if (shape === undefined) throw fail(call, `unknown function with name ${name}`);
    const count = call.args.length;
    const most = shape.takes.length;
    if (shape.optional === 0) {
      if (count !== most) throw fail(call, `expected ${most} argument(s) in call to ${name}, got ${count}`);
    } else {
      const least = most - 1;
      if (count < least)
        throw fail(call, `expected at least ${least} argument(s) in call to ${name}, got ${count}`);
      if (shape.optional > 0 && count > most) {
        throw fail(call, `expected at most ${most} argument(s) in call to ${name}, got ${count}`);
      }
    }
    for (const [index, argument] of call.args.entries()) {
      expectType(argument, shape.takes[Math.min(index, most - 1)]!, `call to function ${name}`);
    }
    return shape.gives;
  };

  const checkAggregation = (aggregation: Aggregation): ValueType => {
    const { operator, inner, parameter } = aggregation;
    if (experimentalAggregations.has(operator)) {
      throw new ExperimentalFeatureError(
        query,
        aggregation.span,
        `${operator}() is experimental and is not enabled`,
      );
    }
    expectType(inner, 'vector', 'aggregation expression');
    if (parameter !== undefined) {
      expectType(parameter, operator === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
    }
    return 'vector';
  };

  const checkBinary = (binary: Binary): ValueType => {
    const { operator, operatorSpan, matching, returnBool } = binary;
    const left = check(binary.left);
    const right = check(binary.right);
    const scalars = left === 'scalar' && right === 'scalar';
    const failAtOperator = (message: string): Error => parseError(query, operatorSpan, message);
    if (returnBool && !isComparison(operator)) {
      throw failAtOperator('bool modifier can only be used on comparison operators');
    }
    if (isComparison(operator) && !returnBool && scalars) {
      throw failAtOperator('comparisons between scalars must use BOOL modifier');
    }
    const both = matching?.labels.find((label) => matching.on && matching.include.includes(label));
    if (both !== undefined) {
      throw failAtOperator(`label ${JSON.stringify(both)} must not occur in ON and GROUP clause at once`);
    }
    for (const [side, type] of [
      [binary.left, left],
      [binary.right, right],
    ] as const) {
      if (type === 'vector' || type === 'scalar') continue;
      throw fail(side, 'binary expression must contain only scalar and instant vector types');
    }
    if (left === 'vector' && right === 'vector') {
      if (isSetOperator(operator) && matching !== undefined && matching.cardinality !== 'one-to-one') {
        throw fail(binary, `no grouping allowed for ${JSON.stringify(operator)} operation`);
      }
      return 'vector';
    }
    // Without labels there is nothing to match by, and `on()` beside a number means nothing.
    if (matching !== undefined && matching.labels.length > 0) {
      throw fail(binary, 'vector matching only allowed between instant vectors');
    }
    if (isSetOperator(operator)) {
      throw fail(binary, `set operator ${JSON.stringify(operator)} not allowed in binary scalar expression`);
    }
    return scalars ? 'scalar' : 'vector';
  };

  const check = (node: Expression): ValueType => {
    switch (node.kind) {
      case 'number':
        return 'scalar';
      case 'string':
        return 'string';
      case 'vector-selector':
        return 'vector';
      case 'matrix-selector':
        return 'matrix';
      case 'parenthesised':
        return check(node.inner);
      case 'call':
        return checkCall(node);
      case 'aggregation':
        return checkAggregation(node);
      case 'binary':
        return checkBinary(node);
      case 'subquery': {
        const type = check(node.inner);
        if (type !== 'vector')
          throw fail(node, `subquery is only allowed on instant vector, got ${type} instead`);
        return 'matrix';
      }
      case 'unary': {
        const type = check(node.inner);
        if (type === 'scalar' || type === 'vector') return type;
        throw fail(
          node,
          `unary expression only allowed on expressions of type scalar or instant vector, got ${JSON.stringify(typeNames[type])}`,
        );
      }
    }
  };
  return check(expression);
}

/** The type of an expression that has been checked. */
export function typeOf(expression: Expression): ValueType {
  const inner = withoutParentheses(expression);
  switch (inner.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'matrix-selector':
    case 'subquery':
      return 'matrix';
    case 'vector-selector':
    case 'aggregation':
      return 'vector';
    case 'call':
      return signatures.get(inner.name)!.gives;
    case 'unary':
      return typeOf(inner.inner);
    case 'binary':
      return typeOf(inner.left) === 'scalar' && typeOf(inner.right) === 'scalar' ? 'scalar' : 'vector';
    case 'parenthesised':
      return typeOf(inner.inner);
  }
}
