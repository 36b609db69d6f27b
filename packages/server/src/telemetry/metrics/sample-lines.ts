import { dayMs, dayOf } from './types.ts';
import type { ActiveSeries } from './active-series.ts';

/** Samples that go to the spool: three columns of equal length. */
export interface SampleColumns {
  readonly series: readonly ActiveSeries[];
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** A row of the spool may have 1 MiB; a sample takes 27 bytes of it. */
const samplesPerRow = 16_384;

const base64 = (array: Uint32Array | Float64Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');

/** A row of `metric_sample_spool`, as `ddl/0003-metrics.ts` describes it, as JSON. */
function pack({ series, times, values }: SampleColumns, day: number): string {
  const { length } = times;
  const ids = new Uint32Array(length * 2);
  const offsets = new Uint32Array(length);
  const startMs = day * dayMs;
  for (let index = 0; index < length; index += 1) {
    const { idLow, idHigh } = series[index]!;
    ids[index * 2] = idLow;
    ids[index * 2 + 1] = idHigh;
    offsets[index] = times[index]! - startMs;
  }
  // Base 64 needs no escapes: writing it out is cheaper than having it looked through for them.
  return `{"day":${day},"series":"${base64(ids)}","times":"${base64(offsets)}","values":"${base64(values)}"}`;
}

/** Takes the samples at some places; values are copied as bits. */
export function pick({ series, times, values }: SampleColumns, places: readonly number[]): SampleColumns {
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  const pickedValues = new Float64Array(places.length);
  const pickedBits = new BigUint64Array(pickedValues.buffer);
  const pickedTimes = new Float64Array(places.length);
  const pickedSeries: ActiveSeries[] = [];
  for (const [to, from] of places.entries()) {
    pickedSeries.push(series[from]!);
    pickedTimes[to] = times[from]!;
    pickedBits[to] = bits[from]!;
  }
  return { series: pickedSeries, times: pickedTimes, values: pickedValues };
}

function byDay(samples: SampleColumns): ReadonlyMap<number, SampleColumns> {
  const { times } = samples;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const atMs of times) {
    if (atMs < first) first = atMs;
    if (atMs > last) last = atMs;
  }
  if (dayOf(first) === dayOf(last)) return new Map([[dayOf(first), samples]]);
  const places = Map.groupBy(times.keys(), (place) => dayOf(times[place]!));
  return new Map([...places].map(([day, of]) => [day, pick(samples, of)]));
}

/** Packs samples into rows of the spool, each of one day. The bytes are little-endian, as on every host of Node. */
export function packSamples(samples: SampleColumns): string[] {
  const rows: string[] = [];
  for (const [day, { series, times, values }] of byDay(samples)) {
    for (let from = 0; from < times.length; from += samplesPerRow) {
      const to = Math.min(times.length, from + samplesPerRow);
      rows.push(
        pack(
          {
            series: to - from === series.length ? series : series.slice(from, to),
            times: times.subarray(from, to),
            values: values.subarray(from, to),
          },
          day,
        ),
      );
    }
  }
  return rows;
}
