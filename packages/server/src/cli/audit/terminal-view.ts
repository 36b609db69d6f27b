/** What a view is drawn on; `process.stdout` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  /** Known on a terminal only. */
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Control sequences of ECMA-48 (ANSI), which every terminal knows. */
const home = '\u001B[H';
const clearAll = '\u001B[2J';
const clearToEndOfLine = '\u001B[K';
const clearBelow = '\u001B[J';
const bold = '\u001B[1m';
const reverse = '\u001B[7m';
const normal = '\u001B[0m';

/** Bold and reverse rather than colours: everybody sees them, on every background. */
function marked(line: string): string {
  if (line.startsWith('WARNING')) return `${bold}${line}${normal}`;
  if (line.startsWith('CRITICAL')) return `${reverse}${line}${normal}`;
  return line;
}

/**
 * Draws one view after the other: in place on a terminal, cut to its size so that nothing scrolls; as plain
 * lines anywhere else, with an empty line between two views. The lines must have no control characters.
 */
export function drawing(screen: Screen, { once }: { readonly once: boolean }) {
  let drawn = false;
  return (lines: readonly string[]): void => {
    if (screen.isTTY !== true || once) {
      screen.write(`${drawn ? '\n' : ''}${lines.join('\n')}\n`);
    } else {
      const { columns = 80, rows = 24 } = screen;
      // The last row stays free for the cursor, and for the prompt after an interrupt.
      const shown = lines.slice(0, Math.max(1, rows - 1));
      const body = shown.map(
        (line) => `${marked(Array.from(line).slice(0, columns).join(''))}${clearToEndOfLine}\n`,
      );
      screen.write(`${drawn ? '' : clearAll}${home}${body.join('')}${clearBelow}`);
    }
    drawn = true;
  };
}
