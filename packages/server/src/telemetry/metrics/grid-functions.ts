import type { Kernel } from '../promql/evaluate/range-function.ts';
import { changeFunctions } from '../promql/functions/changes.ts';
import { overTimeFunctions } from '../promql/functions/over-time.ts';
import { rateFunctions } from '../promql/functions/rates.ts';

/** A function that the engine of columns works out as ours does. */
export interface GridFunction {
  /** Its name there, with the combinator that leaves stale markers out. */
  readonly engineFunction: string;
  /** Ours, for the windows that reach into the head. */
  readonly kernel: Kernel;
}

const kernels = new Map([...rateFunctions, ...changeFunctions, ...overTimeFunctions]);

const names: Readonly<Record<string, string>> = {
  rate: 'timeSeriesRateToGridIf',
  increase: 'timeSeriesIncreaseToGridIf',
  delta: 'timeSeriesDeltaToGridIf',
  irate: 'timeSeriesInstantRateToGridIf',
  idelta: 'timeSeriesInstantDeltaToGridIf',
  changes: 'timeSeriesChangesToGridIf',
  resets: 'timeSeriesResetsToGridIf',
  last_over_time: 'timeSeriesLastToGridIf',
};

/**
 * By name in PromQL. `deriv` is left out: on times with milliseconds its result is a thousandth
 * (ClickHouse issue 102482). Functions that take a parameter never come here.
 */
export const gridFunctions: ReadonlyMap<string, GridFunction> = new Map(
  Object.entries(names).map(([name, engineFunction]) => {
    const found = kernels.get(name);
    if (found === undefined) throw new Error(`PromQL has no function ${name}.`);
    return [name, { engineFunction, kernel: found.kernel }];
  }),
);
