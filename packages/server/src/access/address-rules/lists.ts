import type { Identity } from '../types.ts';
import { compileRanges } from './ranges.ts';
import type { StoredAddressRule } from './types.ts';

/** All lists of an installation, ready to be asked. */
export interface AddressLists {
  /** True when the lists that concern this caller take the address; `identity` null is anybody. */
  take(address: string, identity: Pick<Identity, 'role' | 'tokenId'> | null): boolean;
}

const keyOf = (scope: StoredAddressRule['scope'], subject: string): string => `${scope} ${subject}`;

export function compileLists(rules: readonly StoredAddressRule[]): AddressLists {
  const ranges = new Map<string, string[]>();
  for (const { scope, subject, range } of rules) {
    const key = keyOf(scope, subject);
    ranges.set(key, [...(ranges.get(key) ?? []), range]);
  }
  const lists = new Map([...ranges].map(([key, list]) => [key, compileRanges(list)]));
  const takenBy = (key: string, address: string): boolean => lists.get(key)?.takes(address) ?? true;

  return {
    take(address, identity) {
      if (lists.size === 0) return true;
      if (!takenBy(keyOf('installation', ''), address)) return false;
      if (identity === null) return true;
      if (!takenBy(keyOf('role', identity.role), address)) return false;
      return identity.tokenId === null || takenBy(keyOf('token', identity.tokenId), address);
    },
  };
}
