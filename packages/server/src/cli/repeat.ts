import type { Clock } from '../base/clock.ts';

/** Raises unless it is a number of seconds, 1 or more; undefined when it was not given. */
export function secondsOf(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const seconds = Number(given);
  if (Number.isFinite(seconds) && seconds >= 1) return seconds;
  throw new Error(`--${option} takes a number of seconds, at least 1`);
}

/** Works once, or again every so many seconds until the process is ended. */
export async function repeat(
  seconds: number | undefined,
  clock: Clock,
  work: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await work();
    if (seconds === undefined) return;
    await clock.sleep(seconds * 1000);
  }
}

/** A whole number in its range, from an option. */
export function countOf(
  option: string,
  given: string,
  range: { readonly min: number; readonly max: number },
) {
  const value = Number(given);
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new Error(`--${option} must be a whole number from ${range.min} to ${range.max}`);
}
