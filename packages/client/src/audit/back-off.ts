import type { Delivery } from './deliver.ts';

const firstMs = 500;
const longestMs = 30_000;
/** A server that refuses is asked rarely: somebody has to change something first. */
const refusedMs = 60_000;

/**
 * How long to wait after a failed try: what the server asked for, or 0.5 s doubling up to 30 s. Always with
 * jitter, so that the clients of a server that comes back do not all return in the same moment.
 */
export function waitMs(delivery: Delivery, failures: number, random: () => number): number {
  if (delivery.kind === 'refused') return refusedMs * (0.5 + random() / 2);
  const asked = delivery.kind === 'again' ? delivery.afterMs : null;
  if (asked !== null) return asked + random() * Math.min(1000, 100 + asked / 5);
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2);
}
