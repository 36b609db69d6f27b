import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../base/clock.ts';
import type { Figure, Metrics } from './metrics.ts';

/**
 * Adds the figures of this process under the names that Prometheus's client libraries use. Returns what
 * ends the measuring.
 */
export function collectProcessMetrics(metrics: Metrics, clock: Clock): () => void {
  const startedAt = clock.now() / 1000 - process.uptime();
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();

  const gauge = (name: string, help: string, value: number): Figure => ({
    name,
    help,
    type: 'gauge',
    samples: [{ value }],
  });
  metrics.collect(() => {
    const memory = process.memoryUsage();
    const cpu = process.cpuUsage();
    const p99 = delay.percentile(99) / 1e9;
    delay.reset();
    return [
      {
        name: 'process_cpu_seconds_total',
        help: 'User and system CPU time spent, in seconds.',
        type: 'counter' as const,
        samples: [{ value: (cpu.user + cpu.system) / 1e6 }],
      },
      gauge('process_start_time_seconds', 'Start of the process, in seconds since the epoch.', startedAt),
      gauge('process_resident_memory_bytes', 'Resident memory, in bytes.', memory.rss),
      gauge('nodejs_heap_size_total_bytes', 'Heap that is reserved, in bytes.', memory.heapTotal),
      gauge('nodejs_heap_size_used_bytes', 'Heap that is in use, in bytes.', memory.heapUsed),
      gauge('nodejs_external_memory_bytes', 'Memory outside the heap, in bytes.', memory.external),
      gauge('nodejs_eventloop_lag_p99_seconds', 'Event-loop delay since the last scrape, p99.', p99),
    ];
  });
  return () => delay.disable();
}
