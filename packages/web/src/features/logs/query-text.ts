/**
 * Small edits of the text of the search box, which is the language of the server's `search/`: words, phrases in
 * quotes, `field:value` and `-` for not.
 */

/** What stands at the caret and can be completed. */
export interface AtCaret {
  /** From where to where it reaches in the text. */
  readonly from: number;
  readonly to: number;
  /** Set when a value is being written: `field:` stands before it. */
  readonly field: string | null;
  /** What is there so far, without quotes or minus. */
  readonly prefix: string;
}

const bare = /^[^\s():"\\]+$/;
const breaks = new Set([' ', '\t', '(', ')']);

/** The word at the caret. Inside a phrase there is nothing to complete. */
export function atCaret(text: string, caret: number): AtCaret | null {
  let start = 0;
  let quoted = false;
  for (let index = 0; index < caret; index += 1) {
    const letter = text[index] ?? '';
    if (letter === '"' && text[index - 1] !== '\\') quoted = !quoted;
    if (!quoted && breaks.has(letter)) start = index + 1;
  }
  const word = text.slice(start, caret);
  const minus = /^[-+!]/.test(word) ? 1 : 0;
  const colon = word.indexOf(':');
  if (colon === -1) {
    if (quoted) return null;
    return { from: start + minus, to: caret, field: null, prefix: word.slice(minus) };
  }
  const field = word.slice(minus, colon);
  const value = word.slice(colon + 1);
  const prefix = value.startsWith('"') ? value.slice(1) : value;
  if (field === '' || /^[<>=/[{]/.test(prefix)) return null;
  return { from: start + colon + 1, to: caret, field, prefix };
}

/** A value as the language takes it: in quotes when it is not a plain word. */
export function valueText(value: string): string {
  return bare.test(value) && !/^[-+!<>=[{/*]/.test(value)
    ? value
    : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** The text with the word at the caret replaced, and where the caret is then. */
export function complete(
  text: string,
  place: AtCaret,
  chosen: string,
): { readonly text: string; readonly caret: number } {
  const written = place.field === null ? `${chosen}:` : `${valueText(chosen)} `;
  const rest = text.slice(place.to).replace(place.field === null ? /^:/ : /^"?\s?/, '');
  return { text: text.slice(0, place.from) + written + rest, caret: place.from + written.length };
}

/** Whether a text has an OR that is in no brackets and no phrase; then what is put beside it would join only its last part. */
function isAlternative(text: string): boolean {
  let depth = 0;
  for (const [word] of text.matchAll(/"(?:\\.|[^"\\])*"|[()]|[^\s()"]+/g)) {
    if (word === '(') depth += 1;
    else if (word === ')') depth -= 1;
    else if (word === 'OR' && depth === 0) return true;
  }
  return false;
}

/** The text, narrowed by another one. */
export function narrowed(text: string, by: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return by;
  return `${isAlternative(trimmed) ? `(${trimmed})` : trimmed} ${isAlternative(by) ? `(${by})` : by}`;
}

/** That a field has a value, or that it has not. */
export interface Condition {
  readonly field: string;
  readonly value: string;
  readonly exclude?: boolean;
}

/** The text with one more condition; the same text when it is there already. */
export function withCondition(text: string, { field, value, exclude = false }: Condition): string {
  const wanted = `${field}:${valueText(value)}`;
  const condition = exclude ? `-${wanted}` : wanted;
  const trimmed = text.trim();
  if (` ${trimmed} `.includes(` ${condition} `)) return trimmed;
  // What was asked the other way round is taken back.
  const opposite = ` ${exclude ? wanted : `-${wanted}`} `;
  const cleared = ` ${trimmed} `.replace(opposite, ' ').trim();
  return narrowed(cleared, condition);
}
