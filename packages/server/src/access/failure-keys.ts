import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';

/**
 * The counter of an account. Made from what was typed, whether such an account exists or not, so a lock
 * tells nothing about that; hashed, because people type passwords into the wrong field.
 */
export function accountKey(email: string): string {
  return `account:${createHash('sha256').update(email.trim().toLowerCase()).digest('hex')}`;
}

/** The counter of an address: one IPv4 address, or the /64 network that one IPv6 subscriber has. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return `address:${address.slice(0, 64)}`;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return `address:${parsed.toString()}`;
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `address:${network.join(':')}::/64`;
}
