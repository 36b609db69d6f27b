/** Writes protocol buffers by hand, valid or not, for tests and benchmarks. */
type Part = Uint8Array;

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export const field = (number: number, content: Part | string): Buffer => {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([varint((number << 3) | 2), varint(body.length), body]);
};
export const number = (place: number, value: number | bigint): Buffer =>
  Buffer.concat([varint(place << 3), varint(value)]);
export const double = (place: number, value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  if (typeof value === 'bigint') bytes.writeBigUInt64LE(value);
  else bytes.writeDoubleLE(value);
  return Buffer.concat([varint((place << 3) | 1), bytes]);
};
export const message = (...parts: readonly Part[]): Buffer => Buffer.concat(parts);

/** The bits of a stale marker. */
export const staleBits = 0x7ff0000000000002n;

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string | Uint8Array>>;
  /** Times in ms with values; bits as a bigint. */
  readonly samples: readonly (readonly [number, number | bigint])[];
  readonly histograms?: number;
}

/** One series of `prometheus.WriteRequest`, labels in the order of their names. */
export function timeseries({ labels, samples, histograms = 0 }: WrittenSeries): Buffer {
  const pairs = Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return field(
    1,
    message(
      ...pairs.map(([name, value]) => field(1, message(field(1, name), field(2, value)))),
      ...samples.map(([time, value]) => field(2, message(double(1, value), number(2, time)))),
      ...Array.from({ length: histograms }, () => field(4, number(15, 1))),
    ),
  );
}

export const writeRequest = (series: readonly WrittenSeries[]): Buffer => message(...series.map(timeseries));

/** `io.prometheus.write.v2.Request` of the same series, with metadata. */
export function writeRequest2(
  series: readonly (WrittenSeries & { readonly type?: number; readonly help?: string })[],
): Buffer {
  const symbols = [''];
  const place = (text: string): number => {
    const known = symbols.indexOf(text);
    return known >= 0 ? known : symbols.push(text) - 1;
  };
  const parts = series.map(({ labels, samples, histograms = 0, type = 0, help = '' }) => {
    const references = Object.entries(labels)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([name, value]) => [varint(place(name)), varint(place(String(value)))]);
    return field(
      5,
      message(
        field(1, message(...references)),
        ...samples.map(([time, value]) => field(2, message(double(1, value), number(2, time)))),
        ...Array.from({ length: histograms }, () => field(3, number(15, 1))),
        field(5, message(number(1, type), number(3, place(help)))),
      ),
    );
  });
  return message(...symbols.map((text) => field(4, text)), ...parts);
}
