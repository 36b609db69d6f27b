import type { BuiltInDashboard } from '../types.ts';
import { figure, overLabel, rows } from './panels.ts';

const on = 'instance=~"$instance"';

/** A machine, by the names that node_exporter and Custos's own host collector give. */
export const host: BuiltInDashboard = {
  id: 'host',
  name: 'Host',
  description: 'Processor, memory, disks and network of machines (names as in node_exporter).',
  shared: true,
  variables: [overLabel({ name: 'instance', title: 'Machine', selector: 'node_memory_MemTotal_bytes' })],
  panels: rows(
    [
      figure({
        title: 'Processor in use',
        unit: 'ratio',
        queries: [[`1 - avg(rate(node_cpu_seconds_total{mode="idle",${on}}[$__rate]))`]],
        thresholds: [
          { value: 0.8, level: 'warning' },
          { value: 0.95, level: 'critical' },
        ],
      }),
      figure({
        title: 'Memory in use',
        unit: 'ratio',
        queries: [
          [`1 - sum(node_memory_MemAvailable_bytes{${on}}) / sum(node_memory_MemTotal_bytes{${on}})`],
        ],
        thresholds: [
          { value: 0.85, level: 'warning' },
          { value: 0.95, level: 'critical' },
        ],
      }),
      figure({
        title: 'Fullest disk',
        unit: 'ratio',
        queries: [
          [
            `max(1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs",${on}} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs",${on}})`,
          ],
        ],
        thresholds: [
          { value: 0.8, level: 'warning' },
          { value: 0.9, level: 'critical' },
        ],
      }),
      figure({ title: 'Load, 5 min', queries: [[`avg(node_load5{${on}})`]] }),
    ],
    [
      {
        title: 'Processor by mode',
        unit: 'ratio',
        stacked: true,
        min: 0,
        queries: [[`avg by (mode) (rate(node_cpu_seconds_total{mode!="idle",${on}}[$__rate]))`, '{{mode}}']],
      },
      {
        title: 'Memory',
        unit: 'bytes',
        min: 0,
        queries: [
          [
            `node_memory_MemTotal_bytes{${on}} - node_memory_MemAvailable_bytes{${on}}`,
            'in use, {{instance}}',
          ],
          [`node_memory_MemTotal_bytes{${on}}`, 'total, {{instance}}'],
        ],
      },
    ],
    [
      {
        title: 'Disks in use',
        unit: 'ratio',
        min: 0,
        max: 1,
        queries: [
          [
            `1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs",${on}} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs",${on}}`,
            '{{instance}} {{mountpoint}}',
          ],
        ],
      },
      {
        title: 'Disk traffic',
        unit: 'bytes-per-second',
        queries: [
          [`sum by (device) (rate(node_disk_read_bytes_total{${on}}[$__rate]))`, 'read {{device}}'],
          [`sum by (device) (rate(node_disk_written_bytes_total{${on}}[$__rate]))`, 'written {{device}}'],
        ],
      },
    ],
    [
      {
        title: 'Network',
        unit: 'bytes-per-second',
        queries: [
          [
            `sum by (device) (rate(node_network_receive_bytes_total{device!="lo",${on}}[$__rate]))`,
            'received {{device}}',
          ],
          [
            `sum by (device) (rate(node_network_transmit_bytes_total{device!="lo",${on}}[$__rate]))`,
            'sent {{device}}',
          ],
        ],
      },
      {
        title: 'Load',
        min: 0,
        queries: [
          [`node_load1{${on}}`, '1 min, {{instance}}'],
          [`node_load15{${on}}`, '15 min, {{instance}}'],
        ],
      },
    ],
  ),
};
