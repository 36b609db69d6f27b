import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { Clock } from '../base/clock.ts';

/** Figures of this process. Shares and delays are since the reading before. */
export interface ProcessReadings {
  read(): Readonly<Record<string, number>>;
  stop(): void;
}

const resolutionMs = 10;

/** Starts to measure the event loop and garbage collection of this process. */
export function createProcessReadings(clock: Clock, restarts: () => number): ProcessReadings {
  const loop = monitorEventLoopDelay({ resolution: resolutionMs });
  loop.enable();
  let collectedMs = 0;
  const collections = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) collectedMs += entry.duration;
  });
  collections.observe({ entryTypes: ['gc'] });
  let since = clock.monotonic();
  let cpu = process.cpuUsage();

  return {
    read() {
      const now = clock.monotonic();
      const elapsed = Math.max(1, now - since);
      const used = process.cpuUsage(cpu);
      const memory = process.memoryUsage();
      // The histogram counts whole periods of its own timer; the delay is what exceeds one.
      const delay = loop.count === 0 ? 0 : Math.max(0, loop.percentile(99) / 1e6 - resolutionMs);
      const figures = {
        rss_bytes: memory.rss,
        heap_used_bytes: memory.heapUsed,
        heap_total_bytes: memory.heapTotal,
        event_loop_delay_ms: delay,
        gc_percent: Math.min(100, (collectedMs / elapsed) * 100),
        process_cpu_percent: ((used.user + used.system) / 1000 / elapsed) * 100,
        uptime_seconds: process.uptime(),
        restarts: restarts(),
      };
      loop.reset();
      collectedMs = 0;
      since = now;
      cpu = process.cpuUsage();
      return figures;
    },
    stop() {
      loop.disable();
      collections.disconnect();
    },
  };
}
