import type { Clock } from '../../base/clock.ts';
import type { Labels } from '../../base/labels.ts';
import type { Refusal, SampleIntake, Series, Source } from '../types.ts';
import { Generations, seriesGenerations } from './generations.ts';

export interface SeriesByText {
  /**
   * The series that is remembered under `key`; otherwise the intake is asked for that of `labels`. The same
   * key must always mean the same labels. A refusal is not remembered.
   */
  find(
    key: string,
    given: { readonly labels: () => Labels | Refusal; readonly source: Source },
  ): Series | Refusal;
  age(): void;
}

const isRefusal = (found: Labels | Refusal): found is Refusal =>
  'reason' in found && 'count' in found && typeof found.count === 'number';

/** Series by whatever text a door knows them by, so that a known one costs one look-up. */
export function createSeriesByText(samples: SampleIntake, clock: Clock): SeriesByText {
  const known = new Generations<string, Series>(clock, seriesGenerations);
  return {
    age: () => known.age(),
    find(key, { labels, source }) {
      const present = known.get(key);
      if (present !== undefined) return present;
      const made = labels();
      const series = isRefusal(made) ? made : samples.series(made, source);
      if ('ref' in series) known.set(key, series);
      return series;
    },
  };
}
