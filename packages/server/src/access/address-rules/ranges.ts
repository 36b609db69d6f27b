import { BlockList, isIP, SocketAddress } from 'node:net';

type Family = 'ipv4' | 'ipv6';

export interface AddressRange {
  readonly address: string;
  readonly family: Family;
  readonly bits: number;
}

const widths: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/**
 * The one spelling of an address: without a zone, IPv4 when it is IPv4 inside IPv6 (RFC 4291, 2.5.5.2), as
 * sockets that listen on both report it. Undefined when it is no address.
 */
export function normalAddress(
  text: string,
): { readonly address: string; readonly family: Family } | undefined {
  const bare = text.split('%')[0] ?? '';
  const version = isIP(bare);
  if (version === 0) return undefined;
  if (version === 4) return { address: bare, family: 'ipv4' };
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  const inner = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  return inner === undefined ? { address, family: 'ipv6' } : { address: inner, family: 'ipv4' };
}

/** The first address of the range that `address` lies in. */
function networkOf(address: string, family: Family, bits: number): string {
  if (family === 'ipv4') {
    const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - bits);
    const first = value - (value % size);
    return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.');
  }
  // `::ffff:192.0.2.1` never comes here with 96 bits or more, and is written in groups by URL.
  const hex = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = hex.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  const kept = groups.map((group, at) => {
    const own = Math.min(16, Math.max(0, bits - at * 16));
    return (Number.parseInt(group, 16) & (0xffff << (16 - own)) & 0xffff).toString(16);
  });
  return new SocketAddress({ address: kept.join(':'), family: 'ipv6' }).address;
}

/**
 * Reads `192.0.2.7`, `192.0.2.0/24` or `2001:db8::/32`; undefined when it is neither an address nor a range,
 * or has a zone, which means nothing on another host. The address of the result begins its range.
 */
export function parseRange(text: string): AddressRange | undefined {
  const [base = '', length, ...rest] = text.trim().split('/');
  const found = base.includes('%') ? undefined : normalAddress(base);
  if (rest.length > 0 || found === undefined) return undefined;
  const written: Family = isIP(base) === 4 ? 'ipv4' : 'ipv6';
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const bits = length === undefined ? widths[written] : Number(length);
  if (bits > widths[written]) return undefined;
  // Of IPv4 inside IPv6 the last 32 bits count. A shorter length takes in more than IPv4.
  if (written === 'ipv6' && found.family === 'ipv4') {
    return bits < 96
      ? { address: networkOf(base, 'ipv6', bits), family: 'ipv6', bits }
      : { address: networkOf(found.address, 'ipv4', bits - 96), family: 'ipv4', bits: bits - 96 };
  }
  return { address: networkOf(found.address, found.family, bits), family: found.family, bits };
}

/** `192.0.2.7` for a single address, else `192.0.2.0/24`. */
export function rangeText({ address, family, bits }: AddressRange): string {
  return bits === widths[family] ? address : `${address}/${bits}`;
}

/** A list of ranges that answers fast. Ranges that cannot be read take nothing. */
export function compileRanges(ranges: readonly string[]): { takes(address: string): boolean } {
  const list = new BlockList();
  for (const text of ranges) {
    const range = parseRange(text);
    if (range !== undefined) list.addSubnet(range.address, range.bits, range.family);
  }
  return {
    takes(address) {
      const found = normalAddress(address);
      return found !== undefined && list.check(found.address, found.family);
    },
  };
}
