import { readFile } from 'node:fs/promises';
import { cpus, freemem, hostname, loadavg, platform, release, totalmem, uptime, arch } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { readFilesystems } from './host-filesystems.ts';
import { readDisks, readNetwork } from './host-devices.ts';
import { counter, gauge } from './measure.ts';
import type { Collector, Measurement } from './types.ts';

const cpuSeconds = counter('node_cpu_seconds_total', 'Time that processors spent, by mode, in seconds.');
const load = [
  gauge('node_load1', 'Load average over 1 minute.'),
  gauge('node_load5', 'Load average over 5 minutes.'),
  gauge('node_load15', 'Load average over 15 minutes.'),
];
const bootTime = gauge('node_boot_time_seconds', 'When the host started, in seconds since the epoch.');
const now = gauge('node_time_seconds', 'The time of the host, in seconds since the epoch.');
const uname = gauge('node_uname_info', 'What system the host runs.');
const switches = counter('node_context_switches_total', 'Context switches.');
const forks = counter('node_forks_total', 'Processes that were started.');
const running = gauge('node_procs_running', 'Processes that can run.');
const blocked = gauge('node_procs_blocked', 'Processes that wait for input or output.');

/** Ticks of /proc/stat per second: `USER_HZ`, 100 on every Linux that Node runs on (proc(5)). */
const ticksPerSecond = 100;
/** Columns of a `cpu` line of /proc/stat. Guest time is in `user` already. */
const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

async function fileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** From /proc/stat; elsewhere from what Node knows. */
export function readStat(text: string): Measurement[] {
  const found: Measurement[] = [];
  for (const line of text.split('\n')) {
    const [name = '', ...values] = line.split(/\s+/);
    const first = Number(values[0]);
    if (/^cpu\d+$/.test(name)) {
      for (const [at, mode] of modes.entries()) {
        const ticks = Number(values[at] ?? 0);
        found.push(cpuSeconds(ticks / ticksPerSecond, { cpu: name.slice(3), mode }));
      }
    } else if (name === 'ctxt') found.push(switches(first));
    else if (name === 'processes') found.push(forks(first));
    else if (name === 'procs_running') found.push(running(first));
    else if (name === 'procs_blocked') found.push(blocked(first));
  }
  if (found.length > 0) return found;
  return cpus().flatMap(({ times }, cpu) => [
    ...(['user', 'nice', 'idle', 'irq'] as const).map((mode) =>
      cpuSeconds(times[mode] / 1000, { cpu: String(cpu), mode }),
    ),
    cpuSeconds(times.sys / 1000, { cpu: String(cpu), mode: 'system' }),
  ]);
}

const memoryFields = [
  'MemTotal',
  'MemFree',
  'MemAvailable',
  'Buffers',
  'Cached',
  'Dirty',
  'Slab',
  'SwapTotal',
  'SwapFree',
  'Committed_AS',
];

/** From /proc/meminfo; elsewhere total, free and available of what Node knows. */
export function readMemory(text: string): Measurement[] {
  const field = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const known: Readonly<Record<string, number>> =
    text === '' ? { MemTotal: totalmem(), MemFree: freemem(), MemAvailable: freemem() } : {};
  return memoryFields.flatMap((name) => {
    const bytes = field(name) ?? known[name];
    const figure = gauge(`node_memory_${name}_bytes`, `${name} of the host's memory, in bytes.`);
    return bytes === undefined ? [] : [figure(bytes)];
  });
}

/** Reads the host under the names of node_exporter: processors, memory, load, disks, file systems, network. */
export function createHostCollector(clock: Clock): Collector {
  return {
    name: 'host',
    labels: { job: 'node', instance: hostname() },
    async collect() {
      const [stat, memory, disks, network, filesystems] = await Promise.all([
        fileText('/proc/stat'),
        fileText('/proc/meminfo'),
        fileText('/proc/diskstats'),
        fileText('/proc/net/dev'),
        readFilesystems(await fileText('/proc/mounts')),
      ]);
      const seconds = clock.now() / 1000;
      const averages = loadavg();
      return [
        ...readStat(stat),
        ...readMemory(memory),
        ...load.map((figure, at) => figure(averages[at] ?? 0)),
        ...filesystems,
        ...readDisks(disks),
        ...readNetwork(network),
        bootTime(Math.round(seconds - uptime())),
        now(seconds),
        uname(1, { nodename: hostname(), sysname: platform(), release: release(), machine: arch() }),
      ];
    },
  };
}
