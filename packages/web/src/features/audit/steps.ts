const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Widths that people count in. */
const widths = [
  second,
  5 * second,
  15 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  30 * day,
];
/** More bars than this are too thin for a thumb. */
const mostSteps = 90;

/** A span of time in equal steps. */
export interface Steps {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** The narrowest steps that people count in, few enough to be seen, that cover a span; they begin at whole steps. */
export function stepsOf(from: number, to: number): Steps {
  const fits = (width: number): boolean => (to - from) / width <= mostSteps;
  const stepMs = widths.find(fits) ?? Math.ceil((to - from) / mostSteps / day) * day;
  return { from: Math.floor(from / stepMs) * stepMs, to: Math.ceil(to / stepMs) * stepMs, stepMs };
}

/** How many events each step has; a step that the answer leaves out has none. */
export function countsOf(
  { from, to, stepMs }: Steps,
  answer: readonly { readonly at: number; readonly count: number }[],
): readonly { readonly at: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const { at, count } of answer) {
    const step = Math.floor((at - from) / stepMs);
    counts.set(step, (counts.get(step) ?? 0) + count);
  }
  const amount = Math.max(1, Math.round((to - from) / stepMs));
  return Array.from({ length: amount }, (_, step) => ({
    at: from + step * stepMs,
    count: counts.get(step) ?? 0,
  }));
}
