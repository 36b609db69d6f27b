import type { BlockList } from 'node:net';
import { invalidInput } from '../base/errors.ts';
import {
  canonicalAddress,
  classifyAddress,
  embeddedIpv4,
  listed,
  metadataNames,
  privateRanges,
  toBlockList,
} from './special-addresses.ts';
import type { OutboundPolicy, PortRule } from './types.ts';

/**
 * For notifications: https to any public host, ports 443 and those above 1023 that are not another
 * protocol's; bare connections to the ports of mail submission.
 */
export const channelPolicy: OutboundPolicy = {
  allowHttp: false,
  hosts: [],
  emptyHosts: 'any',
  internal: [],
  // Above 1023 without the ports that browsers refuse to speak HTTP to (WHATWG Fetch, "port blocking").
  httpPorts: [
    80,
    443,
    [1024, 1718],
    [1724, 2048],
    [2050, 3658],
    [3660, 4044],
    [4046, 4189],
    [4191, 5059],
    [5062, 5999],
    [6001, 6565],
    [6567, 6664],
    [6670, 6678],
    [6680, 6696],
    [6698, 10079],
    [10081, 65_535],
  ],
  tcpPorts: [25, 465, 587, 2525],
  allowHostHeader: false,
  allowUnverifiedTls: false,
  unfollowedRedirect: 'refuse',
};

/** For probes: http and https to any public host and port; private space still only by listing. */
export const probePolicy: OutboundPolicy = {
  allowHttp: true,
  hosts: [],
  emptyHosts: 'any',
  internal: [],
  httpPorts: 'any',
  tcpPorts: 'any',
  allowHostHeader: true,
  allowUnverifiedTls: true,
  unfollowedRedirect: 'answer',
};

/** A policy made ready to be asked. Hosts and addresses are given in their canonical spelling. */
export interface Rules {
  readonly policy: OutboundPolicy;
  /** Whether a name (or a literal address) may be asked for at all. */
  allowsHost(host: string): boolean;
  /** Whether `host`, which led to `address`, may be reached there. */
  allowsAddress(host: string, address: string): boolean;
  /** Whether the address is public; what is not public was listed, or is refused. */
  isPublic(address: string): boolean;
  allowsPort(port: number, use: 'http' | 'tcp'): boolean;
}

interface HostList {
  readonly names: ReadonlySet<string>;
  readonly suffixes: readonly string[];
  readonly exact: ReadonlySet<string>;
  readonly ranges: BlockList;
}

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

function compileHosts(entries: readonly string[], field: string): HostList {
  const names = new Set<string>();
  const suffixes: string[] = [];
  const exact = new Set<string>();
  const ranges: string[] = [];

  for (const [index, entry] of entries.entries()) {
    const text = entry.trim().toLowerCase();
    const address = canonicalAddress(text);
    if (address !== undefined) {
      exact.add(address);
      ranges.push(`${address}/${address.includes(':') ? 128 : 32}`);
    } else if (text.includes('/')) {
      ranges.push(range(text) ?? fail(`${field}.${index}`, entry));
    } else if (text.startsWith('*.') && hostName.test(text.slice(2))) {
      suffixes.push(text.slice(1));
    } else if (hostName.test(text) && !/^[\d.]+$/.test(text)) {
      if (text === 'private' && field === 'internal') ranges.push(...privateRanges);
      else names.add(text);
    } else {
      fail(`${field}.${index}`, entry);
    }
  }
  return { names, suffixes, exact, ranges: toBlockList(ranges) };
}

function range(text: string): string | undefined {
  const [network = '', bits = '', ...rest] = text.split('/');
  const address = canonicalAddress(network);
  if (address === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return undefined;
  // A range of mapped addresses would not mean what it says once its network has become IPv4.
  if (network.includes(':') !== address.includes(':')) return undefined;
  return Number(bits) <= (address.includes(':') ? 128 : 32) ? `${address}/${bits}` : undefined;
}

function fail(field: string, entry: string): never {
  throw invalidInput([
    {
      field,
      message: `"${entry}" is not a host. Write a name (hooks.example.com), a suffix (*.example.com), an address or a range (10.1.0.0/16).`,
    },
  ]);
}

function namesHost(list: HostList, host: string): boolean {
  if (list.names.has(host)) return true;
  return list.suffixes.some((suffix) => host.endsWith(suffix) && host.length > suffix.length);
}

function inRule(rule: PortRule, port: number): boolean {
  if (rule === 'any') return true;
  return rule.some((entry) =>
    typeof entry === 'number' ? entry === port : port >= entry[0] && port <= entry[1],
  );
}

/** Makes a policy ready. Raises `invalid_input` naming the entry of `hosts` or `internal` that is none. */
export function compilePolicy(policy: OutboundPolicy): Rules {
  const hosts = compileHosts(policy.hosts, 'hosts');
  const internal = compileHosts(policy.internal, 'internal');

  const addressListed = (host: string, address: string): boolean => {
    const kind = classifyAddress(address);
    if (kind === 'public') return true;
    if (kind === 'metadata') return internal.exact.has(address);
    if (kind === 'private') return namesHost(internal, host) || listed(internal.ranges, address);
    if (!listed(internal.ranges, address)) return false;
    const beyond = embeddedIpv4(address);
    return beyond === undefined || addressListed('', beyond);
  };

  return {
    policy,
    allowsHost(host) {
      if (internal.names.has(host)) return true;
      if (metadataNames.has(host)) return false;
      const address = canonicalAddress(host);
      if (address !== undefined && listed(internal.ranges, address)) return true;
      if (namesHost(internal, host)) return true;
      if (policy.hosts.length === 0) return policy.emptyHosts === 'any';
      return address === undefined ? namesHost(hosts, host) : listed(hosts.ranges, address);
    },
    allowsAddress: addressListed,
    isPublic: (address) => classifyAddress(address) === 'public',
    allowsPort: (port, use) => inRule(use === 'http' ? policy.httpPorts : policy.tcpPorts, port),
  };
}
