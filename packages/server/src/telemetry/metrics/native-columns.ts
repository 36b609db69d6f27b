/**
 * Reads ClickHouse's `Native` format as it comes over HTTP: blocks of columns, each block with the number of
 * columns and rows (LEB128), each column with name and type (strings with their length before them) and then its
 * values, little-endian, one after the other
 * (https://clickhouse.com/docs/interfaces/formats/Native).
 */
const widths: Readonly<Record<string, number>> = { UInt64: 8, Float64: 8, UInt8: 1 };

/** One column over all blocks. */
export interface NativeColumn {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const doublesOf = ({ bytes }: NativeColumn): Float64Array =>
  new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);

/** 64-bit integers as pairs of halves, the lower one first. */
export const halvesOf = ({ bytes }: NativeColumn): Uint32Array =>
  new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);

/** Reads every block and joins the columns. No blocks at all give no columns. Raises on a type it does not know. */
export function readNative(body: Buffer): readonly NativeColumn[] {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = body[at]!;
      at += 1;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const text = (): string => {
    const length = number();
    at += length;
    return body.toString('utf8', at - length, at);
  };

  const parts: { readonly type: string; readonly parts: Buffer[] }[] = [];
  while (at < body.length) {
    const columns = number();
    const rows = number();
    for (let column = 0; column < columns; column += 1) {
      text();
      const type = text();
      const width = widths[type];
      if (width === undefined) throw new Error(`A column of type ${type} was not expected.`);
      const end = at + rows * width;
      if (end > body.length) throw new Error('A result of the columns store ends in the middle.');
      const part = (parts[column] ??= { type, parts: [] });
      part.parts.push(body.subarray(at, end));
      at = end;
    }
  }
  return parts.map((column) => {
    const bytes = new Uint8Array(column.parts.reduce((sum, part) => sum + part.length, 0));
    let to = 0;
    for (const part of column.parts) {
      bytes.set(part, to);
      to += part.length;
    }
    return { type: column.type, bytes };
  });
}
