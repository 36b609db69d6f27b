import { RE2JS } from 're2js';
import type { StoredRecord } from '../../logs/types.ts';
import { foldedPattern, isAscii, literal } from './texts.ts';
import type { Leaf, Place, Search, TextTest } from './tree.ts';
import { isWithin } from './values.ts';

type Test<Value> = (value: Value) => boolean;

/** A test of records in memory that says what the condition of `toSql` says. */
export function toTest(search: Search): Test<StoredRecord> {
  if (search.kind === 'all') return () => true;
  if (search.kind === 'not') {
    const term = toTest(search.term);
    return (record) => !term(record);
  }
  if (search.kind === 'and') {
    const terms = search.terms.map(toTest);
    return (record) => terms.every((term) => term(record));
  }
  if (search.kind === 'or') {
    const terms = search.terms.map(toTest);
    return (record) => terms.some((term) => term(record));
  }
  return leafTest(search);
}

function leafTest(leaf: Leaf): Test<StoredRecord> {
  switch (leaf.kind) {
    case 'text': {
      const fits = textTest(leaf.test);
      return ({ message, attributes }) => {
        if (fits(message)) return true;
        for (const name in attributes) if (fits(attributes[name] ?? '')) return true;
        return false;
      };
    }
    case 'value': {
      const read = reader(leaf.of);
      const fits = textTest(leaf.test);
      return (record) => fits(read(record));
    }
    case 'number': {
      const read = reader(leaf.of);
      return (record) => {
        const number = numberIn(read(record));
        return number !== undefined && !Number.isNaN(number) && isWithin(number, leaf.span);
      };
    }
    case 'exists': {
      const { of } = leaf;
      if (of.kind === 'attribute') return ({ attributes }) => Object.hasOwn(attributes, of.name);
      const read = reader(of);
      return (record) => read(record) !== '';
    }
    case 'severity': {
      const oneOf = new Set(leaf.oneOf);
      return ({ severity }) => oneOf.has(severity);
    }
    case 'category': {
      const oneOf = new Set(leaf.oneOf);
      return ({ category }) => oneOf.has(category);
    }
    case 'time': {
      const { from, to } = leaf;
      return ({ timeMs }) => (from === null || timeMs >= from) && (to === null || timeMs < to);
    }
    case 'masked':
      return ({ masked }) => (leaf.rule === '' ? masked.length > 0 : masked.includes(leaf.rule));
  }
}

function reader(place: Place): (record: StoredRecord) => string {
  if (place.kind === 'attribute') {
    const { name } = place;
    return ({ attributes }) => (Object.hasOwn(attributes, name) ? (attributes[name] ?? '') : '');
  }
  switch (place.column) {
    case 'service':
      return ({ service }) => service;
    case 'host':
      return ({ host }) => host;
    case 'trace_id':
      return ({ traceId }) => traceId;
    case 'span_id':
      return ({ spanId }) => spanId;
    case 'message':
      return ({ message }) => message;
  }
}

function textTest(test: TextTest): Test<string> {
  if (test.kind === 'equals') return (value) => value === test.text;
  if (test.kind === 'holds' && isAscii(test.text)) {
    // Letters of ASCII alone, as columns compares them: the flag `i` would find more.
    const anyCase = literal(test.text).replaceAll(
      /[a-z]/gi,
      (one) => `[${one.toLowerCase()}${one.toUpperCase()}]`,
    );
    const found = new RegExp(anyCase);
    return (value) => found.test(value);
  }
  const pattern = RE2JS.compile(test.kind === 'pattern' ? test.pattern : foldedPattern(test.text));
  return (value) => pattern.matcher(value).find();
}

/** The number that columns' `toFloat64OrNull` reads from a text. */
function numberIn(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  const word = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (word !== null) return word[1] === '-' ? -Infinity : Infinity;
  return undefined;
}
