import { BlockList, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * What an address is for.
 *
 * - `public`: anybody's
 * - `private`: an organisation's own networks and this host
 * - `special`: link-local, reserved, multicast, documentation and translation space
 * - `metadata`: hands out credentials of the machine to whoever can reach it
 */
export type AddressClass = 'public' | 'private' | 'special' | 'metadata';

/**
 * Metadata services. AWS, Azure, Google Cloud, DigitalOcean and others share 169.254.169.254; the rest
 * are AWS container credentials, AWS over IPv6, Alibaba, Oracle, Azure's host agent and Google over IPv6.
 */
const metadataAddresses = [
  '169.254.169.254',
  '169.254.169.253',
  '169.254.169.123',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
];

/** Names that only lead to a metadata service, refused even before they are resolved. */
export const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** RFC 1918, RFC 6598, loopback (RFC 1122, RFC 4291) and unique local (RFC 4193). */
export const privateRanges = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
];

/** The IANA special-purpose registries (RFC 6890 and updates), less what is private. */
const specialRanges = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];

export function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits = ''] = range.split('/');
    list.addSubnet(network, Number(bits), isIPv4(network) ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** True when `address`, an address without brackets or zone, lies in `list`. */
export function listed(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

const metadata = new Set(metadataAddresses);
const privateSpace = toBlockList(privateRanges);
const specialSpace = toBlockList(specialRanges);
/** Only this eighth of IPv6 is handed out to anybody (RFC 4291 section 2.4); the rest is special. */
const globalUnicast = toBlockList(['2000::/3']);

/**
 * Returns the one spelling of an address: IPv4 that is written as IPv6 (`::ffff:10.0.0.1`) as IPv4, and
 * IPv6 shortest, in lower case. `undefined` for anything else, zones included.
 */
export function canonicalAddress(text: string): string | undefined {
  if (text.includes('%')) return undefined;
  if (isIPv4(text)) return text;
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}

/** Says what a canonical address is for. */
export function classifyAddress(address: string): AddressClass {
  if (metadata.has(address)) return 'metadata';
  if (listed(privateSpace, address)) return 'private';
  if (listed(specialSpace, address)) return 'special';
  if (!isIPv4(address) && !listed(globalUnicast, address)) return 'special';
  return 'public';
}

const nat64 = toBlockList(['64:ff9b::/96']);
const sixToFour = toBlockList(['2002::/16']);

/** The IPv4 address that a translator would go on to: NAT64 (RFC 6052) and 6to4 (RFC 3056). */
export function embeddedIpv4(address: string): string | undefined {
  if (isIPv4(address)) return undefined;
  const bytes = ipaddr.IPv6.parse(address).toByteArray();
  if (listed(nat64, address)) return bytes.slice(12).join('.');
  if (listed(sixToFour, address)) return bytes.slice(2, 6).join('.');
  return undefined;
}
