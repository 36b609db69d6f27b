import type { StoredDay } from './types.ts';

const dayMs = 86_400_000;
const growthDays = 7;

export interface SizeOfDay {
  /** Start of the day (UTC), ms. */
  readonly at: number;
  readonly bytes: number;
}

/** Bytes added per day: what came in over the last week, or since the first record when that is less. */
export function bytesPerDay(days: readonly StoredDay[], now: number): number {
  const from = now - growthDays * dayMs;
  const recent = days.filter(({ newest }) => newest > from);
  if (recent.length === 0) return 0;
  const since = Math.max(from, Math.min(...recent.map(({ oldest }) => oldest)));
  // Less than an hour says nothing about a day.
  const elapsed = Math.max(now - since, dayMs / 24) / dayMs;
  return recent.reduce((sum, { bytes }) => sum + bytes, 0) / elapsed;
}

/**
 * When budget or disk is full. By how the total grew over the last week, where old days go as new ones come;
 * in the first two days by what comes in. Null when it does not grow.
 */
export function fullAt(given: {
  readonly now: number;
  readonly totalBytes: number;
  readonly budgetBytes: number;
  readonly diskFreeBytes: number | null;
  readonly history: readonly SizeOfDay[];
  readonly incomingPerDay: number;
}): number | null {
  const { now, totalBytes, history } = given;
  const left = Math.min(given.budgetBytes - totalBytes, given.diskFreeBytes ?? Infinity);
  if (left <= 0) return now;
  const first = history.find(({ at }) => at >= now - (growthDays + 1) * dayMs);
  const elapsed = first === undefined ? 0 : (now - first.at) / dayMs;
  const growth =
    first !== undefined && elapsed >= 2 ? (totalBytes - first.bytes) / elapsed : given.incomingPerDay;
  if (growth <= 0) return null;
  const at = now + (left / growth) * dayMs;
  // Beyond a century it is a way of saying never.
  return at - now > 36_500 * dayMs ? null : Math.round(at);
}
