import type { Labels } from '../../base/labels.ts';
import { CustosError } from '../../base/errors.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { metricName } from '../promql/label-set.ts';
import type { Matcher } from '../promql/types.ts';
import type { ActiveSeries } from './active-series.ts';
import { numberColumn, nullableDoublesColumn, readBlocks, type NullableDoubles } from './native-blocks.ts';
import { packSamples, type SampleColumns } from './sample-lines.ts';
import { dateInRange, dateOf, idList, staleBits } from './sql-values.ts';
import type { FindSeries, Samples, SeriesRow, TimeRange } from './types.ts';

/** A function over windows, as `overGrid` works it out. */
export interface Grid {
  /** The engine's function, with `If` at its end. */
  readonly engineFunction: string;
  readonly firstEndMs: number;
  readonly stepSeconds: number;
  readonly count: number;
  readonly rangeSeconds: number;
  readonly signal: AbortSignal;
}

/** Metrics in columns. Everything but the two writing functions raises as `Columns.query` does. */
export interface MetricsStore {
  /** Resolves when columns will know the series under the day. */
  addSeries(entries: readonly { readonly series: ActiveSeries; readonly day: number }[]): Promise<void>;
  /** Resolves when the samples are on disk. Raises as `Columns.insert` does. */
  addSamples(samples: SampleColumns): Promise<void>;
  readonly series: FindSeries;
  /** Label names, or the values of one label, of the series of the days of a range. */
  distinct(label: string | undefined, range: TimeRange): Promise<string[]>;
  /** The samples of some series in a range, or of all, by id; series without samples are left out. */
  samples(
    ids: readonly bigint[] | 'all',
    query: TimeRange & { readonly signal?: AbortSignal | undefined },
  ): Promise<Map<bigint, Samples>>;
  /**
   * The results of a function over the windows of some series; stale markers belong to no window. `undefined`
   * for series with a NaN, an infinity or a number above 2^53: the engine keeps running sums from window to
   * window, which do not recover from those.
   */
  overGrid(ids: readonly bigint[], grid: Grid): Promise<Map<bigint, NullableDoubles | undefined>>;
}

/** Conditions of a selector that SQL can say as exactly as we do; regular expressions are left to us. */
function conditionsOf(matchers: readonly Matcher[]): {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string>>;
} {
  const parameters: Record<string, string> = {};
  const conditions: string[] = [];
  for (const [index, { name, operator, value }] of matchers.entries()) {
    if (operator !== '=' && operator !== '!=') continue;
    parameters[`value${index}`] = value;
    if (name === metricName) conditions.push(`name ${operator} {value${index}:String}`);
    else {
      parameters[`label${index}`] = name;
      conditions.push(`labels[{label${index}:String}] ${operator} {value${index}:String}`);
    }
  }
  return { sql: conditions.map((condition) => ` AND ${condition}`).join(''), parameters };
}

/** Splits rows that are sorted by series and time into series; a time that comes twice counts once. */
function splitBySeries(body: Buffer): Map<bigint, Samples> {
  const found = new Map<bigint, Samples>();
  const columns = [numberColumn('UInt64'), numberColumn('Float64'), numberColumn('Float64')] as const;
  readBlocks(body, columns);
  // As halves: a bigint per sample would cost more than all the rest.
  const ids = new Uint32Array(columns[0].buffer());
  const times = new Float64Array(columns[1].buffer());
  const values = new Float64Array(columns[2].buffer());
  // In place: `to` never overtakes the place that is read. Values go as bits.
  const bits = new BigUint64Array(values.buffer);
  let from = 0;
  while (from < times.length) {
    const low = ids[from * 2]!;
    const high = ids[from * 2 + 1]!;
    const start = from;
    let to = from;
    for (; from < times.length && ids[from * 2] === low && ids[from * 2 + 1] === high; from += 1) {
      if (to > start && times[from] === times[to - 1]) continue;
      if (to !== from) {
        times[to] = times[from]!;
        bits[to] = bits[from]!;
      }
      to += 1;
    }
    found.set((BigInt(high) << 32n) | BigInt(low), {
      timestamps: times.subarray(start, to),
      values: values.subarray(start, to),
    });
  }
  return found;
}

