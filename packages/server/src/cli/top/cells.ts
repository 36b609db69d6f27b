import { plain } from '../plain.ts';

/** How a piece of text is meant; what it says never depends on its colour. */
export type Tone = 'good' | 'warning' | 'bad' | 'dim' | 'title';

export interface Span {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** One line of the terminal, from left to right. */
export type Line = readonly Span[];

/** A cell of a table, cut and padded to its width; without one it takes what is left of the line. */
export interface Cell extends Span {
  readonly width?: number;
  /** Figures stand at the right end of their cell. */
  readonly right?: boolean;
}

/** Wide and fullwidth blocks of Unicode Standard Annex 11 (East Asian Width), and emoji. */
const wide =
  /[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}\p{Extended_Pictographic}]/u;
const mark = /[\p{Mn}\p{Me}]/u;
/** Turns the character before it into an emoji, which is wide. */
const emojiSelector = '\uFE0F';

function widthOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (character === emojiSelector) return 1;
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Cells that a text takes on a terminal; rather one too many than one too few. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** Text of others as one line, without anything that moves the cursor. */
export function oneLine(text: string): string {
  return plain(text.toWellFormed().replaceAll(/\s+/g, ' ').trim());
}

/** The text, or its beginning and an ellipsis where it is wider than that many cells. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let taken = 0;
  for (const character of text) {
    taken += widthOfCharacter(character);
    if (taken > width - 1) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`;
}

/** The text in as many lines as it takes, broken between words where there are any. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each) => cut(each, width));
}

const lineWidth = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0);

/** The line within that many cells; what does not fit is cut with an ellipsis. */
export function within(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  const spans: Span[] = [];
  let left = width;
  for (const span of line) {
    const text = cut(span.text, left);
    if (text !== '') spans.push({ ...span, text });
    left -= widthOf(text);
    if (text !== span.text || left <= 0) break;
  }
  return spans;
}

/** One row of a table. */
export function rowOf(cells: readonly Cell[], lineCells: number): Line {
  const spans: Span[] = [];
  let left = lineCells;
  for (const { text, tone, right = false, width: wanted = left } of cells) {
    if (left <= 0) break;
    const width = Math.min(wanted, left);
    const shown = cut(oneLine(text), width);
    const gap = left > width ? 1 : 0;
    const space = ' '.repeat(width - widthOf(shown));
    spans.push({ text: right ? `${space}${shown}` : shown, tone });
    spans.push({ text: `${right ? '' : space}${' '.repeat(gap)}` });
    left -= width + gap;
  }
  return spans;
}

/** Both ends of a line; the right one goes when there is no room for it. */
export function spread(left: Line, right: string, width: number): Line {
  const space = width - lineWidth(left) - widthOf(right);
  return space < 2
    ? within(left, width)
    : [...left, { text: ' '.repeat(space) }, { text: right, tone: 'dim' }];
}
