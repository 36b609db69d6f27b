/** Bounds of one record. What is longer is cut and says so in the field `custos.cut`. */
export interface LogLimits {
  readonly messageBytes: number;
  readonly attributes: number;
  /** Characters of the name of a field, a service or a host. */
  readonly nameLength: number;
  readonly valueBytes: number;
  /** A record from further in the future than this is refused, ms; clocks differ a little. */
  readonly futureMs: number;
  /** An older record is refused, ms. */
  readonly pastMs: number;
}

export const defaultLogLimits: LogLimits = {
  messageBytes: 64 * 1024,
  attributes: 128,
  nameLength: 200,
  valueBytes: 16 * 1024,
  futureMs: 10 * 60_000,
  pastMs: 400 * 24 * 3_600_000,
};

/** The field that names what was cut from a record. */
export const cutField = 'custos.cut';

/** The longest beginning of a text that takes at most so many bytes in UTF-8. */
export function cutText(text: string, bytes: number): string {
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 <= bytes) return text;
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
