import { createHash } from 'node:crypto';

/**
 * When a group is due. Its slots lie an interval apart and are moved by an offset that its id decides, so that
 * groups of one interval do not all run at once and keep their slots after a restart (as in Prometheus's
 * rules/group.go).
 */
export function offsetOf(groupId: string, intervalMs: number): number {
  return createHash('sha256').update(groupId).digest().readUInt32BE(0) % intervalMs;
}

/** The first slot after `nowMs`. */
export function slotAfter(nowMs: number, intervalMs: number, offsetMs: number): number {
  return (Math.floor((nowMs - offsetMs) / intervalMs) + 1) * intervalMs + offsetMs;
}

/** Of the slots from `slotMs` on, the last that has begun, and how many before it are missed. */
export function latestSlot(
  slotMs: number,
  nowMs: number,
  intervalMs: number,
): { readonly slotMs: number; readonly missed: number } {
  const missed = Math.max(0, Math.floor((nowMs - slotMs) / intervalMs));
  return { slotMs: slotMs + missed * intervalMs, missed };
}
