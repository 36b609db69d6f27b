import { quote } from '../string-text.ts';
import { parseError } from '../errors.ts';

/** What a piece of a query is to Prometheus's lexer (promql/parser/lex.go). */
export type TokenKind =
  | 'aggregator'
  | 'bound'
  | 'duration'
  | 'end'
  | 'identifier'
  | 'keyword'
  | 'metric identifier'
  | 'number'
  | 'operator'
  | 'sign'
  | 'string';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const words = (kind: TokenKind, list: string): [string, TokenKind][] =>
  list.split(' ').map((word) => [word, kind]);

/** Words that mean something, in any case of letters. */
const kindsOfWords: ReadonlyMap<string, TokenKind> = new Map([
  ...words('operator', 'and or unless atan2'),
  ...words(
    'aggregator',
    'avg bottomk count count_values group limit_ratio limitk max min quantile stddev stdvar sum topk',
  ),
  ...words('keyword', 'anchored bool by fill fill_left fill_right group_left group_right ignoring offset on'),
  ...words('keyword', 'smoothed without'),
  ...words('bound', 'end start'),
  ...words('number', 'inf nan'),
]);

const space = /(?:[ \t\r\n]|#[^\r\n]*)*/y;
const number = /(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)(?![\w.])/y;
// Which of these are right is seen when they are read.
const duration = /[\d.]+[smhdwy]s?(?:\d+[smhdw]s?)*(?!\w)/y;
const partOfNumber = /0[xX][\da-fA-F_]*|[\d_]*\.{0,2}[\d_]*(?:[eE][+-]?\d*)?/y;
const word = /[a-zA-Z_:][\w:]*/y;
const label = /[a-zA-Z_]\w*/y;
const operator = /==|!=|<=|>=|[-+*/%^<>@]/y;
const matchOperator = /=~|!~|!=|=/y;
const escape = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|[abfnrtv\\])/y;

/** What may be called within a duration. */
const durationCalls = /^(?:step|range|min_of|max_of)$/i;

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${character}'`;

/** True for an escape whose digits name no character: a surrogate, or a number that is too large. */
function isNoCodePoint(whole: string): boolean {
  if (/^\\[0-7]/.test(whole)) return Number.parseInt(whole.slice(1), 8) > 0xff;
  if (!/^\\[uU]/.test(whole)) return false;
  const value = Number.parseInt(whole.slice(2), 16);
  return value > 0x10ffff || (value >= 0xd800 && value < 0xe000);
}

/** What is wrong with an escape, from what stands behind its backslash. */
function wrongEscape(rest: string): string {
  const digitsEnd = /^(?:[xuU][\da-fA-F]*|[0-7]+)/.exec(rest)?.[0].length ?? 0;
  const next = rest.codePointAt(digitsEnd);
  if (next === undefined) return 'escape sequence not terminated';
  const character = codePoint(String.fromCodePoint(next));
  if (digitsEnd === 0) return `unknown escape sequence ${character}`;
  return `illegal character ${character} in escape sequence`;
}

