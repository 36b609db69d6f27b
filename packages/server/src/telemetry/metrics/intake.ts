import type { Clock } from '../../base/clock.ts';
import type { Acceptance, Refusal, SampleIntake, Series, Source } from '../types.ts';
import type { ActiveCatalogue } from './active-catalogue.ts';
import type { ActiveSeries } from './active-series.ts';
import type { Admission } from './admission.ts';
import type { Head } from './head.ts';
import { refusedLabels } from './label-bounds.ts';
import type { Metadata } from './metadata.ts';
import type { SampleColumns } from './sample-lines.ts';
import { screen } from './screening.ts';
import type { MetricsStore } from './store.ts';
import { dayMs, dayOf, type MetricsLimits } from './types.ts';

/** Days that are remembered per series: those that samples may be of, and one more. */
const rememberedDays = 9;

export interface IntakeOptions {
  readonly catalogue: ActiveCatalogue;
  readonly admission: Admission;
  readonly head: Head;
  readonly store: MetricsStore;
  readonly metadata: Metadata;
  readonly clock: Clock;
  readonly limits: Pick<MetricsLimits, 'futureMs' | 'pastMs'>;
}

/** Makes series known and brings samples to disk and then into the head. */
export function createIntake(options: IntakeOptions): SampleIntake {
  const { catalogue, admission, head, store, metadata, clock, limits } = options;

  const known = (series: ActiveSeries): ActiveSeries => {
    series.knownSince = clock.monotonic();
    return series;
  };

  const seriesOf = (labels: Series['labels'], source: Source): ActiveSeries | Refusal => {
    const found = catalogue.find(labels);
    if (found !== undefined) return found;
    const refusal = refusedLabels(labels) ?? admission.admit(source, catalogue.size);
    if (refusal !== undefined) return refusal;
    const made = catalogue.add(labels);
    if (made !== undefined) return known(made);
    return {
      reason: 'label_invalid',
      message: `The labels ${JSON.stringify(labels)} have the same identifier as those of another series.`,
      count: 1,
    };
  };

  /** For a series that a door still holds and the catalogue has forgotten. */
  const revive = (held: ActiveSeries, source: Source): ActiveSeries | Refusal => {
    const other = catalogue.find(held.labels);
    if (other !== undefined) return other;
    const refusal = admission.admit(source, catalogue.size);
    if (refusal !== undefined) return refusal;
    const revived = catalogue.revive(held);
    return revived === undefined ? seriesOf(held.labels, source) : known(revived);
  };

  /** Makes columns know the series under the days of the samples, before the samples themselves. */
  const announce = async ({ series, times }: SampleColumns): Promise<void> => {
    const missing: { readonly series: ActiveSeries; readonly day: number }[] = [];
    const seen = new Set<string>();
    let day = 0;
    let dayFromMs = 0;
    for (let index = 0; index < times.length; index += 1) {
      const atMs = times[index]!;
      if (atMs < dayFromMs || atMs >= dayFromMs + dayMs) {
        day = dayOf(atMs);
        dayFromMs = day * dayMs;
      }
      const one = series[index]!;
      if (one.days.includes(day)) continue;
      const place = `${one.ref} ${day}`;
      if (seen.has(place)) continue;
      seen.add(place);
      missing.push({ series: one, day });
    }
    if (missing.length === 0) return;
    await store.addSeries(missing);
    for (const { series: one, day: announced } of missing) {
      if (one.days.length >= rememberedDays) one.days.shift();
      one.days.push(announced);
    }
  };

  return {
    series: seriesOf,
    async append(batch, source): Promise<Acceptance> {
      const {
        kept,
        known: repeated,
        refusals,
      } = screen(batch, {
        now: clock.now(),
        limits,
        current: (held) => revive(held, source),
      });
      if (kept.times.length > 0) {
        await announce(kept);
        await store.addSamples(kept);
        for (let index = 0; index < kept.times.length; index += 1) {
          let one = kept.series[index]!;
          // Forgotten while the disk was waited for: no limit can undo what is on disk.
          if (one.ref < 0) one = known(catalogue.revive(one) ?? one);
          head.add(one, { atMs: kept.times[index]!, values: kept.values, index });
        }
      }
      return { accepted: kept.times.length + repeated, refusals };
    },
    describe: (entries) => metadata.describe(entries),
  };
}
