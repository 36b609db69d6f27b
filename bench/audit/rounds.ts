import { quantile } from '../figure.ts';

/** What so many callers got done, each with one call after the other. */
export interface Round {
  /** Units of work per second. */
  readonly perSecond: number;
  /** Of every call, ms. */
  readonly times: readonly number[];
}

/** Runs callers for a time; `call` returns how many units it did, 1 when it returns nothing. */
export async function runCallers(
  { callers, ms }: { readonly callers: number; readonly ms: number },
  call: (number: number) => Promise<number | void>,
): Promise<Round> {
  const times: number[] = [];
  let units = 0;
  let number = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - begun < ms) {
        const at = performance.now();
        const done = (await call(number++)) ?? 1;
        times.push(performance.now() - at);
        units += done;
      }
    }),
  );
  return { perSecond: units / ((performance.now() - begun) / 1000), times };
}

export const medianRate = (rounds: readonly Round[]): number =>
  quantile(
    rounds.map(({ perSecond }) => perSecond),
    0.5,
  );

/** The median over rounds of a quantile within each. */
export const medianTime = (rounds: readonly Round[], share: number): number =>
  quantile(
    rounds.map(({ times }) => quantile(times, share)),
    0.5,
  );
