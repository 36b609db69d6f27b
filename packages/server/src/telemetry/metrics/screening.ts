import type { Refusal, SampleBatch, Series } from '../types.ts';
import type { ActiveSeries } from './active-series.ts';
import { pick, type SampleColumns } from './sample-lines.ts';
import type { MetricsLimits } from './types.ts';

/** What is left of a batch after samples that cannot be taken. */
export interface Screened {
  /** What goes to disk. */
  readonly kept: SampleColumns;
  /** Samples that are here already, with the same value. */
  readonly known: number;
  readonly refusals: readonly Refusal[];
}

export interface Screening {
  readonly now: number;
  readonly limits: Pick<MetricsLimits, 'futureMs' | 'pastMs'>;
  /** The series as the catalogue has it now, or why it cannot be known any more. */
  current(series: ActiveSeries): ActiveSeries | Refusal;
}

const asDoubles = (numbers: SampleBatch['times']): Float64Array =>
  numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);

const timeText = (atMs: number): string =>
  Number.isFinite(atMs) && Math.abs(atMs) < 8.64e15 ? new Date(atMs).toISOString() : String(atMs);

const nameOf = (series: Series): string => series.labels['__name__'] ?? '';

function refusedTime(atMs: number, of: Series, { now, limits }: Screening): Refusal | undefined {
  if (atMs > now + limits.futureMs)
    return {
      reason: 'time_in_future',
      message: `A sample of ${nameOf(of)} is at ${timeText(atMs)}, more than ${limits.futureMs / 60_000} minutes ahead of this server's clock.`,
      count: 1,
    };
  // Written so that a time that is no number is refused as well.
  if (atMs >= now - limits.pastMs) return undefined;
  return {
    reason: 'time_too_old',
    message: `A sample of ${nameOf(of)} is at ${timeText(atMs)}, more than ${limits.pastMs / 3_600_000} hours behind this server's clock.`,
    count: 1,
  };
}

const conflict = (atMs: number, of: Series): Refusal => ({
  reason: 'out_of_order',
  message: `A sample of ${nameOf(of)} at ${timeText(atMs)} has another value than the one that came before.`,
  count: 1,
});

/** Times in whole milliseconds, which is what the spool holds. */
function wholeTimes(times: Float64Array): Float64Array {
  return times.every(Number.isInteger) ? times : times.map(Math.floor);
}

/** Sorts out what of a batch is to be kept. Series of the batch that were forgotten are made known again. */
export function screen(batch: SampleBatch, screening: Screening): Screened {
  const times = wholeTimes(asDoubles(batch.times));
  const values = asDoubles(batch.values);
  // Doors have series from the intake alone, which makes no others.
  const given = batch.series as readonly ActiveSeries[];
  const series: ActiveSeries[] = [];
  const places: number[] = [];
  const refusals = new Map<string, Refusal>();
  let known = 0;
  for (let index = 0; index < times.length; index += 1) {
    const atMs = times[index]!;
    const held = given[index]!;
    series.push(held);
    let refusal = refusedTime(atMs, held, screening);
    if (refusal === undefined) {
      const of = held.ref < 0 ? screening.current(held) : held;
      if ('reason' in of) refusal = of;
      else {
        series[index] = of;
        const verdict = of.verdict(atMs, values, index);
        if (verdict === 'new') places.push(index);
        else if (verdict === 'same') known += 1;
        else refusal = conflict(atMs, of);
      }
    }
    if (refusal === undefined) continue;
    const before = refusals.get(refusal.reason);
    refusals.set(refusal.reason, before === undefined ? refusal : { ...before, count: before.count + 1 });
  }
  const all: SampleColumns = { series, times, values };
  return {
    kept: places.length === times.length ? all : pick(all, places),
    known,
    refusals: [...refusals.values()],
  };
}
