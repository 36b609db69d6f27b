import { unfitSearch } from './errors.ts';
import { fieldOf, type Field } from './fields.ts';
import { isAnything } from './texts.ts';
import type { Search } from './tree.ts';
import { freeLeaf, leafOf, type Value } from './values.ts';
import { Reader } from './words.ts';

/** Terms that one search may have, and how deep they may lie in parentheses. */
const termLimit = 100;
const depthLimit = 40;

interface Parsing {
  readonly reader: Reader;
  readonly nowMs: number;
  terms: number;
}

/**
 * Reads the text of the search box: `level:error service:api "payment failed" duration:>100 -user:test`.
 * The language is that of Lucene and liqe, see README.md. `nowMs` is what `now` in a text means.
 *
 * Raises `invalid_input` for the field `query`, naming the place in the text.
 */
export function parseSearch(text: string, nowMs: number): Search {
  const half = text.search(/\p{Surrogate}/u);
  if (half >= 0) throw unfitSearch(half, 'this is half a character');
  const parsing: Parsing = { reader: new Reader(text), nowMs, terms: 0 };
  const { reader } = parsing;
  reader.skipBlanks();
  if (reader.ended) return { kind: 'all' };
  const search = readOr(parsing, undefined, 0);
  if (!reader.ended) throw unfitSearch(reader.at, 'this parenthesis closes nothing');
  return search;
}

function joined(kind: 'and' | 'or', terms: readonly Search[]): Search {
  const [first] = terms;
  return terms.length === 1 && first !== undefined ? first : { kind, terms };
}

/** `NOT` binds tightest, then terms side by side or with `AND`, then `OR`. */
function readOr(parsing: Parsing, field: Field | undefined, depth: number): Search {
  const { reader } = parsing;
  const terms: Search[] = [];
  do {
    terms.push(readAnd(parsing, field, depth));
    reader.skipBlanks();
  } while (reader.takeKeyword('OR'));
  return joined('or', terms);
}

function readAnd(parsing: Parsing, field: Field | undefined, depth: number): Search {
  const { reader } = parsing;
  const terms: Search[] = [];
  for (;;) {
    reader.skipBlanks();
    const at = reader.at;
    if (reader.ended || reader.next === ')') {
      const what = reader.ended ? 'the search ends where a term is missing' : 'a term is missing before this';
      if (terms.length === 0) throw unfitSearch(at, what);
      return joined('and', terms);
    }
    if (reader.takeKeyword('OR')) {
      if (terms.length === 0) throw unfitSearch(at, 'a term is missing before OR');
      reader.at = at;
      return joined('and', terms);
    }
    if (reader.takeKeyword('AND')) {
      if (terms.length === 0) throw unfitSearch(at, 'a term is missing before AND');
      reader.skipBlanks();
      if (reader.ended || reader.next === ')') throw unfitSearch(at, 'a term is missing after AND');
    }
    terms.push(readTerm(parsing, field, depth));
  }
}

function readTerm(parsing: Parsing, field: Field | undefined, depth: number): Search {
  const { reader } = parsing;
  reader.skipBlanks();
  const at = reader.at;
  if (depth > depthLimit) throw unfitSearch(at, `terms may lie at most ${depthLimit} deep`);
  parsing.terms += 1;
  if (parsing.terms > termLimit) throw unfitSearch(at, `a search may have at most ${termLimit} terms`);
  if (reader.takeKeyword('NOT') || reader.take('-') || reader.take('!')) {
    reader.skipBlanks();
    if (reader.ended || reader.next === ')') throw unfitSearch(at, 'a term is missing after this');
    return { kind: 'not', term: readTerm(parsing, field, depth + 1) };
  }
  if (reader.take('(')) {
    const inner = readOr(parsing, field, depth + 1);
    if (!reader.take(')')) throw unfitSearch(at, 'this parenthesis is not closed');
    return inner;
  }
  if (field !== undefined) return leafOf(field, readValue(reader), parsing.nowMs);
  const named = reader.field();
  if (named !== undefined) return readNamed(parsing, named.text, depth);
  const value = readFree(reader);
  if (value.kind === 'word' && isAnything(value.word)) return { kind: 'all' };
  return freeLeaf(value);
}

function readNamed(parsing: Parsing, name: string, depth: number): Search {
  const { reader, nowMs } = parsing;
  const field = fieldOf(name);
  if (reader.ended || /[\s)]/.test(reader.next)) {
    throw unfitSearch(
      reader.at,
      `a value is missing after ${name}: (put the text in quotes to look for it as it is)`,
    );
  }
  if (reader.next === '(') return readTerm(parsing, field, depth + 1);
  return leafOf(field, readValue(reader), nowMs);
}

function readFree(reader: Reader): Value {
  if (reader.next === '"' || reader.next === "'") return { kind: 'word', word: reader.quoted() };
  const pattern = reader.pattern();
  if (pattern !== undefined) return { kind: 'pattern', pattern };
  return { kind: 'word', word: reader.word() };
}

function readValue(reader: Reader): Value {
  if (reader.next === '[' || reader.next === '{') {
    const range = readRange(reader);
    if (range !== undefined) return range;
  }
  const at = reader.at;
  const operator = (['>=', '<=', '>', '<'] as const).find((one) => reader.take(one));
  if (operator === undefined) {
    reader.take('=');
    return readFree(reader);
  }
  const word = reader.next === '"' || reader.next === "'" ? reader.quoted() : reader.word();
  if (word.text === '') throw unfitSearch(at, `a value is missing after ${operator}`);
  return { kind: 'compared', operator, word };
}

/** `[a TO b]`, with `{` and `}` for a bound that does not belong to it. */
function readRange(reader: Reader): Value | undefined {
  const at = reader.at;
  const minInclusive = reader.next === '[';
  reader.at += 1;
  const bound = () => {
    reader.skipBlanks();
    return reader.next === '"' ? reader.quoted() : reader.word(']}');
  };
  const min = bound();
  reader.skipBlanks();
  if (!reader.takeKeyword('TO')) throw unfitSearch(at, 'a range is like [1 TO 5] or {1 TO *}');
  const max = bound();
  reader.skipBlanks();
  const maxInclusive = reader.next === ']';
  if (min.text === '' || max.text === '' || !/[\]}]/.test(reader.next)) {
    throw unfitSearch(at, 'a range is like [1 TO 5] or {1 TO *}');
  }
  reader.at += 1;
  return { kind: 'range', at, min, minInclusive, max, maxInclusive };
}
