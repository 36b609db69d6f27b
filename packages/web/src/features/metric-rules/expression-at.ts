const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Takes the quotes off that YAML allows around a text. */
function unquoted(text: string): string {
  const quoted = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  const doubled = /^("(?:[^"\\]|\\.)*")\s*(?:#.*)?$/.exec(text)?.[1];
  if (doubled === undefined) return text.replace(/\s+#.*$/, '');
  try {
    return String(JSON.parse(doubled));
  } catch {
    return doubled.slice(1, -1);
  }
}

/**
 * The expression of the rule that a line of a rule file is in, for a look at it while one writes; null where there
 * is none. It reads the usual forms of YAML and is no parser: the server alone decides what a file means.
 */
export function expressionAt(source: string, line: number): string | null {
  const lines = source.split('\n');
  let start = Math.min(lines.length, line) - 1;
  while (start >= 0 && !/^\s*-\s+(alert|record|expr)\s*:/.test(lines[start] ?? '')) start -= 1;
  const head = lines[start];
  if (head === undefined) return null;
  const dash = indentOf(head);
  let end = start + 1;
  // The rule ends where something begins that stands no further in than its dash.
  while (end < lines.length && ((lines[end] ?? '').trim() === '' || indentOf(lines[end] ?? '') > dash))
    end += 1;
  if (line > end) return null;
  const at = lines.findIndex(
    (text, index) => index >= start && index < end && /^\s*(?:-\s+)?expr\s*:/.test(text),
  );
  const found = lines[at];
  if (found === undefined) return null;
  const own = found.replace(/^\s*(?:-\s+)?expr\s*:\s*/, '').trim();
  const key = found.search(/expr\s*:/);
  const more: string[] = [];
  for (let index = at + 1; index < end; index += 1) {
    const text = lines[index] ?? '';
    if (text.trim() !== '' && indentOf(text) <= key) break;
    more.push(text.trim());
  }
  const isBlock = /^[|>][+-]?\d*\s*(?:#.*)?$/.test(own);
  const whole = isBlock ? more.join('\n') : unquoted([own, ...more].join(' ').trim());
  return whole.trim() === '' ? null : whole.trim();
}
