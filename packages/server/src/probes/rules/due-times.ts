/**
 * Due times of one probe: a fixed grid of `phase + k * interval` on the monotonic clock, each spread by
 * jitter. The grid never drifts, whatever a check takes, and setting the host's clock does not move it.
 */
export interface DueTimes {
  readonly gridMs: number;
  readonly dueMs: number;
}

export interface Cadence {
  readonly intervalMs: number;
  readonly jitterMs: number;
}

/** Longest wait for the first check after a start, ms, so that a daily probe is looked at soon. */
const firstWithinMs = 30_000;

/** The first due time after a start: probes are spread by their ids over one interval. */
export function firstDue(id: string, now: number, { intervalMs }: Cadence): DueTimes {
  const spread = Math.min(intervalMs, firstWithinMs);
  const dueMs = now + (hash(id) % spread);
  return { gridMs: dueMs, dueMs };
}

/**
 * The due time after the present one. Slots that have passed, because the process slept or a check took
 * longer than its interval, are left out: nothing is made up for, so there is no burst.
 */
export function nextDue(
  { gridMs }: DueTimes,
  now: number,
  { intervalMs, jitterMs, random = Math.random }: Cadence & { readonly random?: () => number },
): DueTimes {
  const behind = Math.max(0, Math.floor((now - gridMs) / intervalMs));
  const grid = gridMs + (behind + 1) * intervalMs;
  return { gridMs: grid, dueMs: grid + Math.floor(random() * Math.min(jitterMs, intervalMs)) };
}

/** FNV-1a, 32 bit (draft-eastlake-fnv). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}
