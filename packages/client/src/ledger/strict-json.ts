/** Where the string ends whose opening quote is at `start`; the text is valid JSON. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end;
  }
}

/** True when some object of valid JSON has a name twice. */
function repeatsName(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  const structural = /["{}[\]]/g;
  for (let match = structural.exec(text); match !== null; match = structural.exec(text)) {
    const [mark] = match;
    if (mark === '{') open.push(new Set());
    else if (mark === '[') open.push(null);
    else if (mark === '}' || mark === ']') open.pop();
    else {
      const end = endOfString(text, match.index);
      structural.lastIndex = end + 1;
      const names = open.at(-1);
      // Only a name is followed by a colon.
      if (names === undefined || names === null || !/^[ \t\r\n]*:/.test(text.slice(end + 1, end + 64)))
        continue;
      const name = JSON.parse(text.slice(match.index, end + 1)) as string;
      if (names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}

/**
 * Parses JSON and refuses an object that has a name twice (RFC 8259 leaves open which one counts, so two
 * readers could see two events); `undefined` for both.
 */
export function parseStrictJson(text: string): { readonly value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return repeatsName(text) ? undefined : { value };
}

export type JsonRecord = Record<string, unknown>;

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
