import type { ColumnParameters } from '../../../storage/columns/columns.ts';
import { foldedPattern, isAscii } from './texts.ts';
import type { Leaf, NumberSpan, Place, Search, TextTest } from './tree.ts';

/** A condition of columns: text without a single value in it, and the values beside it. */
export interface Condition {
  readonly sql: string;
  readonly parameters: ColumnParameters;
}

interface Binding {
  readonly parameters: Record<string, unknown>;
  /** The placeholder of a value. */
  bind(value: string | number, type: string): string;
}

function createBinding(): Binding {
  const parameters: Record<string, unknown> = {};
  const places = new Map<string, string>();
  return {
    parameters,
    bind(value, type) {
      const key = `${type} ${value}`;
      let place = places.get(key);
      if (place === undefined) {
        const name = `q${places.size}`;
        parameters[name] = value;
        place = `{${name}:${type}}`;
        places.set(key, place);
      }
      return place;
    },
  };
}

/** The condition on `log_record` that a search stands for. */
export function toSql(search: Search): Condition {
  const binding = createBinding();
  return { sql: conditionOf(search, binding), parameters: binding.parameters };
}

function conditionOf(search: Search, binding: Binding): string {
  if (search.kind === 'all') return '1';
  if (search.kind === 'not') return `NOT (${conditionOf(search.term, binding)})`;
  if (search.kind === 'and') return joined(search.terms, ' AND ', binding);
  if (search.kind === 'or') return joined(search.terms, ' OR ', binding);
  return leafCondition(search, binding);
}

function joined(terms: readonly Search[], between: string, binding: Binding): string {
  return `(${terms.map((term) => conditionOf(term, binding)).join(between)})`;
}

function leafCondition(leaf: Leaf, { bind }: Binding): string {
  switch (leaf.kind) {
    case 'text': {
      const [message, value] = [
        textCondition(leaf.test, 'message', bind),
        textCondition(leaf.test, 'v', bind),
      ];
      return `(${message} OR arrayExists(v -> ${value}, mapValues(attributes)))`;
    }
    case 'value':
      return textCondition(leaf.test, placeSql(leaf.of, bind), bind);
    case 'number':
      return numberCondition(leaf.span, placeSql(leaf.of, bind), bind);
    case 'exists':
      return leaf.of.kind === 'column'
        ? `${leaf.of.column} != ''`
        : `mapContains(attributes, ${bind(leaf.of.name, 'String')})`;
    case 'severity':
      return oneOfCondition('severity', leaf.oneOf, bind);
    case 'category':
      return oneOfCondition('category', leaf.oneOf, bind);
    case 'time': {
      const at = (ms: number): string => `fromUnixTimestamp64Milli(${bind(ms, 'Int64')}, 'UTC')`;
      const bounds = [
        ...(leaf.from === null ? [] : [`time >= ${at(leaf.from)}`]),
        ...(leaf.to === null ? [] : [`time < ${at(leaf.to)}`]),
      ];
      return bounds.length === 0 ? '1' : `(${bounds.join(' AND ')})`;
    }
    case 'masked':
      return leaf.rule === '' ? 'notEmpty(masked)' : `has(masked, ${bind(leaf.rule, 'String')})`;
  }
}

type Bind = Binding['bind'];

function oneOfCondition(column: string, values: readonly string[], bind: Bind): string {
  if (values.length === 0) return '0';
  return `${column} IN (${values.map((value) => bind(value, 'String')).join(', ')})`;
}

function placeSql(place: Place, bind: Bind): string {
  return place.kind === 'column' ? place.column : `attributes[${bind(place.name, 'String')}]`;
}

function textCondition(test: TextTest, value: string, bind: Bind): string {
  if (test.kind === 'equals') return `${value} = ${bind(test.text, 'String')}`;
  if (test.kind === 'pattern') return `match(${value}, ${bind(test.pattern, 'String')})`;
  if (isAscii(test.text)) return `positionCaseInsensitive(${value}, ${bind(test.text, 'String')}) > 0`;
  return `match(${value}, ${bind(foldedPattern(test.text), 'String')})`;
}

function numberCondition(span: NumberSpan, value: string, bind: Bind): string {
  const number = `toFloat64OrNull(${value})`;
  const { min, minInclusive, max, maxInclusive } = span;
  const bounds = [
    ...(min === null ? [] : [`${number} ${minInclusive ? '>=' : '>'} ${bind(min, 'Float64')}`]),
    ...(max === null ? [] : [`${number} ${maxInclusive ? '<=' : '<'} ${bind(max, 'Float64')}`]),
  ];
  if (bounds.length === 0) return `ifNull(NOT isNaN(${number}), 0)`;
  // What is no number is neither within nor without: the condition must still be true or false.
  return `ifNull(${bounds.join(' AND ')}, 0)`;
}
