import type { Columns } from './columns.ts';

/**
 * Raw results live for 30 days and their oldest day is already incomplete, so a day is rolled up, or
 * rolled up again, only while it is younger than this.
 */
const oldestDays = 28;

/**
 * Brings `probe_daily` up to date with `probe_result` and returns the days (UTC, `2026-11-21`) that were
 * rolled up: those before today whose number of checks differs from what was rolled up before, such as
 * yesterday's, or an older day that got late rows from a spool. Meant to run daily; running it again, or
 * twice at once, changes nothing.
 *
 * Why not a materialized view: a view is fed per insert, by an insert of its own. A kill between the two
 * leaves the raw rows without their share of the view, and no retry mends it. A day computed from its
 * raw rows is exact whenever it is computed. Readers use `probe_daily FINAL`, which keeps the last
 * computation of each (probe, day). Quantiles are exact (`quantileExact`), not estimates.
 */
export async function rollUpProbeDays(columns: Columns, now: number): Promise<readonly string[]> {
  const stale = await columns.query<{ day: string }>(
    `SELECT toString(day) AS day
     FROM (
       SELECT toDate(time, 'UTC') AS day, count() AS raw_checks, 0 AS rolled_checks FROM probe_result
       WHERE time >= toStartOfDay(fromUnixTimestamp64Milli({now:Int64}, 'UTC')) - INTERVAL ${oldestDays} DAY
         AND time < toStartOfDay(fromUnixTimestamp64Milli({now:Int64}, 'UTC'))
       GROUP BY day
       UNION ALL
       SELECT day, 0 AS raw_checks, sum(checks) AS rolled_checks FROM probe_daily FINAL GROUP BY day
     )
     GROUP BY day
     HAVING sum(raw_checks) > 0 AND sum(raw_checks) != sum(rolled_checks)
     ORDER BY day`,
    { now },
  );
  for (const { day } of stale) {
    await columns.command(
      `INSERT INTO probe_daily
       SELECT
         probe_id,
         toDate({day:String}) AS day,
         count(),
         countIf(status = 'up'),
         countIf(status = 'degraded'),
         countIf(status = 'down'),
         countIf(status = 'inconclusive'),
         count(latency_ms),
         ifNull(sum(latency_ms), 0),
         min(latency_ms),
         max(latency_ms),
         quantileExactOrNull(0.5)(latency_ms),
         quantileExactOrNull(0.95)(latency_ms),
         quantileExactOrNull(0.99)(latency_ms),
         fromUnixTimestamp64Milli({now:Int64}, 'UTC')
       FROM probe_result
       WHERE time >= toDateTime64({day:String}, 3, 'UTC') AND time < toDateTime64({day:String}, 3, 'UTC') + INTERVAL 1 DAY
       GROUP BY probe_id`,
      { day, now },
    );
  }
  return stale.map((row) => row.day);
}
