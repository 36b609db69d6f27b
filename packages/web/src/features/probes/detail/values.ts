import type { ProbeKindName, ProbeView, SeriesView } from '@custos/contract';

/** Kinds that are about values and have no response time of their own. */
const withoutLatency = new Set<ProbeKindName>(['host', 'process', 'heartbeat']);

export function hasLatency(kind: ProbeKindName): boolean {
  return !withoutLatency.has(kind);
}

/**
 * Values whose line would say nothing: limits, counters and ages that only grow, codes, and what another
 * chart shows already.
 */
const dull =
  /^latency_ms$|^status_code$|_total_|_limit$|^uptime_|^restarts$|^since_|_since_|^load5$|^load15$|^load_per_cpu$|^memory_used_|^disk_free_|^heap_total_|^connections_used$|^own_network_fault$|^checks_running$|_waiting$/;

const address = /^\[?[0-9a-f]*[:.][0-9a-f:.]+\]?$/i;

/** Whether the target is named by an address, so that no name is ever resolved. */
function isAddress(host: string): boolean {
  return address.test(host);
}

function targetOf({ options }: Pick<ProbeView, 'options'>): { host: string; encrypted: boolean } {
  const { url, host } = options;
  if (typeof url === 'string' && URL.canParse(url)) {
    const { hostname, protocol } = new URL(url);
    return { host: hostname, encrypted: protocol === 'https:' };
  }
  return { host: typeof host === 'string' ? host : '', encrypted: true };
}

/** The values of a probe that are worth a chart, in the order of their names' first measurement. */
export function chartedValues(probe: Pick<ProbeView, 'options' | 'lastResult'>): string[] {
  const names = Object.keys(probe.lastResult?.values ?? {});
  const { host, encrypted } = targetOf(probe);
  const disks = names.some((name) => name.startsWith('disk_percent_'));
  return names.filter((name) => {
    if (dull.test(name)) return false;
    if (name === 'dns_ms') return !isAddress(host);
    if (name === 'tls_ms') return encrypted;
    if (name === 'disk_percent') return !disks;
    return true;
  });
}

/** Whether a line would lie flat on the ground, or nothing was measured at all. */
export function isEmpty({ average, maximum }: SeriesView): boolean {
  const nothing = (value: number | null): boolean => value === null || value === 0;
  return average.every(nothing) && maximum.every(nothing);
}

/** What a kind without a response time is judged by: the name of a value and its title. */
const mainValues: Partial<Record<ProbeKindName, readonly (readonly [value: string, title: string])[]>> = {
  host: [
    ['cpu_percent', 'CPU'],
    ['memory_percent', 'Memory'],
    ['disk_percent', 'Disk'],
    ['load1', 'Load, 1 min'],
  ],
  process: [
    ['rss_bytes', 'Memory'],
    ['event_loop_delay_ms', 'Event-loop delay'],
    ['process_cpu_percent', 'CPU'],
  ],
};

/** The figures that stand first on the page of a probe, with their values' names. */
export function mainFigures(kind: ProbeKindName): readonly (readonly [value: string, title: string])[] {
  return mainValues[kind] ?? [];
}
