import { readDuration } from '../duration-text.ts';
import { ExperimentalFeatureError, parseError } from '../errors.ts';
import { experimentalFunctions, signatures } from './function-signatures.ts';
import { createLexer, describeToken, type Token } from './tokens.ts';

/** A token that cannot stand where it does, before an enclosing aggregation has its say. */
class Unexpected extends Error {
  readonly token: Token;
  constructor(token: Token) {
    super(`unexpected ${describeToken(token)}`);
    this.token = token;
  }
}

const deepest = 500;
const durations = 'number, duration, step(), or range()';

/**
 * What is wrong with a query that the grammar refused, in the words of Prometheus's parser
 * (promql/parser/generated_parser.y): the first token that cannot stand where it does, and what was expected.
 * `undefined` when this reading finds nothing.
 */
export function firstFault(query: string): Error | undefined {
  const lexer = createLexer(query);
  let token: Token;
  let depth = 0;

  const advance = (): Token => {
    const taken = token;
    token = lexer.next();
    return taken;
  };
  const is = (...texts: readonly string[]): boolean =>
    token.kind !== 'string' && texts.includes(token.text.toLowerCase());
  const at = (of: Token, message: string): Error =>
    parseError(query, { start: of.start, end: of.start + of.text.length }, message);
  const expected = (context: string, wanted: string): Error =>
    at(token, `unexpected ${describeToken(token)} in ${context}, expected ${wanted}`);
  const take = (text: string): void => {
    if (!is(text)) throw new Unexpected(token);
    advance();
  };

  function grouping(): void {
    if (!is('(')) throw expected('grouping opts', '"("');
    advance();
    while (!is(')')) {
      const isLabel = /^[a-zA-Z_]\w*$/.test(token.text) || token.kind === 'string';
      if (!isLabel) throw expected('grouping opts', 'label');
      advance();
      if (is(')')) break;
      if (!is(',')) throw expected('grouping opts', '"," or ")"');
      advance();
    }
    advance();
  }

  function matchers(): void {
    const isMatch = (): boolean => token.kind === 'operator' || is('=');
    advance();
    while (!is('}')) {
      if (token.kind === 'string') {
        advance();
        if (is('}', ',')) {
          if (is(',')) advance();
          continue;
        }
      } else if (token.kind === 'identifier') advance();
      else throw expected('label matching', 'identifier or "}"');
      if (!isMatch()) throw expected('label matching', 'label matching operator');
      advance();
      if (token.kind !== 'string') throw expected('label matching', 'string');
      advance();
      if (is('}')) break;
      if (!is(',')) throw expected('label matching', '"," or "}"');
      advance();
    }
    advance();
  }

  /** Arguments of a call or an aggregation. */
  function body(): void {
    take('(');
    while (!is(')')) {
      expression();
      if (is(')')) break;
      const comma = token;
      take(',');
      if (is(')')) throw at(comma, 'trailing commas not allowed in function call args');
    }
    advance();
  }

  function aggregation(): void {
    try {
      const before = is('by', 'without');
      if (before) {
        advance();
        grouping();
      }
      body();
      if (before || !is('by', 'without')) return;
      advance();
      grouping();
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
      throw at(error.token, `${error.message} in aggregation`);
    }
  }

  function call(name: Token): void {
    body();
    if (experimentalFunctions.has(name.text)) {
      const span = { start: name.start, end: name.start + name.text.length };
      throw new ExperimentalFeatureError(query, span, `function ${JSON.stringify(name.text)} is not enabled`);
    }
    if (!signatures.has(name.text)) {
      throw at(name, `unknown function with name ${JSON.stringify(name.text)}`);
    }
  }

  function operand(): void {
    if (token.kind === 'operator' && !is('and', 'or', 'unless')) throw new Unexpected(token);
    if (is('(')) {
      advance();
      expression();
      return take(')');
    }
    if (is('{')) return matchers();
    const first = token;
    if (
      first.kind === 'end' ||
      first.kind === 'sign' ||
      is('bool', 'on', 'ignoring', 'group_left', 'group_right')
    ) {
      throw new Unexpected(first);
    }
    if (['string', 'number', 'duration'].includes(first.kind)) return literal();
    advance();
    if (first.kind === 'aggregator' && is('(', 'by', 'without')) return aggregation();
    if (['identifier', 'bound'].includes(first.kind) && is('(')) return call(first);
    if (is('{')) matchers();
  }

  /** Calculations with durations are experimental: they are named as such and not read on. */
  function durationOr(context: string, wanted: string): void {
    if (is('+', '-')) advance();
    const { start, text } = token;
    const span = { start, end: start + text.length };
    if (/^(?:step|range|min_of|max_of)$/i.test(text)) {
      throw new ExperimentalFeatureError(query, span, `function "${text.toLowerCase()}" is not enabled`);
    }
    if (is('(')) {
      throw new ExperimentalFeatureError(query, span, 'experimental duration expression is not enabled');
    }
    if (token.kind !== 'number' && token.kind !== 'duration') throw expected(context, wanted);
    literal();
  }

  function range(): void {
    advance();
    durationOr('subquery or range selector', durations);
    if (is(':')) {
      advance();
      if (!is(']')) durationOr('subquery selector', 'number, duration, step(), range(), or "]"');
      if (!is(']')) throw expected('subquery selector', '"]"');
    } else if (!is(']')) throw expected('subquery or range', '":" or "]"');
    advance();
  }

  function timestamp(): void {
    advance();
    if (is('start', 'end')) {
      advance();
      for (const sign of ['(', ')']) {
        if (!is(sign)) throw expected('@', 'timestamp');
        advance();
      }
      return;
    }
    if (is('+', '-')) advance();
    if (token.kind !== 'number') throw expected('@', 'timestamp');
    advance();
  }

  function literal(): void {
    if (token.kind === 'duration' && readDuration(token.text) === undefined) {
      throw at(token, `not a valid duration string: ${JSON.stringify(token.text)}`);
    }
    advance();
  }

  /** What may stand behind an operand: a range, `@` and `offset`. */
  function postfixes(): void {
    for (;;) {
      if (is('[')) range();
      else if (is('@')) timestamp();
      else if (is('offset')) {
        advance();
        durationOr('offset', durations);
      } else return;
    }
  }

  function matching(): void {
    if (is('bool')) advance();
    if (!is('on', 'ignoring')) return;
    advance();
    grouping();
    if (!is('group_left', 'group_right')) return;
    advance();
    if (is('(')) grouping();
  }

  function expression(): void {
    depth += 1;
    if (depth > deepest) throw at(token, `expression is nested deeper than ${deepest} levels`);
    for (;;) {
      while (is('+', '-')) advance();
      operand();
      postfixes();
      if (token.kind !== 'operator') break;
      advance();
      matching();
    }
    depth -= 1;
  }

  try {
    token = lexer.next();
    expression();
    if (token.kind !== 'end') throw new Unexpected(token);
    return undefined;
  } catch (error) {
    return error instanceof Unexpected ? at(error.token, error.message) : (error as Error);
  }
}
