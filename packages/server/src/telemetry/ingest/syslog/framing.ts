/** What came out of a stream: messages, and whether the rest of it can still be understood. */
export interface Frames {
  readonly messages: readonly Buffer[];
  /** Messages that were longer than the bound and are left out. */
  readonly tooLong: number;
  /** True when a count makes no sense: where the next message begins is unknown. */
  readonly lost: boolean;
}

const lineFeed = 10;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/**
 * Splits a stream into messages. Each is framed by its length (`123 <34>1 ...`, RFC 6587, 3.4.1 and RFC 5425)
 * or ends with a line feed (3.4.2); which of the two is told by its first character, as other receivers do.
 */
export function createFraming(limitBytes: number): (chunk: Buffer) => Frames {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes of a message that is too long and still goes on; Infinity up to the next line feed. */
  let skipping = 0;

  return (chunk) => {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: Buffer[] = [];
    let tooLong = 0;
    let at = 0;
    const result = (lost = false): Frames => {
      // A copy, so that a small rest does not keep a large chunk.
      rest = lost ? Buffer.alloc(0) : Buffer.from(buffer.subarray(at));
      return { messages, tooLong, lost };
    };

    while (at < buffer.length) {
      if (skipping > 0) {
        const found = skipping === Number.POSITIVE_INFINITY ? buffer.indexOf(lineFeed, at) : -1;
        if (skipping === Number.POSITIVE_INFINITY) {
          at = found === -1 ? buffer.length : found + 1;
          if (found !== -1) skipping = 0;
        } else {
          const step = Math.min(skipping, buffer.length - at);
          at += step;
          skipping -= step;
        }
        continue;
      }
      const byte = buffer[at]!;
      if (byte === lineFeed || byte === 0 || byte === 13) {
        at += 1;
        continue;
      }
      if (isDigit(byte) && byte !== 48) {
        let digits = at;
        while (digits < buffer.length && isDigit(buffer[digits]) && digits - at < 10) digits += 1;
        if (digits === buffer.length && digits - at < 10) return result();
        if (buffer[digits] !== 32) return result(true);
        const length = Number(buffer.toString('latin1', at, digits));
        const from = digits + 1;
        if (length > limitBytes) {
          tooLong += 1;
          skipping = length;
          at = from;
          continue;
        }
        if (buffer.length < from + length) return result();
        messages.push(buffer.subarray(from, from + length));
        at = from + length;
        continue;
      }
      const end = buffer.indexOf(lineFeed, at);
      if (end === -1) {
        if (buffer.length - at <= limitBytes) return result();
        tooLong += 1;
        skipping = Number.POSITIVE_INFINITY;
        at = buffer.length;
      } else {
        if (end - at > limitBytes) tooLong += 1;
        else messages.push(buffer.subarray(at, end));
        at = end + 1;
      }
    }
    buffer = Buffer.alloc(0);
    at = 0;
    return result();
  };
}
