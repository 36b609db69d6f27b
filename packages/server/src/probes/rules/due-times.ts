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
/** Time over which probes are spread that were never checked, or whose check fell into a downtime, ms. */
const overdueWithinMs = 5000;

/**
 * The first due time after a start. Probes are spread by their ids over one interval, but none waits
 * longer than it would have without the restart, so a node that starts again and again still checks a
 * probe whose interval is longer than its lives.
 */
export function firstDue(
  id: string,
  now: number,
  { intervalMs, lastAgoMs }: Pick<Cadence, 'intervalMs'> & { readonly lastAgoMs: number | null },
): DueTimes {
  const number = hash(id);
  const phaseMs = now + (number % Math.min(intervalMs, firstWithinMs));
  const leftMs = lastAgoMs === null ? 0 : intervalMs - lastAgoMs;
  const earlyMs = now + (leftMs > 0 ? leftMs : number % Math.min(intervalMs, overdueWithinMs));
  return earlyMs < phaseMs
    ? { gridMs: phaseMs - intervalMs, dueMs: earlyMs }
    : { gridMs: phaseMs, dueMs: phaseMs };
}

/** A first check at once, after which the probe joins its place in the interval, so that many stay spread. */
export function dueAtOnce(id: string, now: number, { intervalMs }: Cadence): DueTimes {
  return { gridMs: now - intervalMs + (hash(id) % intervalMs), dueMs: now };
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
