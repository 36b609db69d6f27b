import type { DayRollupView, Page, ProbeResultView, SeriesView } from '@custos/contract';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Columns } from '../storage/columns/columns.ts';
import { dayMs, type Uptime } from './rules/uptime.ts';
import type { ResultRow, ResultSink } from './types.ts';

export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The past of probes, which lives in columns and is away when they are. */
export interface HistoryPort {
  results(
    probeId: string,
    query: TimeRange & { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<ProbeResultView>>;
  series(
    probeId: string,
    query: TimeRange & { readonly points: number; readonly value: string },
  ): Promise<SeriesView>;
  days(probeId: string, range: TimeRange): Promise<readonly DayRollupView[]>;
}

type ColumnsReader = Pick<Columns, 'query'>;

const within = `probe_id = {probe:String}
  AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})`;

/** Reads history from columns. Every method raises `columns_unavailable` while they are away. */
export function createHistory(columns: ColumnsReader): HistoryPort {
  return {
    async results(probeId, { from, to, cursor, limit }) {
      const until = cursor === undefined || !/^\d{1,15}$/.test(cursor) ? to : Math.min(to, Number(cursor));
      const rows = await columns.query<{
        at: number;
        status: ProbeResultView['status'];
        latencyMs: number | null;
        message: string;
        values: Record<string, number>;
      }>(
        `SELECT toUnixTimestamp64Milli(time) AS at, status, latency_ms AS latencyMs,
           error_message AS message, values
         FROM probe_result WHERE ${within} ORDER BY time DESC LIMIT {limit:UInt32}`,
        { probe: probeId, from, to: until, limit: limit + 1 },
      );
      const items = rows.slice(0, limit).map((row) => ({ ...row, at: Number(row.at) }));
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last !== undefined ? String(last.at) : null };
    },

    async series(probeId, { from, to, points, value }) {
      const stepMs = bucketMs(to - from, points);
      const figure =
        value === 'latency_ms'
          ? 'latency_ms'
          : 'if(mapContains(values, {value:String}), values[{value:String}], NULL)';
      const rows = await columns.query<SeriesRow>(
        `SELECT intDiv(toUnixTimestamp64Milli(time), {step:Int64}) * {step:Int64} AS bucket,
           avg(${figure}) AS average, min(${figure}) AS minimum, max(${figure}) AS maximum,
           quantile(0.95)(${figure}) AS p95,
           countIf(status = 'down') AS failed, countIf(status != 'inconclusive') AS counted
         FROM probe_result WHERE ${within} GROUP BY bucket ORDER BY bucket`,
        { probe: probeId, from, to, step: stepMs, value },
      );
      return toSeries(rows, { value, stepMs, from, to });
    },

    async days(probeId, { from, to }) {
      const rows = await columns.query<DayRow>(
        `SELECT toString(day) AS date, checks, up, degraded, down,
           if(latency_count = 0, NULL, latency_sum_ms / latency_count) AS averageMs, latency_p95_ms AS p95Ms
         FROM probe_daily FINAL
         WHERE probe_id = {probe:String}
           AND day >= toDate(fromUnixTimestamp64Milli({from:Int64}), 'UTC')
           AND day <= toDate(fromUnixTimestamp64Milli({to:Int64}), 'UTC')
         ORDER BY day`,
        { probe: probeId, from, to },
      );
      return rows.map(toDay);
    },
  };
}

interface SeriesRow {
  readonly bucket: number;
  readonly average: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly p95: number | null;
  readonly failed: number;
  readonly counted: number;
}

interface DayRow {
  readonly date: string;
  readonly checks: number;
  readonly up: number;
  readonly degraded: number;
  readonly down: number;
  readonly averageMs: number | null;
  readonly p95Ms: number | null;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** The smallest round step, ms, that covers a range with at most so many buckets. */
export function bucketMs(rangeMs: number, points: number): number {
  const wanted = rangeMs / points / 1000;
  const step = steps.find((seconds) => seconds >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
  return step * 1000;
}

interface Grid extends TimeRange {
  readonly value: string;
  readonly stepMs: number;
}

/** Fills the gaps: buckets in which nothing was measured are null, so that a chart shows them as gaps. */
function toSeries(rows: readonly SeriesRow[], { value, stepMs, from, to }: Grid): SeriesView {
  const byBucket = new Map(rows.map((row) => [Number(row.bucket), row]));
  const series: SeriesView = {
    value,
    stepMs,
    times: [],
    average: [],
    minimum: [],
    maximum: [],
    p95: [],
    failed: [],
  };
  for (let bucket = Math.floor(from / stepMs) * stepMs; bucket < to; bucket += stepMs) {
    const row = byBucket.get(bucket);
    series.times.push(bucket);
    series.average.push(finite(row?.average));
    series.minimum.push(finite(row?.minimum));
    series.maximum.push(finite(row?.maximum));
    series.p95.push(finite(row?.p95));
    const counted = Number(row?.counted ?? 0);
    series.failed.push(counted === 0 ? null : Number(row?.failed ?? 0) / counted);
  }
  return series;
}

const finite = (figure: number | null | undefined): number | null =>
  figure === null || figure === undefined || !Number.isFinite(figure) ? null : figure;

function toDay(row: DayRow): DayRollupView {
  const [up, degraded, down] = [Number(row.up), Number(row.degraded), Number(row.down)];
  const counted = up + degraded + down;
  return {
    day: row.date,
    checks: Number(row.checks),
    up,
    degraded,
    down,
    uptime: counted === 0 ? null : (up + degraded) / counted,
    averageMs: finite(row.averageMs),
    p95Ms: finite(row.p95Ms),
  };
}

/**
 * Joins the days from columns with the counters in State, which also have the running day and need no
 * columns. Columns win where they have a day, since they know latencies.
 */
export function mergeDays(
  fromColumns: readonly DayRollupView[],
  { uptime }: { readonly uptime: Uptime },
  { from, to }: TimeRange,
): DayRollupView[] {
  const byDay = new Map(fromColumns.map((day) => [day.day, day]));
  for (const { start, up, degraded, down } of uptime.days) {
    const day = new Date(start * dayMs).toISOString().slice(0, 10);
    if (start * dayMs + dayMs <= from || start * dayMs > to || byDay.has(day)) continue;
    const checks = up + degraded + down;
    const share = checks === 0 ? null : (up + degraded) / checks;
    byDay.set(day, { day, checks, up, degraded, down, uptime: share, averageMs: null, p95Ms: null });
  }
  return [...byDay.values()].toSorted((left, right) => (left.day < right.day ? -1 : 1));
}

export interface SinkOptions {
  readonly columns: Pick<Columns, 'insert'>;
  readonly log: Logger;
  /** Name of this node. */
  readonly node: string;
}

/** Hands results to columns through their spool, without ever waiting for them. */
export function createColumnsSink({ columns, log, node }: SinkOptions): ResultSink {
  let dropped = 0;
  return {
    record(results: readonly ResultRow[]) {
      const rows = results.map((row) => ({
        probe_id: row.probeId,
        time: row.at,
        status: row.status,
        latency_ms: row.latencyMs,
        error_code: '',
        error_message: row.message,
        values: row.values,
        node,
      }));
      columns.insert('probe_result', rows).catch((error: unknown) => {
        // Once per outage and then every thousand, so that a long one does not fill the log.
        if (dropped % 1000 === 0) log.warn({ error: messageOf(error) }, 'probe results were not kept');
        dropped += rows.length;
      });
    },
  };
}
