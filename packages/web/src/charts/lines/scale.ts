import { stackOf } from './paint.ts';

interface Scaled {
  readonly values: Float64Array;
  readonly min: number;
  readonly max: number;
}

/** Zero belongs on a scale whose values come at least this near to it. */
const nearZero = 0.6;

/** The ends of the scale of values: what the lines need, with some air, and zero when it is near. */
export function scaleOf(
  lines: readonly Scaled[],
  {
    stacked,
    min,
    max,
  }: { readonly stacked: boolean; readonly min: number | null; readonly max: number | null },
): readonly [bottom: number, top: number] {
  let low = Infinity;
  let high = -Infinity;
  if (stacked) {
    const all = lines.map(({ values }) => values);
    const stack = stackOf(all, [...all.keys()]).get(all.length - 1) ?? new Float64Array(0);
    for (const value of stack) if (value > high) high = value;
    for (const line of lines) if (line.min < low) low = line.min;
    low = Math.min(low, 0);
  } else
    for (const line of lines) {
      if (line.min < low) low = line.min;
      if (line.max > high) high = line.max;
    }
  if (low > high) [low, high] = [0, 1];
  if (low > 0 && low < high * nearZero) low = 0;
  if (high < 0 && high > low * nearZero) high = 0;
  const air = high === low ? Math.max(1, Math.abs(high)) * 0.1 : (high - low) * 0.06;
  const bottom = min ?? (low === 0 ? 0 : low - air);
  const top = max ?? (high === 0 && low < 0 ? 0 : high + air);
  return bottom < top ? [bottom, top] : [bottom, bottom + 1];
}
