import type { BuiltInDashboard } from '../types.ts';
import { figure, overLabel, rows } from './panels.ts';

const of = 'instance=~"$instance"';

/** A process, by the names of Prometheus's client libraries; the Node.js rows show what prom-client gives. */
export const process: BuiltInDashboard = {
  id: 'process',
  name: 'Process',
  description: 'Processor, memory, garbage collection and event loop (names as in the client libraries).',
  shared: true,
  variables: [overLabel({ name: 'instance', title: 'Process', selector: 'process_resident_memory_bytes' })],
  panels: rows(
    [
      figure({
        title: 'Processes',
        unit: 'count',
        queries: [[`count(process_resident_memory_bytes{${of}})`]],
      }),
      figure({
        title: 'Memory',
        unit: 'bytes',
        queries: [[`sum(process_resident_memory_bytes{${of}})`]],
      }),
      figure({
        title: 'Processors in use',
        queries: [[`sum(rate(process_cpu_seconds_total{${of}}[$__rate]))`]],
      }),
      figure({
        title: 'Up for',
        unit: 'seconds',
        queries: [[`min(time() - process_start_time_seconds{${of}})`]],
      }),
    ],
    [
      {
        title: 'Processors in use',
        min: 0,
        queries: [[`rate(process_cpu_seconds_total{${of}}[$__rate])`, '{{job}} {{instance}}']],
      },
      {
        title: 'Resident memory',
        unit: 'bytes',
        min: 0,
        queries: [[`process_resident_memory_bytes{${of}}`, '{{job}} {{instance}}']],
      },
    ],
    [
      {
        title: 'Heap in use (Node.js)',
        unit: 'bytes',
        min: 0,
        queries: [
          [`nodejs_heap_size_used_bytes{${of}}`, 'used, {{instance}}'],
          [`nodejs_heap_size_total_bytes{${of}}`, 'reserved, {{instance}}'],
        ],
      },
      {
        title: 'Event loop delay, 99th percentile (Node.js)',
        unit: 'seconds',
        min: 0,
        queries: [[`nodejs_eventloop_lag_p99_seconds{${of}}`, '{{job}} {{instance}}']],
      },
    ],
    [
      {
        title: 'Share of time in garbage collection (Node.js)',
        unit: 'ratio',
        min: 0,
        queries: [
          [`sum by (instance) (rate(nodejs_gc_duration_seconds_sum{${of}}[$__rate]))`, '{{instance}}'],
        ],
      },
      {
        title: 'Restarts',
        unit: 'count',
        min: 0,
        queries: [[`changes(process_start_time_seconds{${of}}[1h])`, 'in an hour, {{job}} {{instance}}']],
      },
    ],
  ),
};
