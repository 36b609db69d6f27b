export interface DetailLine {
  /** Dotted path. */
  readonly path: string;
  readonly value: string;
  /** Whether the log can be filtered by it. */
  readonly plain: boolean;
}

function lineOf(path: string, value: unknown): DetailLine {
  if (typeof value === 'string') return { path, value, plain: value !== '' };
  const plain = typeof value === 'number' || typeof value === 'boolean';
  return { path, value: JSON.stringify(value), plain };
}

/** The details of an event as lines: objects are opened, lists and empty things stay as they are. */
export function detailLines(details: Readonly<Record<string, unknown>>, prefix = ''): readonly DetailLine[] {
  return Object.entries(details).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isBranch && Object.keys(value).length > 0
      ? detailLines(value as Record<string, unknown>, `${path}.`)
      : [lineOf(path, value)];
  });
}
