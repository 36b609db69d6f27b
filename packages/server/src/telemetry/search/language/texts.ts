import { RE2JS } from 're2js';
import { messageOf } from '../../../base/errors.ts';
import { unfitSearch } from './errors.ts';
import type { TextTest } from './tree.ts';
import type { Pattern, Word } from './words.ts';

/** Longest pattern, in characters; RE2 takes time and memory by the length of a pattern. */
const patternLimit = 1000;

const isWildcard = ({ text, plain }: { text: string; plain: boolean }): boolean =>
  plain && (text === '*' || text === '?');

/** True for a word with `*` (any characters) or `?` (one character) that were not escaped. */
export const hasWildcard = (word: Word): boolean => word.letters.some(isWildcard);

/** True for `*` alone. */
export const isAnything = (word: Word): boolean =>
  word.letters.length > 0 && word.letters.every(({ text, plain }) => plain && text === '*');

/** Escapes a text for RE2 so that both engines read it alike. */
export const literal = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);

function wildcards(word: Word): string {
  return word.letters
    .map((letter) => (isWildcard(letter) ? (letter.text === '*' ? '.*' : '.') : literal(letter.text)))
    .join('');
}

/** What a value that is compared whole must be. */
export function wholeTest(word: Word): TextTest {
  if (!hasWildcard(word)) return { kind: 'equals', text: word.text };
  return { kind: 'pattern', pattern: `(?s)^${wildcards(word)}$` };
}

/** What free text must hold. */
export function partTest(word: Word): TextTest {
  if (!hasWildcard(word)) return { kind: 'holds', text: word.text };
  // What a wildcard at an end stands for may be nothing, and that is there anyway.
  const inner = wildcards(word)
    .replace(/^(?:\.\*)+/, '')
    .replace(/(?<!\\)(?:\.\*)+$/, '');
  return { kind: 'pattern', pattern: `(?is)${inner}` };
}

/** A regular expression that somebody wrote. Refused when it is no RE2. */
export function patternTest({ at, source, ignoreCase }: Pattern): TextTest {
  if (source.length > patternLimit) {
    throw unfitSearch(at, `a pattern may have at most ${patternLimit} characters`);
  }
  const pattern = `(?s${ignoreCase ? 'i' : ''})${source}`;
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    throw unfitSearch(at, `this is no regular expression of RE2: ${messageOf(error)}`);
  }
  return { kind: 'pattern', pattern };
}

/** Whether a text is plain ASCII, whose letters columns folds by themselves. */
// oxlint-disable-next-line no-control-regex -- ASCII is what it is about
export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** A pattern that finds a text whatever the case of its letters (Unicode's simple folding, as RE2 does it). */
export const foldedPattern = (text: string): string => `(?is)${literal(text)}`;
