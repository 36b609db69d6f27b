import { BlockList, isIP } from 'node:net';
import type { FieldFault } from '../base/errors.ts';

/** Adds an address such as `192.0.2.1` or a range such as `192.0.2.0/24`; false when it is neither. */
function add(list: BlockList, entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) {
    list.addAddress(address, family);
    return true;
  }
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  list.addSubnet(address, Number(bits), family);
  return true;
}

/** Lists are few and short: one per token that has any. */
const cacheLimit = 1000;
const known = new Map<string, BlockList>();

function listOf(entries: readonly string[]): BlockList {
  const key = entries.join(' ');
  const found = known.get(key);
  if (found !== undefined) return found;
  const list = new BlockList();
  for (const entry of entries) add(list, entry);
  if (known.size >= cacheLimit) known.clear();
  known.set(key, list);
  return list;
}

/** True when a token with these addresses is taken from `address`; an empty list takes any. */
export function isListed(address: string, entries: readonly string[]): boolean {
  if (entries.length === 0) return true;
  const version = isIP(address);
  return version !== 0 && listOf(entries).check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** What is wrong with a list of addresses and ranges, or nothing. */
export function addressFaults(entries: readonly string[], field: string): FieldFault[] {
  return entries.flatMap((entry, index) =>
    add(new BlockList(), entry)
      ? []
      : [{ field: `${field}.${index}`, message: 'must be an address or a range such as 192.0.2.0/24' }],
  );
}
