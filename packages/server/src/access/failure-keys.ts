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

/** Stands for all networks together. */
export const everywhere = 'everywhere';

/** The network that sprays are counted by: a /24 of IPv4, or the /48 that one IPv6 site has. */
export function sprayNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, 64);
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return `${parsed.octets.slice(0, 3).join('.')}.0/24`;
  const site = parsed.parts.slice(0, 3).map((part) => part.toString(16));
  return `${site.join(':')}::/48`;
}
