import { metricName } from '../label-set.ts';
import { isLegacyLabelName, writeMatcher } from '../matcher.ts';
import { writeDuration } from '../duration-text.ts';
import { writeFixed } from '../number-text.ts';
import { quote } from '../string-text.ts';
import type { Aggregation, Binary, Expression, Subquery, TimeModifiers, VectorSelector } from './ast.ts';

const names = (labels: readonly string[]): string =>
  labels.map((label) => (isLegacyLabelName(label) ? label : quote(label))).join(', ');

function writeModifiers({ at, offsetMs }: TimeModifiers): string {
  let text = '';
  if (at !== undefined) text += at.kind === 'time' ? ` @ ${(at.ms / 1000).toFixed(3)}` : ` @ ${at.kind}()`;
  if (offsetMs !== undefined && offsetMs !== 0) text += ` offset ${writeDuration(offsetMs)}`;
  return text;
}

function writeSelector(selector: VectorSelector): string {
  const named = /^[a-zA-Z_:][\w:]*$/.test(selector.name);
  const inner = selector.matchers
    .filter((matcher) => selector.name === '' || matcher.name !== metricName)
    .map(writeMatcher);
  if (selector.name !== '' && !named) inner.unshift(quote(selector.name));
  const braces = inner.length === 0 && named ? '' : `{${inner.join(',')}}`;
  return `${named ? selector.name : ''}${braces}`;
}

/** The range and modifiers of a subquery. */
export const writeSubqueryRange = (subquery: Subquery): string =>
  `[${writeDuration(subquery.rangeMs)}:${subquery.stepMs === undefined ? '' : writeDuration(subquery.stepMs)}]` +
  writeModifiers(subquery);

/** An aggregation up to its opening parenthesis. */
export function writeAggregationHead({ operator, without, grouping }: Aggregation): string {
  if (without) return `${operator} without (${names(grouping)}) `;
  return grouping.length === 0 ? operator : `${operator} by (${names(grouping)}) `;
}

/** An operator with its modifiers, without the sides. */
export function writeOperator({ operator, returnBool, matching }: Binary): string {
  let text = returnBool ? `${operator} bool` : operator;
  if (matching === undefined) return text;
  if (matching.on || matching.labels.length > 0 || matching.cardinality !== 'one-to-one') {
    text += ` ${matching.on ? 'on' : 'ignoring'} (${names(matching.labels)})`;
  }
  if (matching.cardinality !== 'one-to-one') {
    text += ` ${matching.cardinality === 'many-to-one' ? 'group_left' : 'group_right'} (${names(matching.include)})`;
  }
  return text;
}

/** Writes an expression on one line, in Prometheus's own spelling. */
export function writeExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.isDuration ? writeDuration(expression.value * 1000) : writeFixed(expression.value);
    case 'string':
      return quote(expression.value);
    case 'vector-selector':
      return writeSelector(expression) + writeModifiers(expression);
    case 'matrix-selector':
      return `${writeSelector(expression.selector)}[${writeDuration(expression.rangeMs)}]${writeModifiers(expression.selector)}`;
    case 'subquery':
      return writeExpression(expression.inner) + writeSubqueryRange(expression);
    case 'call':
      return `${expression.name}(${expression.args.map(writeExpression).join(', ')})`;
    case 'aggregation': {
      const parameter =
        expression.parameter === undefined ? '' : `${writeExpression(expression.parameter)}, `;
      return `${writeAggregationHead(expression)}(${parameter}${writeExpression(expression.inner)})`;
    }
    case 'binary':
      return `${writeExpression(expression.left)} ${writeOperator(expression)} ${writeExpression(expression.right)}`;
    case 'unary':
      return expression.operator + writeExpression(expression.inner);
    case 'parenthesised':
      return `(${writeExpression(expression.inner)})`;
  }
}
