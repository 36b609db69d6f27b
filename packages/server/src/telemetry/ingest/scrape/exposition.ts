import type { MetricMetadata } from '../../types.ts';

/** Something in a body that is not of its format; the whole scrape fails, as with Prometheus. */
export class ExpositionError extends Error {}

/** Takes what a body holds, in order. */
export interface ExpositionSink {
  /**
   * One sample. `series` is the text of its name and labels as it stands there, which is the same for the
   * same series in every scrape; `timeMs` is undefined when none is given.
   */
  sample(series: string, value: number, timeMs: number | undefined): void;
  metadata(name: string, field: 'type' | 'help' | 'unit', text: string): void;
}

const space = 32;
const tab = 9;
const quote = 34;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;
const hash = 35;

function fail(line: number, why: string): never {
  throw new ExpositionError(`Line ${line}: ${why}.`);
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A value as Go's `ParseFloat` reads it, of what exporters write. */
function valueOf(text: string): number | undefined {
  const number = Number(text);
  // What `Number` reads beyond decimal digits, such as 0x1A or nothing, is no value here.
  if (number === number && text.length > 0 && !/[^\d.eE+-]/.test(text)) return number;
  if (plainNumber.test(text)) return number;
  const named = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (named === null) return undefined;
  if (named[2]!.toLowerCase() === 'nan') return Number.NaN;
  return named[1] === '-' ? -Infinity : Infinity;
}

/** Where the name and labels that start at `from` end. */
function seriesEnd(text: string, from: number, place: { to: number; line: number }): number {
  const { to, line } = place;
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code === space || code === tab || code === openBrace) break;
    at += 1;
  }
  let brace = at;
  while (brace < to && (text.charCodeAt(brace) === space || text.charCodeAt(brace) === tab)) brace += 1;
  if (text.charCodeAt(brace) !== openBrace || brace >= to) return at;
  at = brace;
  let quoted = false;
  for (; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === backslash) at += 1;
      else if (code === quote) quoted = false;
    } else if (code === quote) quoted = true;
    else if (code === closeBrace) return at + 1;
  }
  return fail(line, 'the labels have no end');
}

/** What stands behind the series: a value, a time if there is one, and in OpenMetrics an exemplar. */
function readRest(
  text: string,
  place: { from: number; to: number; line: number },
  open: boolean,
): { readonly value: number; readonly timeMs: number | undefined } {
  const { from, to, line } = place;
  let rest = text.slice(from, to);
  if (open) {
    const exemplar = rest.indexOf(' # ');
    if (exemplar >= 0) {
      if (!/^ # \{.*\} \S+( \S+)?$/.test(rest.slice(exemplar))) fail(line, 'the exemplar is not one');
      rest = rest.slice(0, exemplar);
    }
    if (rest.charCodeAt(0) !== space || rest.includes('  ') || rest.includes('\t')) {
      fail(line, 'exactly one space must stand between series, value and time');
    }
  }
  const [first = '', second, third] = rest.trim().split(/[ \t]+/);
  const value = valueOf(first);
  if (value === undefined) fail(line, `"${first.slice(0, 40)}" is not a value`);
  if (second === undefined) return { value, timeMs: undefined };
  if (third !== undefined) fail(line, 'there is something after the time');
  if (open) {
    const seconds = valueOf(second);
    if (seconds === undefined || !Number.isFinite(seconds))
      fail(line, `"${second.slice(0, 40)}" is not a time`);
    return { value, timeMs: Math.round(seconds * 1000) };
  }
  if (!/^-?\d{1,15}$/.test(second)) fail(line, `"${second.slice(0, 40)}" is not a time in milliseconds`);
  return { value, timeMs: Number(second) };
}

const unescapeHelp = (text: string): string =>
  text.replaceAll(/\\(.)/g, (whole, char: string) =>
    char === 'n' ? '\n' : char === '\\' ? '\\' : char === '"' ? '"' : whole,
  );

function readComment(comment: string, sink: ExpositionSink, place: { line: number; open: boolean }): void {
  const found = /^# (HELP|TYPE|UNIT) +("(?:[^"\\]|\\.)*"|[^\s"]+)(?:[ \t]+(.*))?$/.exec(comment);
  if (found === null) {
    if (place.open) fail(place.line, 'a comment must be HELP, TYPE or UNIT');
    return;
  }
  const [, kind = '', named = '', text = ''] = found;
  const name = named.startsWith('"') ? unescapeHelp(named.slice(1, -1)) : named;
  if (kind === 'TYPE') {
    if (!Object.hasOwn(typeNames, text.trim())) fail(place.line, `"${text.slice(0, 40)}" is not a type`);
    sink.metadata(name, 'type', text.trim());
  } else if (kind === 'UNIT') sink.metadata(name, 'unit', text);
  else sink.metadata(name, 'help', unescapeHelp(text));
}

/** Types of both formats by what they are in metadata. */
export const typeNames: Readonly<Record<string, MetricMetadata['type']>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  gaugehistogram: 'histogram',
  summary: 'summary',
  untyped: 'unknown',
  unknown: 'unknown',
  info: 'gauge',
  stateset: 'gauge',
};

/**
 * Reads Prometheus's text format 0.0.4, or OpenMetrics 1.0 text when `open`. Exemplars are checked and
 * dropped. Raises `ExpositionError` at the first line that is not of the format.
 */
export function readExposition(text: string, open: boolean, sink: ExpositionSink): void {
  let from = 0;
  let ended = false;
  for (let line = 1; from < text.length; line += 1) {
    const lineEnd = text.indexOf('\n', from);
    // The format's grammar lets the last line feed be left out (OpenMetrics 1.0, "ABNF").
    if (lineEnd < 0 && open && text.slice(from) !== '# EOF') {
      fail(line, 'the last line does not end in a line feed');
    }
    let to = lineEnd < 0 ? text.length : lineEnd;
    const next = to + 1;
    if (ended) fail(line, 'there is something after # EOF');
    if (!open) {
      while (from < to && (text.charCodeAt(from) === space || text.charCodeAt(from) === tab)) from += 1;
      if (text.charCodeAt(to - 1) === 13) to -= 1;
    }
    if (from >= to) {
      if (open) fail(line, 'there is an empty line');
    } else if (text.charCodeAt(from) === hash) {
      if (open && text.slice(from, to) === '# EOF') ended = true;
      else readComment(text.slice(from, to), sink, { line, open });
    } else {
      const end = seriesEnd(text, from, { to, line });
      const { value, timeMs } = readRest(text, { from: end, to, line }, open);
      sink.sample(text.slice(from, end), value, timeMs);
    }
    from = next;
  }
  if (open && !ended) throw new ExpositionError('The body does not end in # EOF.');
}
