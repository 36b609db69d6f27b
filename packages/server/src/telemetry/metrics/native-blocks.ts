/**
 * Reads ClickHouse's `Native` format as it comes over HTTP: blocks of columns, each block with the number of
 * columns and rows (LEB128), each column with name and type (strings with their length before them) and then its
 * values, little-endian, one after the other (https://clickhouse.com/docs/interfaces/formats/Native).
 */

/** A place in a result from which numbers, texts and bytes are taken one after the other. */
interface Cursor {
  readonly atEnd: boolean;
  number(): number;
  text(): string;
  /** Raises when the result ends before. */
  bytes(length: number): Buffer;
}

function createCursor(body: Buffer): Cursor {
  let at = 0;
  const bytes = (length: number): Buffer => {
    if (at + length > body.length) throw new Error('A result of the columns store ends in the middle.');
    at += length;
    return body.subarray(at - length, at);
  };
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const [byte = 0] = bytes(1);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  return {
    get atEnd() {
      return at >= body.length;
    },
    number,
    text: () => bytes(number()).toString('utf8'),
    bytes,
  };
}

/** Reads each block with one reader per column, told the number of rows; raises when a type is another one. */
export function readBlocks(
  body: Buffer,
  readers: readonly { readonly type: string; read(cursor: Cursor, rows: number): void }[],
): void {
  const cursor = createCursor(body);
  while (!cursor.atEnd) {
    const columns = cursor.number();
    const rows = cursor.number();
    for (let column = 0; column < columns; column += 1) {
      cursor.text();
      const type = cursor.text();
      const reader = readers[column];
      if (reader?.type !== type) throw new Error(`A column of type ${type} was not expected.`);
      if (rows > 0) reader.read(cursor, rows);
    }
  }
}

/** Bytes of their own, so that numbers of eight bytes may be read from them in place. */
function aligned(parts: readonly Buffer[]): ArrayBuffer {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.buffer;
}

const widths = { UInt64: 8, Float64: 8, UInt8: 1 } as const;

/** Collects a column of numbers over all blocks. */
export function numberColumn(type: keyof typeof widths) {
  const parts: Buffer[] = [];
  return {
    type,
    read: (cursor: Cursor, rows: number) => void parts.push(cursor.bytes(rows * widths[type])),
    /** All values, joined. */
    buffer: () => aligned(parts),
  };
}

/** One row of an `Array(Nullable(Float64))`. */
export interface NullableDoubles {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** Collects a column of arrays of doubles that may be null. */
export function nullableDoublesColumn() {
  const rowsRead: NullableDoubles[] = [];
  return {
    type: 'Array(Nullable(Float64))',
    read(cursor: Cursor, rows: number) {
      const ends = new BigUint64Array(aligned([cursor.bytes(rows * 8)]));
      const total = Number(ends[rows - 1]);
      const nulls = cursor.bytes(total);
      const values = new Float64Array(aligned([cursor.bytes(total * 8)]));
      let from = 0;
      for (const end of ends) {
        const to = Number(end);
        rowsRead.push({
          values: values.subarray(from, to),
          present: Uint8Array.from(nulls.subarray(from, to), (isNull) => 1 - isNull),
        });
        from = to;
      }
    },
    rows: (): readonly NullableDoubles[] => rowsRead,
  };
}
