import type { Clock } from '../../base/clock.ts';
import type { Refusal, Source } from '../types.ts';
import type { MetricsLimits } from './types.ts';

/** Decides whether a source may make one more series. */
export interface Admission {
  /** Charges the source for one new series, or says why there may be none. `active` is how many there are. */
  admit(source: Source, active: number): Refusal | undefined;
}

interface Allowance {
  left: number;
  at: number;
}

/** Sources that are remembered; an allowance that is full again need not be. */
const rememberedSources = 10_000;

/** Each source has an allowance of one minute's new series, which fills up evenly over a minute. */
export function createAdmission(
  clock: Clock,
  limits: Pick<MetricsLimits, 'series' | 'newSeriesPerMinute'>,
): Admission {
  const perMinute = limits.newSeriesPerMinute;
  const allowances = new Map<string, Allowance>();

  const allowanceOf = (source: Source): Allowance => {
    const key = `${source.door} ${source.name}`;
    const now = clock.monotonic();
    let allowance = allowances.get(key);
    if (allowance === undefined) {
      if (allowances.size >= rememberedSources) {
        for (const [other, { at }] of allowances) if (now - at > 60_000) allowances.delete(other);
      }
      allowance = { left: perMinute, at: now };
      allowances.set(key, allowance);
    }
    allowance.left = Math.min(perMinute, allowance.left + ((now - allowance.at) * perMinute) / 60_000);
    allowance.at = now;
    return allowance;
  };

  return {
    admit(source, active) {
      if (active >= limits.series)
        return {
          reason: 'too_many_series',
          message: `There are ${active} active series already, which is the limit.`,
          count: 1,
        };
      const allowance = allowanceOf(source);
      if (allowance.left < 1)
        return {
          reason: 'too_many_new_series',
          message: `${source.name} made more than ${perMinute} new series within a minute.`,
          count: 1,
        };
      allowance.left -= 1;
      return undefined;
    },
  };
}
