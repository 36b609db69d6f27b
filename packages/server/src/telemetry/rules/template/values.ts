import type { Labels } from '../../../base/labels.ts';
import { writeGeneral } from '../../promql/number-text.ts';
import type { VectorSample } from '../../promql/types.ts';

/** A whole number. Go tells it from a double, and prints it without an exponent. */
export class Whole {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A time, from `toTime`. */
export class Instant {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A function's missing answer: `<no value>`. */
export const nothing = Symbol('no value');

/** One result of `query`, in the form that templates see: `.Labels` and `.Value`. */
export interface QuerySample {
  readonly Labels: Labels;
  readonly Value: number;
}

/** What a template works with. Doubles are numbers; maps are objects without a prototype or labels. */
export type Value =
  | string
  | number
  | boolean
  | Whole
  | Instant
  | typeof nothing
  | readonly Value[]
  | { readonly [name: string]: Value };

export const sampleValue = ({ labels, value }: VectorSample): Value => ({
  Labels: { ...labels },
  Value: value,
});

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export const isMap = (value: Value): value is { readonly [name: string]: Value } =>
  typeof value === 'object' && !isList(value) && !(value instanceof Whole) && !(value instanceof Instant);

/** Go's `time.Time` as `fmt.Sprint` prints it in UTC. */
function writeInstant(ms: number): string {
  const text = new Date(ms).toISOString();
  const fraction = text.slice(20, 23).replace(/0+$/, '');
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** What a method of Go's `time.Time` that takes nothing answers, in UTC; `undefined` for other names. */
export function instantPart(instant: Instant, name: string): Value | undefined {
  const date = new Date(instant.ms);
  switch (name) {
    case 'Year':
      return new Whole(date.getUTCFullYear());
    case 'Month':
      return months[date.getUTCMonth()]!;
    case 'Day':
      return new Whole(date.getUTCDate());
    case 'Weekday':
      return weekdays[date.getUTCDay()]!;
    case 'Hour':
      return new Whole(date.getUTCHours());
    case 'Minute':
      return new Whole(date.getUTCMinutes());
    case 'Second':
      return new Whole(date.getUTCSeconds());
    case 'Unix':
      return new Whole(Math.floor(instant.ms / 1000));
    case 'UTC':
      return instant;
    default:
      return undefined;
  }
}

/** Writes a value as Go's verb `%v` does. */
export function writeValue(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return writeGeneral(value);
  if (typeof value === 'boolean') return String(value);
  if (value === nothing) return '<no value>';
  if (value instanceof Whole) return String(value.value);
  if (value instanceof Instant) return writeInstant(value.ms);
  if (isList(value)) return `[${value.map(writeValue).join(' ')}]`;
  if (!isMap(value)) return '';
  const names = Object.keys(value).toSorted();
  return `map[${names.map((name) => `${name}:${writeValue(value[name]!)}`).join(' ')}]`;
}

/** What `if`, `and`, `or` and `not` go by: not zero, not empty. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'string') return value !== '';
  // NaN is not zero.
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'boolean') return value;
  if (value === nothing) return false;
  if (value instanceof Whole) return value.value !== 0;
  if (value instanceof Instant) return true;
  if (isList(value)) return value.length > 0;
  return isMap(value) && Object.keys(value).length > 0;
}

/** What Go calls the type of a value, for messages. */
export function typeName(value: Value): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (value === nothing) return 'nil';
  if (value instanceof Whole) return 'int';
  if (value instanceof Instant) return 'time.Time';
  return isList(value) ? 'template.queryResult' : 'map[string]string';
}
