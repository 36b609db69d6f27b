import { dayMs, dayOf } from './types.ts';

/** The bits of a stale marker as a number (`promql/stale.ts`). */
export const staleBits = 0x7ff0000000000002n;
/** The widest range of days that a `Date` can hold. */
const lastDay = 65_535;

/** A day since the epoch as `2026-11-21`. */
export const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

export const dateInRange = (atMs: number): string => dateOf(Math.min(lastDay, Math.max(0, dayOf(atMs))));

/** A list of ids in SQL. In base 64, since thousands of numbers take the engine longer to read. */
export function idList(ids: readonly bigint[]): string {
  const bytes = BigUint64Array.from(ids);
  const text = Buffer.from(bytes.buffer).toString('base64');
  return `(SELECT arrayJoin(reinterpret(base64Decode('${text}'), 'Array(UInt64)')))`;
}
