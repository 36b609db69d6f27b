import { quote } from './string-text.ts';
import { compileAnchored } from './regular-expression.ts';
import type { MatchOperator, Matcher } from './types.ts';

/** Makes a condition on a label. Throws an `Error` when the regular expression is not one of RE2. */
export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  if (operator === '=') return { name, operator, value, matches: (text) => text === value };
  if (operator === '!=') return { name, operator, value, matches: (text) => text !== value };
  const pattern = compileAnchored(value);
  const wanted = operator === '=~';
  return { name, operator, value, matches: (text) => pattern.matches(text) === wanted };
}

/** True for names that need no quotes in a query. */
export const isLegacyLabelName = (name: string): boolean => /^[a-zA-Z_]\w*$/.test(name);

/** True for names that a label may have: any text in UTF-8 that is not empty. */
export const isLabelName = (name: string): boolean => name !== '' && name.isWellFormed();

/** Writes a matcher as it stands in a query. */
export function writeMatcher(matcher: Matcher): string {
  const name = isLegacyLabelName(matcher.name) ? matcher.name : quote(matcher.name);
  return `${name}${matcher.operator}${quote(matcher.value)}`;
}
