import type { Labels } from '../../../base/labels.ts';
import { metricName } from '../label-set.ts';
import { unquote } from '../string-text.ts';

/** One value of the notation: a number, nothing, a stale marker, or something that is not a float. */
export type NotedValue = number | 'missing' | 'stale' | 'histogram' | 'unknown';

export interface NotedSeries {
  readonly labels: Labels;
  readonly values: readonly NotedValue[];
}

const number = String.raw`[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|nan)`;
const expanded = new RegExp(String.raw`^(${number})(?:([+-])(${number}))?(?:x(\d+))?$`, 'i');

/** Reads a decimal number, `Inf` or `NaN` with a sign. */
function readNumber(text: string): number {
  const lower = text.toLowerCase();
  if (lower.endsWith('nan')) return Number.NaN;
  if (lower.endsWith('inf')) return lower.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

const repeated = (value: NotedValue, length: number): NotedValue[] => Array.from({ length }, () => value);

/** `1+2x3` is 1 3 5 7, `1x3` is 1 1 1 1, `_x3` is three times nothing. */
function expand(token: string): NotedValue[] {
  const missing = /^_(?:x(\d+))?$/.exec(token);
  if (missing !== null) return repeated('missing', Number(missing[1] ?? 1));
  if (token === 'stale') return ['stale'];
  if (token.startsWith('{{')) {
    const times = /x(\d+)$/.exec(token);
    return repeated('histogram', times === null ? 1 : Number(times[1]) + 1);
  }
  const match = expanded.exec(token);
  if (match === null) return ['unknown'];
  const [, first = '', sign, step = '0', times] = match;
  const start = readNumber(first);
  if (times === undefined) return [sign === undefined ? start : start + readNumber(`${sign}${step}`)];
  const delta = readNumber(step) * (sign === '-' ? -1 : 1);
  // Added one after the other, as upstream does: sums of fractions depend on the order.
  const values: number[] = [start];
  for (let index = 1; index <= Number(times); index += 1) values.push(values.at(-1)! + delta);
  return values;
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|${'`'}[^${'`'}]*${'`'}`;
const labelPattern = new RegExp(
  String.raw`\s*(?:([a-zA-Z_]\w*|${quoted})\s*=\s*(${quoted})|(${quoted}))\s*(?:,|$)`,
  'y',
);
const headPattern = new RegExp(String.raw`^([a-zA-Z_:][\w:]*)?\s*(?:\{((?:[^"'${'`'}{}]|${quoted})*)\})?\s*`);

function readLabels(inner: string, labels: Record<string, string>): boolean {
  let at = 0;
  while (inner.slice(at).trim() !== '') {
    labelPattern.lastIndex = at;
    const match = labelPattern.exec(inner);
    if (match === null) return false;
    const [, name = '', value = '', alone] = match;
    if (alone !== undefined) labels[metricName] = unquote(alone) ?? '';
    else labels[/^["'`]/.test(name) ? (unquote(name) ?? '') : name] = unquote(value) ?? '';
    at = labelPattern.lastIndex;
  }
  return true;
}

/** Reads `name{label="value"} 1 2+3x2 _ stale`; `undefined` when the labels cannot be read. */
export function readSeries(line: string): NotedSeries | undefined {
  const head = headPattern.exec(line);
  if (head === null || head[0] === '') return undefined;
  const labels: Record<string, string> = {};
  if (head[1] !== undefined) labels[metricName] = head[1];
  if (!readLabels(head[2] ?? '', labels)) return undefined;
  const tokens = line.slice(head[0].length).match(/(?:\{\{[^}]*\}\}|\S)+/g) ?? [];
  return { labels, values: tokens.flatMap(expand) };
}

/** Reads a line that holds nothing but a number: the expected result of a scalar. */
export function readScalar(line: string): number | undefined {
  return new RegExp(`^${number}$`, 'i').test(line) ? readNumber(line) : undefined;
}
