/** String literals with Go's escapes. */

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
  "'": 39,
};

/**
 * Bytes to text. A byte that is not UTF-8 becomes a lone surrogate (U+DC00 + byte), so that it survives as
 * something that is recognisably not text instead of turning into a valid replacement character.
 */
function fromBytes(bytes: readonly number[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return bytes.map((byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
  }
}

const escapes = /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([0-7]{3})|([abfnrtv\\"']))/iy;

/** The text that a quoted literal stands for; `undefined` when an escape or the closing quote is wrong. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0];
  if (quote === undefined || literal.length < 2 || literal.at(-1) !== quote) return undefined;
  const body = literal.slice(1, -1);
  if (quote === '`') return body;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let at = 0;
  while (at < body.length) {
    const character = body[at]!;
    if (character === quote || character === '\n') return undefined;
    if (character !== '\\') {
      const whole = String.fromCodePoint(body.codePointAt(at)!);
      bytes.push(...encoder.encode(whole));
      at += whole.length;
      continue;
    }
    escapes.lastIndex = at;
    const match = escapes.exec(body);
    if (match === null) return undefined;
    const [whole, byte, short, long, octal, letter] = match;
    const point = short ?? long;
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
    else if (octal !== undefined) {
      const value = Number.parseInt(octal, 8);
      if (value > 0xff) return undefined;
      bytes.push(value);
    } else if (letter !== undefined) {
      const code = simple[letter];
      if (code === undefined || (code === 34 && quote === "'") || (code === 39 && quote === '"'))
        return undefined;
      bytes.push(code);
    } else {
      const value = Number.parseInt(point!, 16);
      if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return undefined;
      bytes.push(...encoder.encode(String.fromCodePoint(value)));
    }
    at += whole.length;
  }
  return fromBytes(bytes);
}

/** Writes text as a double-quoted literal. */
export function quote(text: string): string {
  let written = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (character === '"' || character === '\\') written += `\\${character}`;
    else if (character === '\n') written += '\\n';
    else if (character === '\t') written += '\\t';
    else if (character === '\r') written += '\\r';
    else if (code < 32 || code === 127) written += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code >= 0xdc80 && code <= 0xdcff) written += `\\x${(code - 0xdc00).toString(16)}`;
    else written += character;
  }
  return `${written}"`;
}
