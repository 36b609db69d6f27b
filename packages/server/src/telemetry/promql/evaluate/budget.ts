import type { Clock } from '../../../base/clock.ts';
import { PromqlError, executionError } from '../errors.ts';
import type { QueryLimits } from '../types.ts';

/** What one query may still use. Every loop over series asks it whether to go on. */
export interface Budget {
  readonly limits: QueryLimits;
  /** Aborts when the caller is gone or time is up. */
  readonly signal: AbortSignal;
  /** Counts samples that are loaded or made. Throws `execution` over the limit. */
  charge(samples: number): void;
  /** What was counted so far. */
  samples(): number;
  /** Throws `execution` when one selector returned more series than allowed. */
  checkSeries(series: number): void;
  /**
   * Call in every loop; `work` is 1 for about a series' worth of it. Throws when time is up or the caller is
   * gone; now and then it returns a promise to wait for, so that other work of the process, such as noticing
   * that the caller left, gets its turn.
   */
  pause(work?: number): Promise<void> | undefined;
  /** The result of `task`, or the error of the query when that ends first. */
  await<T>(task: Promise<T>): Promise<T>;
  /** The query is over: time is no longer watched. */
  close(): void;
}

const turnMs = 12;

export function createBudget(limits: QueryLimits, clock: Clock, caller: AbortSignal): Budget {
  const started = clock.monotonic();
  const closed = new AbortController();
  const late = new AbortController();
  const signal = AbortSignal.any([caller, late.signal]);
  let turnStarted = started;
  let samples = 0;
  let work = 0;
  let nextCheck = 0;

  void clock.sleep(limits.timeoutMs, closed.signal).then(() => {
    if (!closed.signal.aborted) late.abort();
  });

  const check = (now: number): void => {
    if (caller.aborted) throw new PromqlError('canceled', 'query was canceled in expression evaluation');
    if (late.signal.aborted || now - started > limits.timeoutMs) {
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
    samples: () => samples,
    checkSeries(series) {
      if (series > limits.maxSeries) {
        throw executionError(`a selector returned ${series} series; the limit is ${limits.maxSeries}`);
      }
    },
    pause(more = 1) {
      work += more;
      if (work < nextCheck) return undefined;
      nextCheck = work + 16;
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
    async await(task) {
      check(clock.monotonic());
      const ended = Promise.withResolvers<undefined>();
      const end = (): void => ended.resolve(undefined);
      signal.addEventListener('abort', end);
      try {
        const result = await Promise.race([task.then((value) => ({ value })), ended.promise]);
        check(clock.monotonic());
        if (result === undefined) throw new Error('A query ended without the caller or the clock ending it.');
        return result.value;
      } catch (error) {
        // A storage that hears the signal fails in its own words; the query ends in ours.
        check(clock.monotonic());
        throw error;
      } finally {
        signal.removeEventListener('abort', end);
      }
    },
    close: () => closed.abort(),
  };
}
