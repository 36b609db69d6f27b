import { PromqlError } from '../promql/errors.ts';
import { readDuration } from '../promql/duration-text.ts';
import { readFloat } from '../promql/number-text.ts';
import { parseQuery } from '../promql/syntax/parse.ts';
import type { Matcher, QueryBounds } from '../promql/types.ts';
import { ApiError, invalidParameter } from './api-error.ts';

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

/** A time in seconds or RFC 3339, in milliseconds. Prometheus words a fault otherwise where a time may be left out. */
export function timeParameter(from: Parameters, name: string, otherwise?: number): number {
  const text = from.text(name);
  if (text === '' && otherwise !== undefined) return otherwise;
  const prefix = otherwise === undefined ? '' : `Invalid time value for '${name}': `;
  const seconds = readFloat(text);
  const ms = seconds === undefined ? (rfc3339.test(text) ? Date.parse(text) : Number.NaN) : seconds * 1000;
  const whole = Math.round(ms);
  if (!Number.isSafeInteger(whole)) {
    throw invalidParameter(name, `${prefix}cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  }
  return whole;
}

function readDurationText(text: string): number | undefined {
  const seconds = readFloat(text);
  const ms = seconds === undefined ? readDuration(text) : seconds * 1000;
  return ms === undefined || !Number.isSafeInteger(Math.trunc(ms)) ? undefined : Math.trunc(ms);
}

/** A duration in seconds or with units, in milliseconds. */
export function durationParameter(from: Parameters, name: string): number {
  const text = from.text(name);
  const ms = readDurationText(text);
  if (ms === undefined)
    throw invalidParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  return ms;
}

/** What a caller asks of one query: how long it may take, how far its selectors look back, and figures. */
export function boundsParameters(from: Parameters): QueryBounds {
  const lookback = from.text('lookback_delta');
  let lookbackMs: number | undefined;
  if (lookback !== '') {
    lookbackMs = readDurationText(lookback);
    if (lookbackMs === undefined) {
      const reason = `cannot parse ${JSON.stringify(lookback)} to a valid duration`;
      throw new ApiError('bad_data', `error parsing lookback delta duration: ${reason}`);
    }
  }
  return {
    ...(from.text('timeout') === '' ? {} : { timeoutMs: durationParameter(from, 'timeout') }),
    ...(from.text('stats') === '' ? {} : { countSamples: true }),
    // Prometheus takes its own lookback when none is asked for, or one that is not positive.
    ...(lookbackMs === undefined || lookbackMs <= 0 ? {} : { lookbackMs }),
  };
}

/** The most entries that are wanted; undefined for all. */
export function limitParameter(from: Parameters): number | undefined {
  const text = from.text('limit');
  if (text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) {
    throw invalidParameter('limit', `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  if (Number(text) < 0) throw invalidParameter('limit', 'limit must be non-negative');
  return Number(text) === 0 ? undefined : Number(text);
}

/** The matchers of each `match[]`. */
export function selectorParameters(from: Parameters): readonly (readonly Matcher[])[] {
  return from.all('match[]').map((text) => {
    try {
      const expression = parseQuery(text);
      const plain = expression.kind === 'vector-selector' && expression.at === undefined;
      if (plain && expression.offsetMs === undefined) return expression.matchers;
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error;
      const nothing = error.message.endsWith('must contain at least one non-empty matcher');
      throw invalidParameter(
        'match[]',
        nothing ? 'match[] must contain at least one non-empty matcher' : error.message,
      );
    }
    throw invalidParameter('match[]', `${JSON.stringify(text)} is not a selector of series`);
  });
}

/** The time range of a question about what there is; everything until an hour from now by default. */
export function rangeParameters(from: Parameters, nowMs: number): { fromMs: number; toMs: number } {
  return {
    fromMs: timeParameter(from, 'start', 0),
    toMs: timeParameter(from, 'end', nowMs + 3_600_000),
  };
}
