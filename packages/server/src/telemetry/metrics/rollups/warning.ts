import { dayMs } from '../types.ts';
import type { RollupDay } from './types.ts';

/** Says from when on there are samples, given days that have nothing but rollups. */
export function warningOf(days: readonly RollupDay[]): string {
  const until = new Date((days.at(-1)!.day + 1) * dayMs).toISOString();
  return (
    `samples from before ${until} are kept as five-minute windows only, so this is near the answer; exact are ` +
    'instant selectors, rate, increase, delta and the last, min, max, sum, avg, count and present of a range, ' +
    'with start, step and range in multiples of five minutes'
  );
}
