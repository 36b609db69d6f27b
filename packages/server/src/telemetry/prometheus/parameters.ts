import { PromqlError } from '../promql/errors.ts';
import { readDuration } from '../promql/duration-text.ts';
import { readFloat } from '../promql/number-text.ts';
import { parseQuery } from '../promql/syntax/parse.ts';
import type { Matcher } from '../promql/types.ts';
import { ApiError, invalidParameter, ofQuery } from './api-error.ts';

type Raw = Readonly<Record<string, string | readonly string[]>>;

/** The parameters of one call, from its address and, for POST, its form. */
export interface Parameters {
  /** The first value, or the empty text. */
  text(name: string): string;
  all(name: string): readonly string[];
}

const asList = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** The form goes before the address, as in Go's `ParseForm`. */
export function readParameters(query: Raw, form: Raw): Parameters {
  const own = (from: Raw, name: string) => (Object.hasOwn(from, name) ? asList(from[name]) : []);
  const all = (name: string): readonly string[] => [...own(form, name), ...own(query, name)];
  return { all, text: (name) => all(name)[0] ?? '' };
}

// RFC 3339 with any number of digits after the second.
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** A time in seconds or RFC 3339, in milliseconds. */
export function timeParameter(from: Parameters, name: string, otherwise?: number): number {
  const text = from.text(name);
  if (text === '' && otherwise !== undefined) return otherwise;
  const seconds = readFloat(text);
  const ms = seconds === undefined ? (rfc3339.test(text) ? Date.parse(text) : Number.NaN) : seconds * 1000;
  const whole = Math.round(ms);
  if (!Number.isSafeInteger(whole)) {
    throw invalidParameter(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  }
  return whole;
}

/** A duration in seconds or with units, in milliseconds. */
export function durationParameter(from: Parameters, name: string): number {
  const text = from.text(name);
  const seconds = readFloat(text);
  const ms = seconds === undefined ? readDuration(text) : seconds * 1000;
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > Number.MAX_SAFE_INTEGER) {
    throw invalidParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  }
  return Math.trunc(ms);
}

/** The most entries that are wanted; undefined for all. */
export function limitParameter(from: Parameters, name = 'limit'): number | undefined {
  const text = from.text(name);
  if (text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw invalidParameter(name, `${JSON.stringify(text)} is not a whole number from 0`);
  }
  return Number(text) === 0 ? undefined : Number(text);
}

/** The matchers of each `match[]`. */
export function selectorParameters(from: Parameters): readonly (readonly Matcher[])[] {
  return from.all('match[]').map((text) => {
    try {
      const expression = parseQuery(text);
      if (expression.kind === 'vector-selector') return expression.matchers;
    } catch (error) {
      if (error instanceof PromqlError) throw ofQuery(error, 'match[]');
      throw error;
    }
    throw invalidParameter('match[]', `${JSON.stringify(text)} is not a selector of series`);
  });
}

/** The time range of a question about what there is; everything until an hour from now by default. */
export function rangeParameters(from: Parameters, nowMs: number): { fromMs: number; toMs: number } {
  const fromMs = timeParameter(from, 'start', 0);
  const toMs = timeParameter(from, 'end', nowMs + 3_600_000);
  if (toMs < fromMs) throw new ApiError('bad_data', 'end timestamp must not be before start timestamp');
  return { fromMs, toMs };
}
