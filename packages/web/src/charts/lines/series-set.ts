/** A line over time: one value for each step of its set, NaN where there is none. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Float64Array;
  /** Of the values that are finite; NaN when none is. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly last: number;
}

/** What a range query gave: lines on one grid of times. */
export interface LineSet {
  /** Of the first step, ms. */
  readonly from: number;
  readonly stepMs: number;
  /** How many steps. */
  readonly length: number;
  readonly lines: readonly Line[];
  readonly warnings: readonly string[];
}

export interface Grid {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
  readonly warnings?: readonly string[];
}

/** `Number` does not know the way in which Prometheus writes infinity. */
function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number.NaN;
}

/** Puts the answer of a range query on the grid that was asked for. */
export function readLines(json: string, { from, to, stepMs }: Grid): LineSet {
  const { data, warnings = [] } = JSON.parse(json) as Matrix;
  const length = Math.floor((to - from) / stepMs) + 1;
  const lines = data.result.map(({ metric, values: given }): Line => {
    const values = new Float64Array(length).fill(Number.NaN);
    let min = Infinity;
    let max = -Infinity;
    let sum = 0;
    let finite = 0;
    let last = Number.NaN;
    for (const [at, text] of given) {
      const index = Math.round((at * 1000 - from) / stepMs);
      if (index < 0 || index >= length) continue;
      const value = numberOf(text);
      values[index] = value;
      if (!Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      finite += 1;
      last = value;
    }
    if (finite === 0) return { labels: metric, values, min: NaN, max: NaN, mean: NaN, last };
    return { labels: metric, values, min, max, mean: sum / finite, last };
  });
  return { from, stepMs, length, lines, warnings };
}

/**
 * The steps at which a range query calculates: a round number of seconds, about one for every 1.5 px. From five
 * minutes on they are multiples of that, as `gridOf`'s times are then: so long ranges can be answered exactly, and
 * fast, from the windows of five minutes in which old samples are kept.
 */
const roundSteps = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

export function gridOf({ from, to }: { from: number; to: number }, widthPx: number): Grid {
  const wanted = (to - from) / 1000 / Math.max(60, widthPx / 1.5);
  const step = (roundSteps.find((each) => each >= wanted) ?? 86_400) * 1000;
  // Whole steps since the epoch, so that the next look asks for the same times.
  return { from: Math.ceil(from / step) * step, to: Math.floor(to / step) * step, stepMs: step };
}
