import { cpus, freemem, loadavg, totalmem, uptime } from 'node:os';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { percentLimit } from './fields.ts';
import { defineKind, type CheckContext } from './kind.ts';
import { readDisks } from './host-disks.ts';

interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

function cpuTimes(): CpuTimes {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle;
    total += all;
    busy += all - times.idle;
  }
  return { busy, total };
}

const firstSampleMs = 200;

/** Share of processor time in use since the last check of this probe; over a short sample the first time. */
async function cpuPercent(memory: CheckContext['memory'], clock: Clock): Promise<number> {
  let before = memory.get('cpu') as CpuTimes | undefined;
  if (before === undefined) {
    before = cpuTimes();
    await clock.sleep(firstSampleMs);
  }
  const after = cpuTimes();
  memory.set('cpu', after);
  const total = after.total - before.total;
  return total <= 0 ? 0 : Math.min(100, ((after.busy - before.busy) / total) * 100);
}

/** `MemAvailable` and swap from /proc/meminfo in bytes (proc(5)); elsewhere what the system calls free. */
async function readMemory(): Promise<Record<string, number>> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const field = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const total = field('MemTotal') ?? totalmem();
  const available = field('MemAvailable') ?? freemem();
  const swap = field('SwapTotal') ?? 0;
  return {
    memory_total_bytes: total,
    memory_used_bytes: total - available,
    memory_percent: ((total - available) / total) * 100,
    ...(swap > 0 ? { swap_percent: ((swap - (field('SwapFree') ?? 0)) / swap) * 100 } : {}),
  };
}

const options = z.strictObject({
  cpuPercent: percentLimit
    .default(80)
    .meta({ title: 'CPU, %', description: 'Degraded above this; empty for no limit.' }),
  memoryPercent: percentLimit
    .default(85)
    .meta({ title: 'Memory, %', description: 'Degraded above this; empty for no limit.' }),
  diskPercent: percentLimit.default(90).meta({
    title: 'Disk, %',
    description: 'Degraded when any mount is fuller than this; empty for no limit.',
  }),
  mounts: z
    .array(z.string().trim().startsWith('/', 'must be a path that starts with /').max(500))
    .max(50)
    .default([])
    .meta({
      title: 'Mounts',
      description: 'Paths of the file systems to watch; all local ones when empty.',
      placeholder: '/var/lib',
    }),
});

/**
 * Reads the host that Custos runs on: CPU, memory, disks and load.
 *
 * Values: `cpu_percent`, `memory_percent`, `memory_used_bytes`, `memory_total_bytes`, `swap_percent`,
 * `disk_percent` (the fullest mount), `disk_percent_MOUNT` and `disk_free_bytes_MOUNT` for each mount with
 * its path in lower case, everything but letters and digits as `_` and `/` alone as `root`, `load1`,
 * `load5`, `load15`, `load_per_cpu`, `uptime_seconds`.
 */
export const hostKind = defineKind({
  kind: 'host',
  title: 'This host',
  description: 'Processor, memory, disks and load of the machine that Custos runs on.',
  options,
  async check(given, context) {
    const [cpu, memory, disks] = await Promise.all([
      cpuPercent(context.memory, context.clock),
      readMemory(),
      readDisks(given.mounts),
    ]);
    const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
    const values: Record<string, number> = {
      cpu_percent: cpu,
      ...memory,
      ...disks.values,
      load1,
      load5,
      load15,
      load_per_cpu: load1 / Math.max(1, cpus().length),
      uptime_seconds: uptime(),
    };
    const faults = [
      ...over('CPU', cpu, given.cpuPercent),
      ...over('Memory', memory['memory_percent'] ?? 0, given.memoryPercent),
      ...over(`Disk ${disks.fullest}`, values['disk_percent'] ?? 0, given.diskPercent),
      ...disks.missing.map((mount) => `${mount} could not be read.`),
    ];
    const calm = `CPU ${Math.round(cpu)} %, memory ${Math.round(memory['memory_percent'] ?? 0)} %, disk ${Math.round(values['disk_percent'] ?? 0)} %.`;
    return {
      status: faults.length > 0 ? 'degraded' : 'up',
      latencyMs: null,
      message: faults.length > 0 ? faults.join(' ') : calm,
      values,
    };
  },
});

function over(what: string, percent: number, limit: number | null): readonly string[] {
  return limit !== null && percent > limit
    ? [`${what} is at ${Math.round(percent)} %, above ${limit} %.`]
    : [];
}
