import type { Clock } from '../../../base/clock.ts';
import { PromqlError, executionError } from '../errors.ts';
import type { QueryLimits } from '../types.ts';

/** What one query may still use. Every loop over series asks it whether to go on. */
export interface Budget {
  readonly limits: QueryLimits;
  readonly signal: AbortSignal;
  /** Counts samples that are loaded or made. Throws `execution` over the limit. */
  charge(samples: number): void;
  /** Throws `execution` when one selector returned more series than allowed. */
  checkSeries(series: number): void;
  /**
   * Call once per series. Throws when time is up or the caller is gone; now and then it returns a promise to
   * wait for, so that other work of the process, such as noticing that the caller left, gets its turn.
   */
  pause(): Promise<void> | undefined;
}

const turnMs = 12;

export function createBudget(limits: QueryLimits, clock: Clock, signal: AbortSignal): Budget {
  const started = clock.monotonic();
  let turnStarted = started;
  let samples = 0;
  let calls = 0;

  const check = (now: number): void => {
    if (signal.aborted) throw new PromqlError('canceled', 'query was canceled in expression evaluation');
    if (now - started > limits.timeoutMs) {
      throw new PromqlError('timeout', 'query timed out in expression evaluation');
    }
  };

  return {
    limits,
    signal,
    charge(more) {
      samples += more;
      if (samples > limits.maxSamples) {
        throw executionError(
          `query processing would load too many samples into memory in query execution; the limit is ${limits.maxSamples}`,
        );
      }
    },
    checkSeries(series) {
      if (series > limits.maxSeries) {
        throw executionError(`a selector returned ${series} series; the limit is ${limits.maxSeries}`);
      }
    },
    pause() {
      calls += 1;
      if (calls % 16 !== 1) return undefined;
      const now = clock.monotonic();
      check(now);
      if (now - turnStarted < turnMs) return undefined;
      return new Promise<void>((resolve, reject) => {
        setImmediate(() => {
          turnStarted = clock.monotonic();
          try {
            check(turnStarted);
            resolve();
          } catch (error) {
            reject(error as Error);
          }
        });
      });
    },
  };
}
