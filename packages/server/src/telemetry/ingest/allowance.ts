import type { Clock } from '../../base/clock.ts';
import { rateLimited } from './errors.ts';
import type { IngestLimits } from './limits.ts';

/** What one sender may still bring. Below zero it is in debt and waits. */
interface Purse {
  items: number;
  bytes: number;
  at: number;
}

export interface Allowance {
  /** Raises `rate_limited` while the sender is in debt. To be asked before a body is looked at. */
  check(sender: string): void;
  /** What the sender has brought, known only once its body has been read; a large batch makes a debt. */
  charge(sender: string, amount: { readonly items: number; readonly bytes: number }): void;
}

/** Senders that are remembered; who has brought nothing for long is forgotten first. */
const mostSenders = 10_000;

/**
 * Limits senders by what they bring per second. A batch is taken whole or not at all, so that the size of
 * batches does not matter: one that is larger than the allowance is paid off before the next is taken.
 */
export function createAllowance(clock: Clock, limits: IngestLimits): Allowance {
  const { itemsPerSecond, bytesPerSecond, burstSeconds } = limits;
  const purses = new Map<string, Purse>();

  function purseOf(sender: string): Purse {
    const now = clock.monotonic();
    let purse = purses.get(sender);
    if (purse === undefined) {
      purse = { items: itemsPerSecond * burstSeconds, bytes: bytesPerSecond * burstSeconds, at: now };
      if (purses.size >= mostSenders) {
        for (const oldest of purses.keys()) {
          purses.delete(oldest);
          break;
        }
      }
      purses.set(sender, purse);
      return purse;
    }
    const seconds = (now - purse.at) / 1000;
    purse.items = Math.min(itemsPerSecond * burstSeconds, purse.items + seconds * itemsPerSecond);
    purse.bytes = Math.min(bytesPerSecond * burstSeconds, purse.bytes + seconds * bytesPerSecond);
    purse.at = now;
    return purse;
  }

  return {
    check(sender) {
      const { items, bytes } = purseOf(sender);
      const wait = Math.max(-items / itemsPerSecond, -bytes / bytesPerSecond);
      if (wait <= 0) return;
      const message =
        -items / itemsPerSecond >= wait
          ? `At most ${itemsPerSecond} items per second are taken from one sender here.`
          : `At most ${bytesPerSecond} bytes per second are taken from one sender here.`;
      throw rateLimited(message, Math.max(1, Math.ceil(wait)));
    },
    charge(sender, { items, bytes }) {
      const purse = purseOf(sender);
      purse.items -= items;
      purse.bytes -= bytes;
    },
  };
}
