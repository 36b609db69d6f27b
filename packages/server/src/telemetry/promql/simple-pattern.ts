/** Characters that mean something in a pattern of RE2; a text without them means itself. */
const meta = /[\\.+*?()[\]{}^$|]/;
const enclosed = /^(\.[*+])?([^\\.+*?()[\]{}^$|]+)(\.[*+])?$/;

/** Tests without a pattern what few patterns of practice need one for, and they are asked of every series. */
export type TextTest = (text: string) => boolean;

/** `.*`, `.+`, a text, texts with `|` between them, and a text with `.*` or `.+` before or behind it. */
export function simplePattern(pattern: string): TextTest | undefined {
  if (pattern === '.*') return () => true;
  if (pattern === '.+') return (text) => text !== '';
  const alternatives = pattern.split('|');
  if (!alternatives.some((text) => meta.test(text))) {
    const texts = new Set(alternatives);
    return (text) => texts.has(text);
  }
  const [, before, literal = '', behind] = enclosed.exec(pattern) ?? [];
  if (literal === '') return undefined;
  // One character less to look at for a `.+`, which takes one at least.
  const from = before === '.+' ? 1 : 0;
  const cut = behind === '.+' ? 1 : 0;
  const least = literal.length + from + cut;
  if (before === undefined) return (text) => text.length >= least && text.startsWith(literal);
  if (behind === undefined) return (text) => text.length >= least && text.endsWith(literal);
  return (text) => text.length >= least && text.slice(from, text.length - cut).includes(literal);
}

/** The text with which everything must begin that the pattern matches; empty when there is none to be seen. */
export function literalPrefix(pattern: string): string {
  if (pattern.includes('|')) return '';
  const at = pattern.search(meta);
  if (at <= 0) return '';
  // What follows may make the last character optional.
  const prefix = pattern.slice(0, at);
  return /[*?{]/.test(pattern[at]!) ? Array.from(prefix).slice(0, -1).join('') : prefix;
}
