import { CustosError } from '../../base/errors.ts';
import type { Matcher } from '../promql/types.ts';
import type { MetricsStore } from './store.ts';
import type { MetricsLimits, Samples, SeriesRow, TimeRange } from './types.ts';

/** A series and its samples as read from columns. */
export interface OlderSeries extends SeriesRow {
  readonly samples: Samples;
}

/** Samples that one statement is to return, about; the engine holds a result in memory, 24 bytes each. */
const samplesPerStatement = 4_000_000;
/** The interval of samples that is assumed in working out how much time one statement may cover. */
const assumedIntervalMs = 10_000;
const shortestSliceMs = 60_000;

/** Parts that follow each other in time as one. */
export function joinSamples(parts: readonly Samples[]): Samples {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const length = parts.reduce((sum, part) => sum + part.timestamps.length, 0);
  const timestamps = new Float64Array(length);
  const values = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    timestamps.set(part.timestamps, at);
    values.set(part.values, at);
    at += part.timestamps.length;
  }
  return { timestamps, values };
}

const tooManySamples = (limit: number): CustosError =>
  new CustosError(
    'query_too_heavy',
    `A selector asks for more than ${limit} samples of history; name more labels or a shorter time.`,
    { status: 422 },
  );

export interface Reading extends TimeRange {
  readonly signal: AbortSignal;
  readonly limits: Pick<MetricsLimits, 'series' | 'samplesFromColumns'>;
}

/** Reads samples of some series, in pieces short enough for one result each. */
export async function readSamples(
  store: MetricsStore,
  ids: readonly bigint[],
  { fromMs, toMs, signal, limits }: Reading,
): Promise<Map<bigint, Samples>> {
  const parts = new Map<bigint, Samples[]>();
  let sliceMs = Math.max(
    shortestSliceMs,
    Math.floor((samplesPerStatement * assumedIntervalMs) / Math.max(1, ids.length)),
  );
  let total = 0;
  for (let at = fromMs; at <= toMs;) {
    const until = Math.min(toMs, at + sliceMs - 1);
    let found: Map<bigint, Samples>;
    try {
      found = await store.samples(ids, { fromMs: at, toMs: until, signal });
    } catch (error) {
      const tooMuch = error instanceof CustosError && error.code === 'query_too_heavy';
      if (!tooMuch || sliceMs <= shortestSliceMs) throw error;
      sliceMs = Math.max(shortestSliceMs, Math.floor(Math.min(sliceMs, until - at + 1) / 4));
      continue;
    }
    for (const [id, samples] of found) {
      total += samples.timestamps.length;
      const known = parts.get(id);
      if (known === undefined) parts.set(id, [samples]);
      else known.push(samples);
    }
    if (total > limits.samplesFromColumns) throw tooManySamples(limits.samplesFromColumns);
    at = until + 1;
  }
  return new Map([...parts].map(([id, some]) => [id, joinSamples(some)]));
}

/** Reads every series that all matchers accept, with its samples in the range, from columns. */
export async function readOlder(
  store: MetricsStore,
  matchers: readonly Matcher[],
  reading: Reading,
): Promise<OlderSeries[]> {
  const { fromMs, toMs, signal, limits } = reading;
  const rows = await store.series(matchers, { fromMs, toMs, limit: limits.series, signal });
  const found = await readSamples(
    store,
    rows.map(({ id }) => id),
    reading,
  );
  return rows.flatMap((row) => {
    const samples = found.get(row.id);
    return samples === undefined ? [] : [{ ...row, samples }];
  });
}
