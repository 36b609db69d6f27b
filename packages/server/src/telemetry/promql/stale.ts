/**
 * The stale marker: a NaN whose bits say "this series has ended". Comparing cannot find it, and arithmetic
 * loses it, so it is read and written as bits (Prometheus, model/value/value.go: 0x7ff0000000000002).
 */
const highWord = 0x7ff00000;
const lowWord = 2;

// Typed arrays have the byte order of the machine; the halves of a double are where it puts them.
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const highAt = littleEndian ? 1 : 0;

/** Writes a stale marker at `index`. */
export function writeStale(values: Float64Array, index: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
  words[highAt] = highWord;
  words[1 - highAt] = lowWord;
}

/** True when the value at `index` is a stale marker. */
export function isStaleAt(values: Float64Array, index: number): boolean {
  const value = values[index]!;
  if (value === value) return false;
  const words = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
  return words[highAt] === highWord && words[1 - highAt] === lowWord;
}

/** The samples without stale markers: the same arrays when there are none, otherwise copies. */
export function withoutStale(
  timestamps: Float64Array,
  values: Float64Array,
): { readonly timestamps: Float64Array; readonly values: Float64Array } {
  let stale = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    // Asked first: it is a number nearly always.
    if (value !== value && isStaleAt(values, index)) stale += 1;
  }
  if (stale === 0) return { timestamps, values };
  const keptTimestamps = new Float64Array(values.length - stale);
  const keptValues = new Float64Array(values.length - stale);
  let at = 0;
  for (let index = 0; index < values.length; index += 1) {
    if (isStaleAt(values, index)) continue;
    keptTimestamps[at] = timestamps[index]!;
    keptValues[at] = values[index]!;
    at += 1;
  }
  return { timestamps: keptTimestamps, values: keptValues };
}
