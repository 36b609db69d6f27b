import { unfitSearch } from './errors.ts';

/** One character of a word. Only those that were written plainly can be wildcards. */
interface Letter {
  readonly text: string;
  readonly plain: boolean;
}

/** A word or a quoted text as it was written. */
export interface Word {
  readonly at: number;
  /** Without quotes and escapes. */
  readonly text: string;
  readonly quoted: boolean;
  readonly letters: readonly Letter[];
}

export interface Pattern {
  readonly at: number;
  readonly source: string;
  readonly ignoreCase: boolean;
}

const blank = /\s/;

/** Reads the pieces of a search from its text, from left to right. */
export class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  skipBlanks(): void {
    while (!this.ended && blank.test(this.next)) this.at += 1;
  }

  /** Goes past `text` if that is what comes. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Goes past a word of the language such as `AND`, which must stand alone. */
  takeKeyword(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    const after = this.text[this.at + word.length];
    if (after !== undefined && !/[\s()]/.test(after)) return false;
    this.at += word.length;
    return true;
  }

  quoted(): Word {
    const at = this.at;
    const quote = this.next;
    this.at += 1;
    let text = '';
    while (!this.ended && this.next !== quote) {
      // Only what would not be possible otherwise is escaped, so that `"C:\temp"` is what it looks like.
      if (this.next === '\\' && ['\\', quote].includes(this.text[this.at + 1] ?? '')) this.at += 1;
      text += this.next;
      this.at += 1;
    }
    if (this.ended) throw unfitSearch(at, `the text that begins here has no closing ${quote}`);
    this.at += 1;
    return { at, text, quoted: true, letters: Array.from(text, (one) => ({ text: one, plain: false })) };
  }

  /**
   * A word: up to a blank, a parenthesis that closes what was opened before it, or one of `stops`. A
   * backslash takes the meaning from the character after it.
   */
  word(stops = ''): Word {
    const at = this.at;
    const letters: Letter[] = [];
    let open = 0;
    while (!this.ended) {
      const here = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
      if (blank.test(here) || stops.includes(here)) break;
      if (here === ')' && open === 0) break;
      if (here === '(') open += 1;
      if (here === ')') open -= 1;
      if (here === '\\' && this.at + 1 < this.text.length) {
        const escaped = String.fromCodePoint(this.text.codePointAt(this.at + 1) ?? 0);
        letters.push({ text: escaped, plain: false });
        this.at += 1 + escaped.length;
      } else {
        letters.push({ text: here, plain: true });
        this.at += here.length;
      }
    }
    return { at, text: letters.map(({ text }) => text).join(''), quoted: false, letters };
  }

  /**
   * A regular expression between slashes, perhaps with `i` behind it; undefined when none comes here, as in
   * `/api/orders`.
   */
  pattern(): Pattern | undefined {
    const found = /^\/((?:[^/\\]|\\.)+)\/([is]*)(?=[\s)]|$)/su.exec(this.text.slice(this.at));
    if (found === null) return undefined;
    const at = this.at;
    const [whole, source = '', flags = ''] = found;
    this.at += whole.length;
    return { at, source: source.replaceAll('\\/', '/'), ignoreCase: flags.includes('i') };
  }

  /** The field that a word names with a colon behind it, and goes past both; undefined when it names none. */
  field(): Word | undefined {
    const start = this.at;
    if (this.next === '"') {
      const name = this.quoted();
      if (this.take(':')) return name;
      this.at = start;
      return undefined;
    }
    // Not the colon of an address (`http://`), of IPv6 (`fe80::1`) or of a time of day (`10:15`).
    const found = /^([\p{L}_@$][^\s:()"'\\<>=]*):(?!\/\/|:)/u.exec(this.text.slice(start));
    if (found === null) return undefined;
    const [whole, name = ''] = found;
    this.at += whole.length;
    return { at: start, text: name, quoted: false, letters: [] };
  }
}
