import type { Clock } from '../../base/clock.ts';

/** Gives work up after `ms`: its signal aborts, and the promise rejects even when nobody heeds that. */
export async function within<T>(
  { clock, ms, signal }: { readonly clock: Clock; readonly ms: number; readonly signal?: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  const both = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
  const over = clock
    .sleep(ms, AbortSignal.any([done.signal, ...(signal === undefined ? [] : [signal])]))
    .then(() => {
      if (done.signal.aborted) return new Promise<never>(() => undefined);
      late.abort();
      throw new Error(signal?.aborted === true ? 'it was called off' : `there was no answer within ${ms} ms`);
    });
  try {
    return await Promise.race([work(both), over]);
  } finally {
    done.abort();
  }
}
