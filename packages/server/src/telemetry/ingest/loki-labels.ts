import { unreadable } from './errors.ts';

const pair = /\s*([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(,|$)/y;

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '"': '"',
  '\\': '\\',
  "'": "'",
};

/** A string of Go in double quotes or backticks, without its quotes. */
function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`') || !inner.includes('\\')) return inner;
  return inner.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/g,
    (_, ...groups: (string | undefined)[]) => {
      const [four, eight, two, one = ''] = groups;
      const code = four ?? eight ?? two;
      if (code === undefined) return escapes[one] ?? one;
      const point = Number.parseInt(code, 16);
      return point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
    },
  );
}

/** Reads the labels of a stream as Loki's protobuf form has them: `{job="shop", env="prod"}`. */
export function lokiLabels(text: string): Record<string, string> {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) {
    throw unreadable('The labels of a stream must stand in braces, such as {job="shop"}.');
  }
  const inner = trimmed.slice(1, -1).trimEnd();
  const labels: Record<string, string> = {};
  pair.lastIndex = 0;
  while (pair.lastIndex < inner.length) {
    const match = pair.exec(inner);
    if (match === null) throw unreadable(`The labels of a stream cannot be read: ${text.slice(0, 200)}`);
    labels[match[1]!] = unquoted(match[2]!);
  }
  return labels;
}
