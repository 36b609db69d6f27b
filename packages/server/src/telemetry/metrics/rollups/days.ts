import { dayMs, dayOf, type TimeRange } from '../types.ts';
import type { DayNote, RollupStore, StoredPart } from './store.ts';
import type { RollupDay } from './types.ts';

/** True when samples of the day went, by their lifetime or for want of room, after they were summed up. */
export const lacksSamples = (note: DayNote, samples: StoredPart | undefined): boolean =>
  samples === undefined || samples.firstSecond > note.firstSecond;

/** Which days of a range can be answered from rollups as if from their samples, oldest first. */
export async function usableDays(
  store: Pick<RollupStore, 'state'>,
  range: TimeRange,
): Promise<readonly RollupDay[]> {
  const { notes, samples, rollups } = await store.state();
  const samplesOf = new Map(samples.map((part) => [part.day, part]));
  const rowsOf = new Map(rollups.map(({ day, run, rows }) => [`${day} ${run}`, rows]));
  const days = notes.flatMap((note): RollupDay[] => {
    const { day, run, rows } = note;
    if (rowsOf.get(`${day} ${run}`) !== rows) return [];
    const found = samplesOf.get(day);
    if (lacksSamples(note, found)) return [{ day, run, only: true }];
    // A later block: samples came since, which the rollups lack.
    return found?.lastBlock === note.lastBlock ? [{ day, run, only: false }] : [];
  });
  return daysWithin(range, days);
}

/** A piece of time, both ends included, and the days whose rollups answer for it; none where samples do. */
export interface Segment extends TimeRange {
  readonly days: readonly RollupDay[];
}

/** Those of the days that a range, both ends included, has a part of. */
export const daysWithin = (range: TimeRange, days: readonly RollupDay[]): readonly RollupDay[] =>
  days.filter(({ day }) => day >= dayOf(range.fromMs) && day <= dayOf(range.toMs));

/** A range as segments in time order, given the days that rollups are to answer for. */
export function segmentsOf(range: TimeRange, all: readonly RollupDay[]): Segment[] {
  const { fromMs, toMs } = range;
  const days = daysWithin(range, all);
  const segments: Segment[] = [];
  let at = fromMs;
  for (let next = 0; next < days.length;) {
    let end = next + 1;
    while (end < days.length && days[end]!.day === days[end - 1]!.day + 1) end += 1;
    const begins = Math.max(at, days[next]!.day * dayMs);
    const ends = Math.min(toMs, (days[end - 1]!.day + 1) * dayMs - 1);
    if (begins > at) segments.push({ fromMs: at, toMs: begins - 1, days: [] });
    if (begins <= ends) segments.push({ fromMs: begins, toMs: ends, days: days.slice(next, end) });
    at = ends + 1;
    next = end;
  }
  if (at <= toMs) segments.push({ fromMs: at, toMs, days: [] });
  return segments;
}
