import { parseError } from '../errors.ts';
import type { Expression } from './ast.ts';
import { flatten, type Element } from './flatten.ts';
import { childNamed, type GrammarNode } from './grammar-tree.ts';
import { readNumber, readString } from './literals.ts';
import { precedence, readGrouping, readMatching, readOperator } from './operators.ts';
import { applyPostfix, readVectorSelector } from './selectors.ts';

const bodyOf = (node: GrammarNode): Expression[] =>
  (childNamed(node, 'FunctionCallBody')?.children ?? []).map(build);

function readAggregation(node: GrammarNode): Expression {
  const operator = node.children[0]!.text.toLowerCase();
  const modifier = childNamed(node, 'AggregateModifier');
  const args = bodyOf(node);
  const hasParameter = ['topk', 'bottomk', 'quantile', 'count_values', 'limitk', 'limit_ratio'].includes(
    operator,
  );
  const wanted = hasParameter ? 2 : 1;
  if (args.length === 0)
    throw parseError(node.query, node.span, 'no arguments for aggregate expression provided');
  if (args.length !== wanted) {
    throw parseError(
      node.query,
      node.span,
      `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
    );
  }
  return {
    kind: 'aggregation',
    operator,
    inner: args.at(-1)!,
    ...(hasParameter ? { parameter: args[0]! } : {}),
    grouping: modifier === undefined ? [] : readGrouping(childNamed(modifier, 'GroupingLabels')),
    without: modifier !== undefined && childNamed(modifier, 'Without') !== undefined,
    span: node.span,
  };
}

function readOperand(node: GrammarNode): Expression {
  const { span } = node;
  switch (node.name) {
    case 'NumberDurationLiteral':
      return readNumber(node);
    case 'StringLiteral':
      return { kind: 'string', value: readString(node), span };
    case 'ParenExpr':
      return { kind: 'parenthesised', inner: build(node.children[0]!), span };
    case 'VectorSelector':
      return readVectorSelector(node);
    case 'FunctionCall':
      return { kind: 'call', name: node.children[0]!.text, args: bodyOf(node), span };
    case 'AggregateExpr':
      return readAggregation(node);
    default:
      throw parseError(node.query, span, `unexpected ${JSON.stringify(node.text)}`);
  }
}

/** Reads elements by precedence climbing; a sign binds as `*` does, so `-1 ^ 2` is -(1 ^ 2). */
function createClimber(elements: readonly Element[]): (weakest: number) => Expression {
  let at = 0;

  const operand = (): Expression => {
    const element = elements[at]!;
    at += 1;
    if (element.kind === 'sign') {
      const inner = climb(precedence['*'] + 1);
      const span = { start: element.span.start, end: inner.span.end };
      if (inner.kind !== 'number') return { kind: 'unary', operator: element.operator, inner, span };
      return { ...inner, value: element.operator === '-' ? -inner.value : inner.value, span };
    }
    let result = readOperand(element.kind === 'operand' ? element.node : neverHere(element));
    for (let next = elements[at]; next?.kind === 'postfix'; next = elements[at]) {
      result = applyPostfix(result, next.node);
      at += 1;
    }
    return result;
  };

  const climb = (weakest: number): Expression => {
    let left = operand();
    for (let next = elements[at]; next?.kind === 'infix'; next = elements[at]) {
      const operator = readOperator(next.operator, next.node);
      const strength = precedence[operator];
      if (strength < weakest) break;
      at += 1;
      const right = climb(operator === '^' ? strength : strength + 1);
      const span = { start: left.span.start, end: right.span.end };
      left = {
        kind: 'binary',
        operator,
        left,
        right,
        ...readMatching(next.node),
        span,
        operatorSpan: next.span,
      };
    }
    return left;
  };
  return climb;
}

function neverHere(element: Element): never {
  throw new Error(`An operand was expected at ${element.span.start}.`);
}

/** The expression that a node of the grammar stands for. */
export function build(node: GrammarNode): Expression {
  return createClimber(flatten(node))(0);
}