/** Reads a query piece by piece. Each reading throws where no piece of the language begins. */
export function createLexer(query: string): { next(): Token } {
  let at = 0;
  let parentheses = 0;
  let inBraces = false;
  let inBrackets = false;
  let afterColon = false;
  let afterBracket = false;

  const fail = (message: string, start = at): Error => parseError(query, { start, end: start + 1 }, message);
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(query)?.[0];
  };
  const take = (kind: TokenKind, text: string): Token => {
    if (text !== '[') afterBracket = false;
    const token = { kind, text, start: at };
    at += text.length;
    return token;
  };

  const readString = (): Token => {
    const start = at;
    const mark = query[at]!;
    if (mark === '`') {
      const close = query.indexOf(mark, at + 1);
      if (close < 0) throw fail('unterminated raw string');
      return take('string', query.slice(start, close + 1));
    }
    at += 1;
    while (query[at] !== mark) {
      if (at >= query.length || query[at] === '\n') throw fail('unterminated quoted string', start);
      if (query[at] !== '\\') {
        at += 1;
        continue;
      }
      const whole = query[at + 1] === mark ? `\\${mark}` : match(escape);
      if (whole === undefined) {
        throw fail(wrongEscape(query.slice(at + 1)), start);
      }
      if (isNoCodePoint(whole)) throw fail('escape sequence is an invalid Unicode code point', start);
      at += whole.length;
    }
    const text = query.slice(start, at + 1);
    at = start;
    return take('string', text);
  };

  const insideBraces = (character: string): Token => {
    const name = match(label);
    if (name !== undefined) return take('identifier', name);
    const compared = match(matchOperator);
    if (compared !== undefined) return take(compared === '=' ? 'sign' : 'operator', compared);
    if (character === ',') return take('sign', ',');
    if (character === '}') {
      inBraces = false;
      return take('sign', '}');
    }
    if (character === '{') throw fail("unexpected left brace '{'");
    throw fail(`unexpected character inside braces: '${character}'`);
  };

  const bracket = (character: string): Token => {
    if (character === '[' && inBrackets) throw fail("unexpected left bracket '['");
    if (character === ']' && !inBrackets) throw fail("unexpected right bracket ']'");
    inBrackets = character === '[';
    afterBracket = inBrackets;
    afterColon = false;
    return take('sign', character);
  };

  const endOfInput = (): Token => {
    if (inBraces) throw fail('unexpected end of input inside braces');
    if (parentheses > 0) throw fail('unclosed left parenthesis');
    if (afterBracket) throw fail('unexpected end of input in duration expression');
    if (inBrackets) throw fail('unclosed left bracket');
    return { kind: 'end', text: '', start: at };
  };

  return {
    next() {
      at += match(space)!.length;
      if (at >= query.length) return endOfInput();
      const character = String.fromCodePoint(query.codePointAt(at)!);
      if ('"\'`'.includes(character)) return readString();
      if (inBraces) return insideBraces(character);
      if (/\d/.test(character) || /^\.\d/.test(query.slice(at, at + 2))) {
        const digits = match(number);
        if (digits !== undefined) return take('number', digits);
        const units = match(duration);
        if (units !== undefined) return take('duration', units);
        throw fail(`bad number or duration syntax: ${quote(match(partOfNumber) ?? '')}`);
      }
      if (inBrackets && character === ':') {
        if (afterColon) throw fail("unexpected colon ':'");
        afterColon = true;
        return take('sign', ':');
      }
      const name = match(word);
      if (afterBracket && name !== undefined && !durationCalls.test(name)) {
        throw fail(`unexpected character in duration expression: '${character}'`);
      }
      if (name !== undefined) {
        const kind = kindsOfWords.get(name.toLowerCase());
        return take(kind ?? (name.includes(':') ? 'metric identifier' : 'identifier'), name);
      }
      if (character === '[' || character === ']') return bracket(character);
      const symbol = match(operator);
      if (symbol !== undefined) return take('operator', symbol);
      if (character === '{') inBraces = true;
      if (character === '(') parentheses += 1;
      if (character === ')') {
        parentheses -= 1;
        if (parentheses < 0) throw fail("unexpected right parenthesis ')'", at + 1);
      }
      if ('(),{'.includes(character)) return take('sign', character);
      if (query.startsWith('=~', at)) throw fail("unexpected character after '=': '~'");
      if (character === '!') throw fail(`unexpected character after '!': '${query[at + 1] ?? ''}'`);
      if (character === '=') return take('sign', '=');
      throw fail(`unexpected character: '${character}'`);
    },
  };
}

/** What Prometheus calls a token in its messages. */
export function describeToken({ kind, text }: Token): string {
  switch (kind) {
    case 'end':
      return 'end of input';
    case 'keyword':
      return `<${text}>`;
    case 'operator':
      return `<op:${text}>`;
    case 'aggregator':
      return `<aggr:${text}>`;
    case 'sign':
    case 'bound':
      return quote(text);
    case 'identifier':
    case 'metric identifier':
      return `${kind} ${quote(text)}`;
    case 'number':
    case 'duration':
    case 'string': {
      const cut = Array.from(text);
      return `${kind} ${cut.length > 10 ? `${quote(cut.slice(0, 10).join(''))}...` : quote(text)}`;
    }
  }
}
