import { TemplateFault } from './fault.ts';

/**
 * Tokens of an action of Go's text/template (text/template/parse/lex.go).
 *
 * - **field**: `.Name`, or a chain of them behind a variable or a closing parenthesis
 * - **dot**: `.` alone
 * - **variable**: `$` or `$name`
 */
export type TokenKind =
  | 'space'
  | 'word'
  | 'field'
  | 'dot'
  | 'variable'
  | 'string'
  | 'number'
  | 'character'
  | 'pipe'
  | 'declare'
  | 'assign'
  | 'comma'
  | 'open'
  | 'close';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the whole template. */
  readonly at: number;
}

const kinds: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['character', /'(?:[^'\\\n]|\\.[^']*)'/y],
  [
    'number',
    /[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\p{L}\d_])/uy,
  ],
  ['field', /\.[\p{L}_][\p{L}\d_]*/uy],
  ['dot', /\.(?![\p{L}\d_.])/uy],
  ['variable', /\$[\p{L}\d_]*/uy],
  ['word', /[\p{L}_][\p{L}\d_]*/uy],
  ['declare', /:=/y],
  ['assign', /=/y],
  ['comma', /,/y],
  ['pipe', /\|/y],
  ['open', /\(/y],
  ['close', /\)/y],
];

/** Reads the inside of one action. `at` is where it stands in the template. */
export function readTokens(text: string, at: number): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    let token: Token | undefined;
    for (const [kind, pattern] of kinds) {
      pattern.lastIndex = offset;
      const match = pattern.exec(text);
      if (match === null) continue;
      token = { kind, text: match[0], at: at + offset };
      break;
    }
    if (token === undefined) {
      const character = text[offset] ?? '';
      if (character === '"') throw new TemplateFault('unterminated quoted string', at + offset);
      if (character === '`') throw new TemplateFault('unterminated raw quoted string', at + offset);
      throw new TemplateFault(`unexpected ${JSON.stringify(character)} in command`, at + offset);
    }
    tokens.push(token);
    offset += token.text.length;
  }
  return tokens;
}
