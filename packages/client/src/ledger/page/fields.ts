/** One field of an event as a line. */
export interface FieldLine {
  /** Dotted path. */
  readonly path: string;
  readonly value: string;
}

const maxDepth = 12;
const maxLines = 1_000;

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * The fields of an event as lines, in its own order, without the commitments. Nesting beyond twelve levels
 * and more than a thousand lines are named instead of shown.
 */
export function fieldLines(event: Readonly<Record<string, unknown>>): FieldLine[] {
  const lines: FieldLine[] = [];
  const walk = (path: string, value: unknown, depth: number): void => {
    if (lines.length >= maxLines) return;
    const entries = isBranch(value) ? Object.entries(value) : [];
    if (isBranch(value) && depth >= maxDepth)
      lines.push({ path, value: '(nested more deeply than is shown)' });
    else if (entries.length > 0)
      for (const [name, inner] of entries) walk(`${path}.${name}`, inner, depth + 1);
    else lines.push({ path, value: typeof value === 'string' ? value : JSON.stringify(value) });
  };
  for (const [name, value] of Object.entries(event)) if (name !== 'sealed') walk(name, value, 1);
  if (lines.length >= maxLines) lines.push({ path: '…', value: 'There are more fields than are shown.' });
  return lines;
}
