import { readdir } from 'node:fs/promises';
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { Clock } from '../../base/clock.ts';
import { counter, gauge } from './measure.ts';
import type { Collector, Measurement } from './types.ts';

const cpu = {
  all: counter('process_cpu_seconds_total', 'User and system CPU time spent, in seconds.'),
  user: counter('process_cpu_user_seconds_total', 'User CPU time spent, in seconds.'),
  system: counter('process_cpu_system_seconds_total', 'System CPU time spent, in seconds.'),
};
const started = gauge('process_start_time_seconds', 'Start of the process, in seconds since the epoch.');
const memory = {
  rss: gauge('process_resident_memory_bytes', 'Resident memory, in bytes.'),
  heapTotal: gauge('nodejs_heap_size_total_bytes', 'Heap that is reserved, in bytes.'),
  heapUsed: gauge('nodejs_heap_size_used_bytes', 'Heap that is in use, in bytes.'),
  external: gauge('nodejs_external_memory_bytes', 'Memory outside the heap, in bytes.'),
  arrayBuffers: gauge('nodejs_array_buffers_bytes', 'Memory of array buffers, in bytes.'),
};
const openFiles = gauge('process_open_fds', 'File descriptors that are open.');
const restarts = counter('custos_process_restarts_total', 'Times that Custos was started after the first.');
const lag = {
  mean: gauge('nodejs_eventloop_lag_mean_seconds', 'Event-loop delay since the last reading, mean.'),
  max: gauge('nodejs_eventloop_lag_max_seconds', 'Event-loop delay since the last reading, most.'),
  p50: gauge('nodejs_eventloop_lag_p50_seconds', 'Event-loop delay since the last reading, p50.'),
  p90: gauge('nodejs_eventloop_lag_p90_seconds', 'Event-loop delay since the last reading, p90.'),
  p99: gauge('nodejs_eventloop_lag_p99_seconds', 'Event-loop delay since the last reading, p99.'),
};
const gcSum = counter('nodejs_gc_duration_seconds_sum', 'Time of garbage collections by kind, in seconds.');
const gcCount = counter('nodejs_gc_duration_seconds_count', 'Garbage collections by kind.');

/** The timer behind the histogram; what it measures beyond one of its periods is delay. */
const resolutionMs = 10;

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** Reads this process under the names of prom-client. `restarts` counts starts after the first. */
export function createProcessCollector(
  clock: Clock,
  options: { readonly instance: string; readonly restarts: () => number },
): Collector {
  const startedAt = Math.round(clock.now() / 1000 - process.uptime());
  const loop = monitorEventLoopDelay({ resolution: resolutionMs });
  loop.enable();
  const collections = new Map<string, { seconds: number; count: number }>(
    ['major', 'minor', 'incremental', 'weakcb'].map((kind) => [kind, { seconds: 0, count: 0 }]),
  );
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind = -1 } = (entry as { detail?: { kind?: number } }).detail ?? {};
      const counted = collections.get(gcKinds[kind] ?? '');
      if (counted === undefined) continue;
      counted.seconds += entry.duration / 1000;
      counted.count += 1;
    }
  });
  observer.observe({ entryTypes: ['gc'] });

  function eventLoop(): Measurement[] {
    // Before the first tick of its timer the histogram holds nothing that could be read.
    const seconds = (nanoseconds: number): number =>
      loop.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
    const found = [
      lag.mean(seconds(loop.mean)),
      lag.max(seconds(loop.max)),
      lag.p50(seconds(loop.percentile(50))),
      lag.p90(seconds(loop.percentile(90))),
      lag.p99(seconds(loop.percentile(99))),
    ];
    loop.reset();
    return found;
  }

  return {
    name: 'process',
    labels: { job: 'custos', instance: options.instance },
    async collect() {
      const used = process.cpuUsage();
      const sizes = process.memoryUsage();
      const descriptors = await readdir('/proc/self/fd').catch(() => undefined);
      return [
        cpu.all((used.user + used.system) / 1e6),
        cpu.user(used.user / 1e6),
        cpu.system(used.system / 1e6),
        started(startedAt),
        memory.rss(sizes.rss),
        memory.heapTotal(sizes.heapTotal),
        memory.heapUsed(sizes.heapUsed),
        memory.external(sizes.external),
        memory.arrayBuffers(sizes.arrayBuffers),
        ...(descriptors === undefined ? [] : [openFiles(descriptors.length)]),
        restarts(options.restarts()),
        ...eventLoop(),
        ...[...collections].flatMap(([kind, { seconds, count }]) => [
          gcSum(seconds, { kind }),
          gcCount(count, { kind }),
        ]),
      ];
    },
    stop() {
      loop.disable();
      observer.disconnect();
    },
  };
}
