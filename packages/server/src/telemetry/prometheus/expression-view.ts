import type { Expression, TimeModifiers, VectorSelector } from '../promql/syntax/ast.ts';
import { writeFixed } from '../promql/number-text.ts';

/*
 * A parsed query in the form of Prometheus's /api/v1/parse_query (web/api/v1/translate_ast.go). Query editors
 * draw it as a tree.
 */
const modifiers = ({ offsetMs, at }: TimeModifiers) => ({
  offset: offsetMs ?? 0,
  timestamp: at?.kind === 'time' ? at.ms : null,
  startOrEnd: at === undefined || at.kind === 'time' ? null : at.kind,
});

const selector = (node: VectorSelector) => ({
  name: node.name,
  matchers: node.matchers.map(({ name, operator, value }) => ({ name, type: operator, value })),
  ...modifiers(node),
});

/** The tree of an expression. */
export function expressionView(node: Expression): Readonly<Record<string, unknown>> {
  switch (node.kind) {
    case 'number':
      return { type: 'numberLiteral', val: writeFixed(node.value) };
    case 'string':
      return { type: 'stringLiteral', val: node.value };
    case 'vector-selector':
      return { type: 'vectorSelector', ...selector(node) };
    case 'matrix-selector':
      return { type: 'matrixSelector', range: node.rangeMs, ...selector(node.selector) };
    case 'subquery':
      return {
        type: 'subquery',
        expr: expressionView(node.inner),
        range: node.rangeMs,
        step: node.stepMs ?? 0,
        ...modifiers(node),
      };
    case 'call':
      return { type: 'call', func: { name: node.name }, args: node.args.map(expressionView) };
    case 'aggregation':
      return {
        type: 'aggregation',
        op: node.operator,
        expr: expressionView(node.inner),
        param: node.parameter === undefined ? null : expressionView(node.parameter),
        grouping: node.grouping,
        without: node.without,
      };
    case 'binary':
      return {
        type: 'binaryExpr',
        op: node.operator,
        lhs: expressionView(node.left),
        rhs: expressionView(node.right),
        matching:
          node.matching === undefined
            ? null
            : {
                card: node.matching.cardinality,
                labels: node.matching.labels,
                on: node.matching.on,
                include: node.matching.include,
              },
        bool: node.returnBool,
      };
    case 'unary':
      return { type: 'unaryExpr', op: node.operator, expr: expressionView(node.inner) };
    case 'parenthesised':
      return { type: 'parenExpr', expr: expressionView(node.inner) };
  }
}
