import type { Clock } from '../../../base/clock.ts';
import type { Labels } from '../../../base/labels.ts';
import type { Refusal, SampleIntake, Series, Source } from '../../types.ts';
import { Generations, seriesGenerations } from '../generations.ts';
import { addLabels, attributesKey } from './labels.ts';
import type { KeyValue } from './values.ts';

/** The series that the data points with the same attributes of one metric feed. */
export interface PointSeries {
  /** `suffix` such as `_bucket`; `extra` is `le` or `quantile` with its value. */
  find(suffix: string, extra?: readonly [name: string, value: string]): Series | Refusal;
  /** Those that have been found so far. */
  known(): Iterable<Series>;
}

export interface PointSeriesFinder {
  of(
    /** Labels that all points of the scope have, and a text that is the same for the same labels. */
    common: { readonly key: string; readonly labels: Labels },
    name: string,
    attributes: readonly KeyValue[] | undefined,
  ): PointSeries;
  age(): void;
}

interface Held {
  readonly labels: Labels;
  readonly series: Map<string, Series>;
}

/** Finds the series of data points, so that those of a known set of attributes cost one look-up. */
export function createPointSeries(
  samples: SampleIntake,
  clock: Clock,
  source: () => Source,
): PointSeriesFinder {
  const places = new Generations<string, Held>(clock, seriesGenerations);

  function heldOf(
    common: { readonly key: string; readonly labels: Labels },
    name: string,
    attributes: readonly KeyValue[] | undefined,
  ): Held {
    const key = `${common.key}\n${name}\n${attributesKey(attributes)}`;
    let held = places.get(key);
    if (held === undefined) {
      const labels: Record<string, string> = {};
      addLabels(labels, attributes);
      held = { labels: { ...labels, ...common.labels }, series: new Map() };
      places.set(key, held);
    }
    return held;
  }

  return {
    age: () => places.age(),
    of(common, name, attributes) {
      const held = heldOf(common, name, attributes);
      return {
        known: () => held.series.values(),
        find(suffix, extra) {
          const key = extra === undefined ? suffix : `${suffix} ${extra[1]}`;
          const known = held.series.get(key);
          if (known !== undefined) return known;
          const labels: Record<string, string> = { ...held.labels, __name__: name + suffix };
          if (extra !== undefined) labels[extra[0]] = extra[1];
          const series = samples.series(labels, source());
          if ('ref' in series) held.series.set(key, series);
          return series;
        },
      };
    },
  };
}
