import { readFloat } from '../../../promql/number-text.ts';
import { TemplateFault } from '../fault.ts';
import { isMap, typeName, Whole, type Value } from '../values.ts';

/** A function of templates: how many arguments it takes, and what it does with them. */
export interface TemplateFunction {
  readonly arity: readonly [least: number, most: number];
  call(args: readonly Value[]): Value;
}

/** The text at `index`. Labels and other texts only, as Go's types demand. */
export function textAt(args: readonly Value[], index: number): string {
  const value = args[index]!;
  if (typeof value === 'string') return value;
  throw new TemplateFault(`wrong type for value; expected string; got ${typeName(value)}`);
}

/** Go's `url.QueryEscape`, which leaves fewer characters alone than JavaScript does. */
export const queryEscape = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** A number from a number or a text, as Prometheus's `ConvertToFloat`. */
export function numberAt(args: readonly Value[], index: number): number {
  const value = args[index]!;
  if (typeof value === 'number') return value;
  if (value instanceof Whole) return value.value;
  if (typeof value === 'string') {
    const number = readFloat(value);
    if (number !== undefined) return number;
    throw new TemplateFault(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  throw new TemplateFault(`can't convert ${typeName(value)} to float`);
}

/** A result of `query`. */
export function sampleAt(args: readonly Value[], index: number): { labels: Value; value: number } {
  const sample = args[index]!;
  if (!isMap(sample) || typeof sample['Value'] !== 'number' || sample['Labels'] === undefined) {
    throw new TemplateFault(`wrong type for value; expected *template.sample; got ${typeName(sample)}`);
  }
  return { labels: sample['Labels'], value: sample['Value'] };
}