export function createMetricsStore(columns: Columns): MetricsStore {
  return {
    async addSeries(entries) {
      await columns.insert(
        'metric_series',
        entries.map(({ series, day }) => {
          const { [metricName]: name, ...labels } = series.labels;
          return {
            day: dateOf(day),
            id: series.id.toString(),
            name,
            labels,
          };
        }),
      );
    },
    async addSamples(samples) {
      await columns.insert('metric_sample_spool', packSamples(samples));
    },
    async series(matchers, { fromMs, toMs, limit, signal }) {
      const { sql, parameters } = conditionsOf(matchers);
      const rows = await columns.query<{ id: string; name: string; labels: Record<string, string> }>(
        `SELECT toString(id) AS id, name, labels FROM metric_series
         WHERE day BETWEEN {from:Date} AND {to:Date}${sql}
         LIMIT 1 BY name, id LIMIT {limit:UInt64}`,
        { ...parameters, from: dateInRange(fromMs), to: dateInRange(toMs), limit: limit + 1 },
        { signal },
      );
      if (rows.length > limit)
        throw new CustosError(
          'query_too_heavy',
          `More than ${limit} series were asked for; name more labels or a shorter time.`,
          { status: 422 },
        );
      const found: SeriesRow[] = [];
      const rest = matchers.filter(({ operator }) => operator === '=~' || operator === '!~');
      for (const { id, name, labels: others } of rows) {
        const labels: Labels = { [metricName]: name, ...others };
        if (rest.every((matcher) => matcher.matches(labels[matcher.name] ?? '')))
          found.push({ id: BigInt(id), labels });
      }
      return found;
    },
    async distinct(label, { fromMs, toMs }) {
      const what =
        label === undefined
          ? 'arrayJoin(mapKeys(labels))'
          : label === metricName
            ? 'name'
            : 'labels[{label:String}]';
      const rows = await columns.query<{ text: string }>(
        `SELECT DISTINCT toString(${what}) AS text FROM metric_series
         WHERE day BETWEEN {from:Date} AND {to:Date} AND text != ''`,
        { from: dateInRange(fromMs), to: dateInRange(toMs), ...(label === undefined ? {} : { label }) },
      );
      return rows.map(({ text }) => text);
    },
    async samples(ids, { fromMs, toMs, signal }) {
      if (ids.length === 0 || fromMs > toMs) return new Map();
      const body = await columns.queryBytes(
        `SELECT series, toFloat64(toUnixTimestamp64Milli(time)) AS at, value FROM metric_sample
         WHERE ${ids === 'all' ? '' : `series IN ${idList(ids)} AND `}time BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
         ORDER BY series, time FORMAT Native`,
        { from: fromMs, to: toMs },
        { signal },
      );
      return splitBySeries(body);
    },
    async overGrid(ids, { engineFunction, firstEndMs, stepSeconds, count, rangeSeconds, signal }) {
      // The engine's grid is of whole seconds: samples are moved so that the first window ends on one.
      const shiftMs = (1000 - (firstEndMs % 1000)) % 1000;
      const start = (firstEndMs + shiftMs) / 1000;
      const end = start + stepSeconds * (count - 1);
      const body = await columns.queryBytes(
        `SELECT series,
           ${engineFunction}(toDateTime(${start}), toDateTime(${end}), ${stepSeconds}, ${rangeSeconds})(
             time + toIntervalMillisecond(${shiftMs}), value, reinterpretAsUInt64(value) != ${staleBits}) AS results,
           max(NOT (abs(value) < 9007199254740992) AND reinterpretAsUInt64(value) != ${staleBits}) AS odd
         FROM metric_sample
         WHERE series IN ${idList(ids)}
           AND time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
         GROUP BY series
         SETTINGS allow_experimental_time_series_aggregate_functions = 1 FORMAT Native`,
        { from: firstEndMs - rangeSeconds * 1000, to: end * 1000 - shiftMs },
        { signal },
      );
      const series = numberColumn('UInt64');
      const results = nullableDoublesColumn();
      const odd = numberColumn('UInt8');
      readBlocks(body, [series, results, odd]);
      const found = new BigUint64Array(series.buffer());
      const flags = new Uint8Array(odd.buffer());
      return new Map(
        results.rows().map((row, index) => [found[index]!, flags[index] === 0 ? row : undefined]),
      );
    },
  };
}
