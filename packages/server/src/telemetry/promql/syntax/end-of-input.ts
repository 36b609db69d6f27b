import { parseError } from '../errors.ts';

/** Strings that end, comments, and what opens, closes or begins a string that does not end. */
const pieces = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`[^`]*`|#[^\n]*|[()[\]{}"'`]/g;

/**
 * What is wrong with a query that ends too early, in the words of Prometheus's lexer (promql/parser/lex.go): braces come
 * first, then parentheses, then brackets, whichever of them was opened last.
 */
export function endOfInput(query: string): Error {
  let parentheses = 0;
  let inBraces = false;
  let inBrackets = false;
  for (const { 0: piece, index } of query.matchAll(pieces)) {
    if (piece === '"' || piece === "'" || piece === '`') {
      return parseError(query, { start: index, end: query.length }, 'unterminated quoted string');
    }
    if (piece === '(') parentheses += 1;
    else if (piece === ')') parentheses -= 1;
    else if (piece === '{' || piece === '}') inBraces = piece === '{';
    else if (piece === '[' || piece === ']') inBrackets = piece === '[';
  }
  const message = inBraces
    ? 'unexpected end of input inside braces'
    : parentheses > 0
      ? 'unclosed left parenthesis'
      : inBrackets
        ? 'unclosed left bracket'
        : 'unexpected end of input';
  return parseError(query, { start: query.length, end: query.length }, message);
}
