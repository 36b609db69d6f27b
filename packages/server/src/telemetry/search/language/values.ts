import { logCategories, logSeverities, type LogSeverity } from '@custos/contract';
import { RE2JS } from 're2js';
import { unfitSearch } from './errors.ts';
import type { Field } from './fields.ts';
import { fieldOf } from './fields.ts';
import { hasWildcard, isAnything, partTest, patternTest, wholeTest } from './texts.ts';
import { parseTime, type TimeSpan } from './times.ts';
import type { Leaf, NumberSpan, Place, TextTest } from './tree.ts';
import type { Pattern, Word } from './words.ts';

/** A value of a field as it was written. */
export type Value =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  | { readonly kind: 'compared'; readonly operator: '>' | '>=' | '<' | '<='; readonly word: Word }
  | {
      readonly kind: 'range';
      readonly at: number;
      readonly min: Word;
      readonly minInclusive: boolean;
      readonly max: Word;
      readonly maxInclusive: boolean;
    };

/** Bounds between which something lies, as words; null is without one. */
interface Bounds {
  readonly min: Word | null;
  readonly minInclusive: boolean;
  readonly max: Word | null;
  readonly maxInclusive: boolean;
}

const otherNames: Readonly<Record<string, LogSeverity>> = {
  err: 'error',
  warning: 'warn',
  information: 'info',
  notice: 'info',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
};

function severityOf(word: Word): LogSeverity {
  const text = word.text.toLowerCase();
  const found =
    logSeverities.find((one) => one === text) ??
    (Object.hasOwn(otherNames, text) ? otherNames[text] : undefined);
  if (found === undefined) throw unfitSearch(word.at, `a level is one of ${logSeverities.join(', ')}`);
  return found;
}

function boundsOf(value: Value): Bounds | undefined {
  if (value.kind === 'compared') {
    const { operator, word } = value;
    const inclusive = operator.endsWith('=');
    return operator.startsWith('>')
      ? { min: word, minInclusive: inclusive, max: null, maxInclusive: false }
      : { min: null, minInclusive: false, max: word, maxInclusive: inclusive };
  }
  if (value.kind !== 'range') return undefined;
  return {
    ...value,
    min: isAnything(value.min) ? null : value.min,
    max: isAnything(value.max) ? null : value.max,
  };
}

/** Of names that are known, those that a value means. */
function namesThat<Name extends string>(names: readonly Name[], value: Value): readonly Name[] | undefined {
  const test =
    value.kind === 'pattern'
      ? patternTest(value.pattern)
      : value.kind === 'word' && hasWildcard(value.word)
        ? wholeTest(value.word)
        : undefined;
  if (test?.kind !== 'pattern') return undefined;
  const pattern = RE2JS.compile(test.pattern);
  return names.filter((name) => pattern.matcher(name).find());
}

function severityLeaf(value: Value): Leaf {
  const bounds = boundsOf(value);
  if (bounds !== undefined) {
    const rank = (word: Word | null): number | null =>
      word === null ? null : logSeverities.indexOf(severityOf(word));
    const span: NumberSpan = { ...bounds, min: rank(bounds.min), max: rank(bounds.max) };
    return { kind: 'severity', oneOf: logSeverities.filter((_, index) => isWithin(index, span)) };
  }
  const named = namesThat(logSeverities, value);
  if (named !== undefined) return { kind: 'severity', oneOf: named };
  return { kind: 'severity', oneOf: value.kind === 'word' ? [severityOf(value.word)] : [] };
}

function categoryLeaf(value: Value): Leaf {
  const named = namesThat(logCategories, value);
  if (named !== undefined) return { kind: 'category', oneOf: named };
  const text = value.kind === 'word' ? value.word.text.toLowerCase() : '';
  const found = logCategories.find((one) => one === text);
  if (found === undefined) {
    throw unfitSearch(placeOf(value), `a category is one of ${logCategories.join(', ')}`);
  }
  return { kind: 'category', oneOf: [found] };
}

