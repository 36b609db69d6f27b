import type { Summary } from './types.ts';

export const createSummary = (): Summary => ({
  samples: 0,
  firstMs: 0,
  first: 0,
  lastMs: 0,
  last: 0,
  least: Number.NaN,
  greatest: Number.NaN,
  total: 0,
  fallen: 0,
});

/** Adds what later samples of the same series came to, in place. */
export function addSummary(into: Summary, later: Summary): void {
  if (later.samples === 0) return;
  if (into.samples === 0) {
    Object.assign(into, later);
    return;
  }
  if (later.first < into.last) into.fallen += into.last;
  into.fallen += later.fallen;
  into.samples += later.samples;
  into.lastMs = later.lastMs;
  into.last = later.last;
  if (later.least < into.least || Number.isNaN(into.least)) into.least = later.least;
  if (later.greatest > into.greatest || Number.isNaN(into.greatest)) into.greatest = later.greatest;
  into.total += later.total;
}

/** Adds one later sample that is no stale marker, in place. */
export function addSample(into: Summary, atMs: number, value: number): void {
  if (into.samples === 0) {
    into.firstMs = atMs;
    into.first = value;
  } else if (value < into.last) into.fallen += into.last;
  into.samples += 1;
  into.lastMs = atMs;
  into.last = value;
  if (value < into.least || Number.isNaN(into.least)) into.least = value;
  if (value > into.greatest || Number.isNaN(into.greatest)) into.greatest = value;
  into.total += value;
}
