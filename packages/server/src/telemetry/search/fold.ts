import type { LogSeverity } from '@custos/contract';
import { literal } from './language/texts.ts';

/**
 * Folds similar lines into shapes, in the manner of Drain (He et al., "Drain: An Online Log Parsing Approach
 * with Fixed Depth Tree", ICWS 2017): lines with as many words and the same first word are compared word by
 * word, and join the shape with which they share at least half of their words; what differs becomes `<*>`.
 */

export interface Line {
  readonly time_ms: number;
  readonly severity: LogSeverity;
  readonly service: string;
  readonly message: string;
}

export interface Shape {
  readonly words: string[];
  /** There were more words than are compared. */
  readonly cut: boolean;
  count: number;
  readonly severities: Map<LogSeverity, number>;
  readonly services: Map<string, number>;
  firstMs: number;
  lastMs: number;
  readonly example: string;
}

const wildcard = '<*>';
/** Words of a line that are compared. */
const wordLimit = 60;
const similarity = 0.5;
/** Shapes that are kept beside each other for one number of words and first word. */
const leafLimit = 200;

/** What is different in nearly every line: addresses of the network, ids, hexadecimal and decimal numbers. */
const varying =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b0x[0-9a-f]+|\b(?=[a-f]*\d)[0-9a-f]{12,}\b|\d+(?:[.:,]\d+)*/gi;

/** Words as RE2 divides them, so that the pattern of a shape finds its lines. */
const blanks = /[\t\n\f\r ]+/;

const increase = <Key>(counts: Map<Key, number>, key: Key): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

export function foldLines(lines: Iterable<Line>): Shape[] {
  const leaves = new Map<string, Shape[]>();
  for (const line of lines) {
    const all = line.message.split(blanks).filter((word) => word !== '');
    const words = all.slice(0, wordLimit).map((word) => word.replace(varying, wildcard));
    const key = `${all.length > wordLimit ? '+' : ''}${words.length} ${words[0] ?? ''}`;
    let leaf = leaves.get(key);
    if (leaf === undefined) leaves.set(key, (leaf = []));
    const shape = closest(leaf, words) ?? added(leaf, line, { words, cut: all.length > wordLimit });
    for (const [index, word] of words.entries())
      if (shape.words[index] !== word) shape.words[index] = wildcard;
    shape.count += 1;
    increase(shape.severities, line.severity);
    increase(shape.services, line.service);
    shape.firstMs = Math.min(shape.firstMs, line.time_ms);
    shape.lastMs = Math.max(shape.lastMs, line.time_ms);
  }
  return [...leaves.values()].flat().toSorted((left, right) => right.count - left.count);
}

function closest(leaf: readonly Shape[], words: readonly string[]): Shape | undefined {
  let best: Shape | undefined;
  let most = words.length * similarity;
  for (const shape of leaf) {
    let same = 0;
    for (const [index, word] of words.entries()) if (shape.words[index] === word) same += 1;
    if (same === words.length) return shape;
    if (same > most || (same === most && best === undefined)) {
      best = shape;
      most = same;
    }
  }
  // A leaf that is full takes what is most alike, however little that is.
  return best ?? (leaf.length >= leafLimit ? leaf[0] : undefined);
}

function added(leaf: Shape[], line: Line, { words, cut }: { words: string[]; cut: boolean }): Shape {
  const shape: Shape = {
    words: [...words],
    cut,
    count: 0,
    severities: new Map(),
    services: new Map(),
    firstMs: line.time_ms,
    lastMs: line.time_ms,
    example: line.message,
  };
  leaf.push(shape);
  return shape;
}

/** Most frequent first. */
export const byFrequency = <Key>(counts: ReadonlyMap<Key, number>): Key[] =>
  [...counts].toSorted(([, left], [, right]) => right - left).map(([key]) => key);

/** Longest pattern that is made of a shape; the rest of a longer one is left open. */
const patternLimit = 700;

/** The text that finds the lines of a shape in the search box. */
export function queryOf({ words, cut }: Pick<Shape, 'words' | 'cut'>): string {
  let pattern = '';
  for (const [index, word] of words.entries()) {
    const part =
      word === wildcard
        ? String.raw`\S+`
        : word
            .split(wildcard)
            .map(literal)
            .join(String.raw`\S+`)
            .replaceAll('/', String.raw`\/`);
    if (pattern.length + part.length > patternLimit) return `message:/^\\s*${pattern}/`;
    pattern += index === 0 ? part : String.raw`\s+${part}`;
  }
  return `message:/^\\s*${pattern}${cut ? '' : String.raw`\s*$`}/`;
}
