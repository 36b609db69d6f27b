import { dateOf, staleBits } from '../sql-values.ts';
import { dayMs } from '../types.ts';
import { windowMs, type IdRange } from './types.ts';

/**
 * The statement that makes the rollups of some series of a day from their samples. Samples that came twice
 * count once; stale markers stand apart, so that what comes before a sample is a sample.
 */
export function summarise({
  day,
  run,
  ids,
}: {
  readonly day: number;
  readonly run: number;
  readonly ids: IdRange;
}): string {
  return `
    INSERT INTO metric_rollup (day, run, series, window_end, samples, first_ms, last_ms, stale_ms, first_value,
      last_value, least, greatest, total, fallen, fell, gap, odd)
    SELECT
      toDate('${dateOf(day)}'),
      ${run},
      series,
      toDateTime(slot * ${windowMs / 1000}, 'UTC'),
      countIf(live),
      minIf(at, live),
      maxIf(at, live),
      if(maxIf(at, NOT live) > maxIf(at, live), maxIf(at, NOT live), 0),
      argMinIf(value, at, live),
      argMaxIf(value, at, live),
      if(countIf(live AND NOT isNaN(value)) = 0, nan, minIf(value, live AND NOT isNaN(value))),
      if(countIf(live AND NOT isNaN(value)) = 0, nan, maxIf(value, live AND NOT isNaN(value))),
      if(countIf(live AND NOT isFinite(value)) > 0, sumIf(value, live), sumKahanIf(value, live)),
      sumIf(before, live AND is_fall AND slot_before = slot),
      sumIf(before, live AND is_fall AND slot_before != slot),
      argMinIf(if(slot_before = 0, 0, slot - slot_before), at, live),
      maxIf(NOT (abs(value) < 9007199254740992), live)
    FROM (
      SELECT
        series, slot, at, value, live,
        lagInFrame(value) OVER earlier AS before,
        lagInFrame(slot) OVER earlier AS slot_before,
        slot_before > 0 AND before > value AS is_fall
      FROM (
        SELECT
          series,
          value,
          reinterpretAsUInt64(value) != ${staleBits} AS live,
          toUnixTimestamp64Milli(time) AS time_ms,
          intDiv(time_ms + ${windowMs - 1}, ${windowMs}) AS slot,
          time_ms - (slot - 1) * ${windowMs} AS at
        FROM metric_sample FINAL
        WHERE series BETWEEN ${ids.from} AND ${ids.to}
          AND time >= fromUnixTimestamp64Milli(${day * dayMs}, 'UTC')
          AND time < fromUnixTimestamp64Milli(${(day + 1) * dayMs}, 'UTC')
      )
      WINDOW earlier AS (
        PARTITION BY series, live ORDER BY time_ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      )
    )
    GROUP BY series, slot`;
}
