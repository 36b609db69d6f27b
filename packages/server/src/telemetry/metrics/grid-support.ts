import { CustosError } from '../../base/errors.ts';
import type { Columns } from '../../storage/columns/columns.ts';

/** Whether the engine of columns has `timeSeries*ToGrid` and works them out as we do. */
export interface GridSupport {
  /** False until the engine was asked, which the first call sees to. */
  supported(): boolean;
}

/**
 * Four samples of a counter that falls once; the window of 60 s ends at 1000. Its increase to the bounds of the
 * window is 3 + 2 in 45 s, of which 5 s before the first sample and 10 s behind the last: 5 * 60 / 45.
 */
const question = `
  SELECT timeSeriesIncreaseToGridIf(toDateTime(1000), toDateTime(1000), 1, 60)(at, value, value != 99) AS results
  FROM (
    SELECT fromUnixTimestamp64Milli(toInt64(945000 + number * 15000), 'UTC') AS at, [100., 103., 99., 2.][number + 1] AS value
    FROM numbers(4)
  )
  SETTINGS allow_experimental_time_series_aggregate_functions = 1`;
const answer = (5 * 60) / 45;

export function createGridSupport(columns: Columns): GridSupport {
  let supported = false;
  let asking = false;

  const ask = async (): Promise<void> => {
    try {
      const [row] = await columns.query<{ results: readonly (number | null)[] }>(question);
      supported = Math.abs((row?.results[0] ?? 0) - answer) < 1e-9;
    } catch (error) {
      // Away: the next call asks again. Any other refusal is its answer.
      if (error instanceof CustosError && error.code === 'columns_unavailable') asking = false;
    }
  };

  return {
    supported() {
      if (!asking && columns.status().state === 'up') {
        asking = true;
        void ask();
      }
      return supported;
    },
  };
}