function timeLeaf(value: Value, nowMs: number): Leaf {
  const read = (word: Word): TimeSpan => {
    const span = parseTime(word.text, nowMs);
    if (span === undefined) {
      throw unfitSearch(word.at, 'a time is like 2026-11-21, 2026-11-21T10:00:00Z, now or now-15m');
    }
    return span;
  };
  const bounds = boundsOf(value);
  if (bounds === undefined) {
    if (value.kind !== 'word')
      throw unfitSearch(placeOf(value), 'a time is no text: compare it or give a range');
    return { kind: 'time', ...read(value.word) };
  }
  const { min, max, minInclusive, maxInclusive } = bounds;
  const first = min === null ? null : read(min);
  const last = max === null ? null : read(max);
  return {
    kind: 'time',
    from: first === null ? null : minInclusive ? first.from : first.to,
    to: last === null ? null : maxInclusive ? last.to : last.from,
  };
}

/** True for a number that lies within a span. */
export function isWithin(value: number, { min, minInclusive, max, maxInclusive }: NumberSpan): boolean {
  const above = min === null || (minInclusive ? value >= min : value > min);
  const below = max === null || (maxInclusive ? value <= max : value < max);
  return above && below;
}

function numberOf(word: Word): number {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word.text) ? Number(word.text) : Number.NaN;
  if (!Number.isFinite(value)) throw unfitSearch(word.at, 'only numbers can be compared here');
  return value;
}

function placeLeaf(of: Place, value: Value): Leaf {
  const bounds = boundsOf(value);
  if (bounds !== undefined) {
    if (of.kind === 'column') {
      throw unfitSearch(
        placeOf(value),
        'levels, times and numbers in attributes can be compared, this cannot',
      );
    }
    const { min, max } = bounds;
    const span = {
      ...bounds,
      min: min === null ? null : numberOf(min),
      max: max === null ? null : numberOf(max),
    };
    return { kind: 'number', of, span };
  }
  if (value.kind === 'word' && isAnything(value.word)) return { kind: 'exists', of };
  return { kind: 'value', of, test: textTest(value, of.kind === 'column' && of.column === 'message') };
}

function textTest(value: Value, part: boolean): TextTest {
  if (value.kind === 'pattern') return patternTest(value.pattern);
  if (value.kind !== 'word') throw unfitSearch(placeOf(value), 'this is no text');
  return part ? partTest(value.word) : wholeTest(value.word);
}

function existsLeaf(value: Value): Leaf {
  const name = value.kind === 'word' ? value.word.text : '';
  const field = fieldOf(name);
  if (value.kind !== 'word' || name === '') {
    throw unfitSearch(placeOf(value), 'behind _exists_: comes the name of a field');
  }
  if (field.kind === 'place') return { kind: 'exists', of: field.of };
  // Every record has the others.
  return field.kind === 'masked' ? { kind: 'masked', rule: '' } : { kind: 'time', from: null, to: null };
}

function placeOf(value: Value): number {
  if (value.kind === 'pattern') return value.pattern.at;
  return value.kind === 'range' ? value.at : value.word.at;
}

/** What is asked of a record when a field has this value. */
export function leafOf(field: Field, value: Value, nowMs: number): Leaf {
  switch (field.kind) {
    case 'severity':
      return severityLeaf(value);
    case 'category':
      return categoryLeaf(value);
    case 'time':
      return timeLeaf(value, nowMs);
    case 'exists':
      return existsLeaf(value);
    case 'masked':
      if (value.kind !== 'word') throw unfitSearch(placeOf(value), 'behind masked: comes the name of a rule');
      return { kind: 'masked', rule: isAnything(value.word) ? '' : value.word.text };
    case 'place':
      return placeLeaf(field.of, value);
  }
}

/** What is asked of a record by a word or pattern without a field. */
export function freeLeaf(value: Value): Leaf {
  return { kind: 'text', test: textTest(value, true) };
}
