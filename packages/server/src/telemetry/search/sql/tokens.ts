import { invalidInput, type CustosError } from '../../../base/errors.ts';

/** A statement that is not taken (`invalid_input`, 422). */
export const unfitSql = (message: string): CustosError => invalidInput([{ field: 'sql', message }]);

/** One piece of a statement; texts and quoted names without their content. */
interface Token {
  readonly kind: 'word' | 'text' | 'name' | 'sign';
  readonly text: string;
}

const pieces: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /[ \t\r\n]+/y],
  // A backslash and a doubled quote stand for themselves in it, as ClickHouse reads it.
  ['text', /'(?:[^'\\\r\n]|\\[^\r\n]|'')*'/y],
  ['name', /`[\w.:@ -]*`|"[\w.:@ -]*"/y],
  ['word', /[A-Za-z_]\w*|\d[\w.]*/y],
  ['sign', /[(),.*=<>!+/%[\]:?|-]/y],
];

/**
 * The tokens of a statement. It knows less than ClickHouse and refuses what it does not know: comments,
 * several statements, parameters, here-documents, quotes beyond ASCII. So there is nothing that it and the
 * engine could read differently.
 */
function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    if (sql.startsWith('--', at) || sql.startsWith('/*', at)) throw unfitSql('must be without comments');
    let end = at;
    for (const [kind, pattern] of pieces) {
      pattern.lastIndex = at;
      const found = pattern.exec(sql)?.[0];
      if (found === undefined) continue;
      end = at + found.length;
      if (kind !== 'blank') tokens.push({ kind, text: kind === 'text' || kind === 'name' ? '' : found });
      break;
    }
    if (end === at) {
      const sign = String.fromCodePoint(sql.codePointAt(at) ?? 0);
      throw unfitSql(
        sign === ';' ? 'must be one statement' : `must not have ${sign} here (character ${at + 1})`,
      );
    }
    at = end;
  }
  return tokens;
}

/** A statement whose words were looked at. */
export interface ReadStatement {
  readonly sql: string;
  /** Names that `WITH name AS (SELECT ...)` makes. */
  readonly made: ReadonlySet<string>;
}

const refusedWords: ReadonlySet<string> = new Set([
  'into',
  'outfile',
  'settings',
  'recursive',
  'infile',
  'compression',
]);

/** Looks at the words of a statement. What it means is looked at by `check.ts`. */
export function readStatement(text: string): ReadStatement {
  const sql = text.trim().replace(/;\s*$/, '');
  const tokens = tokensOf(sql);
  const lower = tokens.map(({ kind, text: one }) => (kind === 'word' ? one.toLowerCase() : one));
  if (lower[0] !== 'select' && lower[0] !== 'with') throw unfitSql('must be a SELECT');
  let open = 0;
  for (const { kind, text: sign } of tokens) {
    if (kind === 'sign' && sign === '(') open += 1;
    if (kind === 'sign' && sign === ')') open -= 1;
    // It is also looked at within parentheses, which it must not close.
    if (open < 0) break;
  }
  if (open !== 0) throw unfitSql('must close each parenthesis that it opens, and no other');
  const made = new Set<string>();
  for (const [index, word] of lower.entries()) {
    if (tokens[index]?.kind !== 'word') continue;
    // `format(...)` is a function.
    if (refusedWords.has(word) || (word === 'format' && lower[index + 1] !== '(')) {
      throw unfitSql(`must not have ${word.toUpperCase()}`);
    }
    const begins = lower[index + 3] === 'select' || lower[index + 3] === 'with';
    if (lower[index + 1] === 'as' && lower[index + 2] === '(' && begins) made.add(tokens[index]?.text ?? '');
  }
  return { sql, made };
}
