import { BlockList, isIP, isIPv4 } from 'node:net';

/** An address as it is written elsewhere: an IPv4 address within IPv6 without its prefix. */
export function peerName(address: string | undefined): string {
  const text = address ?? '';
  return text.startsWith('::ffff:') && isIPv4(text.slice(7)) ? text.slice(7) : text;
}

/**
 * Returns who may send. Entries are addresses or networks, such as `10.0.0.0/8`. Throws an `Error` that names
 * a wrong one.
 */
export function createPeers(allow: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of allow) {
    const [address = '', bits] = entry.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (version === 0 || !/^\d{1,3}$/.test(bits ?? '0') || prefix > most) {
      throw new Error(`"${entry}" is no address or network, such as 192.0.2.7 or 10.0.0.0/8.`);
    }
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
