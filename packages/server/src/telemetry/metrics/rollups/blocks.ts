import type { Windows } from '../../promql/types.ts';
import type { Samples } from '../types.ts';
import { addSample, addSummary, createSummary } from './summary.ts';
import { windowMs, type Blocks, type Piece, type RollupDay } from './types.ts';
import { dayMs } from '../types.ts';

/** Beginning of all windows (not included) and end (included), ms. */
export interface Span {
  readonly afterMs: number;
  readonly toMs: number;
}

export const spanOf = ({ firstEndMs, stepMs, count, rangeMs }: Windows): Span => ({
  afterMs: firstEndMs - rangeMs,
  toMs: firstEndMs + (count - 1) * stepMs,
});

/** True when windows begin and end where rollups do. */
export const onGrid = ({ firstEndMs, stepMs, count, rangeMs }: Windows): boolean =>
  firstEndMs % windowMs === 0 && rangeMs % windowMs === 0 && (count === 1 || stepMs % windowMs === 0);

/**
 * Those of the days whose rollups give for the windows what samples would: all of them when the windows are on
 * the grid. A single window may lie anywhere: then the days that are wholly in it. `undefined` when a day has
 * nothing but rollups and they do not do.
 */
export function daysFor(windows: Windows, days: readonly RollupDay[]): readonly RollupDay[] | undefined {
  if (onGrid(windows)) return days;
  const { afterMs, toMs } = spanOf(windows);
  const whole =
    windows.count > 1 ? [] : days.filter(({ day }) => day * dayMs > afterMs && (day + 1) * dayMs <= toMs);
  return days.some((day) => day.only && !whole.includes(day)) ? undefined : whole;
}

/**
 * Windows on the grid that are near others: their ends are the last ones on the grid, and they are no shorter.
 * They stand for those by time: the one for an end is the last that does not end after it.
 */
export function nearWindows(windows: Windows): Windows {
  const { stepMs, rangeMs } = windows;
  const onto = (ms: number): number => Math.floor(ms / windowMs) * windowMs;
  const firstEndMs = onto(windows.firstEndMs);
  const nearStepMs = stepMs % windowMs === 0 ? stepMs : windowMs;
  return {
    firstEndMs,
    stepMs: nearStepMs,
    count: Math.floor((spanOf(windows).toMs - firstEndMs) / nearStepMs) + 1,
    rangeMs: Math.ceil(rangeMs / windowMs) * windowMs,
  };
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** The largest blocks of which all windows are made. */
export function blocksOf(windows: Windows): Blocks {
  const { stepMs, count, rangeMs } = windows;
  const { afterMs, toMs } = spanOf(windows);
  const apart = count === 1 || rangeMs <= stepMs;
  const lengthMs = apart ? rangeMs : greatestCommonDivisor(stepMs, rangeMs);
  return {
    originMs: afterMs,
    pitchMs: count === 1 ? rangeMs : apart ? stepMs : lengthMs,
    lengthMs,
    toMs,
  };
}

/** What samples of one series come to, by block. They hold no stale markers. */
export function piecesOf({ timestamps, values }: Samples, blocks: Blocks): Piece[] {
  const { originMs, pitchMs, lengthMs, toMs } = blocks;
  const pieces: Piece[] = [];
  let piece: Piece | undefined;
  for (const [index, atMs] of timestamps.entries()) {
    if (atMs <= originMs || atMs > toMs) continue;
    const block = Math.floor((atMs - originMs - 1) / pitchMs);
    if (atMs - originMs - block * pitchMs > lengthMs) continue;
    if (piece?.block !== block) {
      piece = { ...createSummary(), block };
      pieces.push(piece);
    }
    addSample(piece, atMs, values[index]!);
  }
  return pieces;
}

/** Joins pieces of one series to one summary for each window; windows without samples are left out. */
export function* summaries(
  pieces: readonly Piece[],
  windows: Windows,
): Generator<{
  readonly step: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly summary: Piece;
}> {
  const { firstEndMs, stepMs, count, rangeMs } = windows;
  const { pitchMs } = blocksOf(windows);
  // Windows that do not overlap are one block each.
  const overlap = count > 1 && rangeMs > stepMs;
  const blocksPerStep = overlap ? stepMs / pitchMs : 1;
  const blocksPerWindow = overlap ? rangeMs / pitchMs : 1;
  let from = 0;
  for (let step = 0; step < count; step += 1) {
    const block = step * blocksPerStep;
    while (from < pieces.length && pieces[from]!.block < block) from += 1;
    const summary: Piece = { ...createSummary(), block };
    for (let at = from; at < pieces.length && pieces[at]!.block < block + blocksPerWindow; at += 1)
      addSummary(summary, pieces[at]!);
    if (summary.samples === 0) continue;
    const endMs = firstEndMs + step * stepMs;
    yield { step, startMs: endMs - rangeMs, endMs, summary };
  }
}
