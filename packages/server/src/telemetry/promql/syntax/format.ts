import type { Expression } from './ast.ts';
import { writeAggregationHead, writeExpression, writeOperator, writeSubqueryRange } from './write.ts';
import { parseQuery } from './parse.ts';

// Prometheus breaks what is longer than this (promql/parser/prettier.go).
const lineLength = 100;

function format(expression: Expression, level: number): string {
  const indent = '  '.repeat(level);
  const whole = writeExpression(expression);
  if (whole.length <= lineLength) return indent + whole;
  switch (expression.kind) {
    case 'aggregation': {
      const parameter =
        expression.parameter === undefined ? '' : `${format(expression.parameter, level + 1)},\n`;
      return `${indent}${writeAggregationHead(expression)}(\n${parameter}${format(expression.inner, level + 1)}\n${indent})`;
    }
    case 'binary':
      return `${format(expression.left, level + 1)}\n${indent}${writeOperator(expression)}\n${format(expression.right, level + 1)}`;
    case 'call': {
      const args = expression.args.map((argument) => format(argument, level + 1)).join(',\n');
      return `${indent}${expression.name}(\n${args}\n${indent})`;
    }
    case 'parenthesised':
      return `${indent}(\n${format(expression.inner, level + 1)}\n${indent})`;
    case 'subquery':
      return `${format(expression.inner, level)}${writeSubqueryRange(expression)}`;
    case 'unary':
      return `${indent}${expression.operator}${format(expression.inner, level).trim()}`;
    case 'number':
    case 'string':
    case 'vector-selector':
    case 'matrix-selector':
      return indent + whole;
  }
}

/** Writes a query in Prometheus's layout, as `/api/v1/format_query` does. Throws `bad_data` as `parseQuery`. */
export function formatQuery(query: string): string {
  return format(parseQuery(query), 0);
}
