/**
 * A line as columns of pixels: for each column the least and the greatest value in it, in the order in which
 * they come, so that no peak is lost however many values a column holds. NaN where a column holds no value.
 *
 * `from` and `to` are the first value and the one after the last that are taken.
 */
export function columnsOf(
  values: Float64Array,
  { from, to, columns }: { readonly from: number; readonly to: number; readonly columns: number },
): Float64Array {
  const pairs = new Float64Array(columns * 2).fill(Number.NaN);
  const length = to - from;
  for (let column = 0; column < columns; column += 1) {
    const start = from + Math.floor((column * length) / columns);
    const end = from + Math.floor(((column + 1) * length) / columns);
    let min = Infinity;
    let max = -Infinity;
    let minAt = 0;
    let maxAt = 0;
    for (let index = start; index < end; index += 1) {
      const value = values[index] ?? Number.NaN;
      if (value < min) {
        min = value;
        minAt = index;
      }
      if (value > max) {
        max = value;
        maxAt = index;
      }
    }
    if (min > max) continue;
    pairs[column * 2] = minAt <= maxAt ? min : max;
    pairs[column * 2 + 1] = minAt <= maxAt ? max : min;
  }
  return pairs;
}
