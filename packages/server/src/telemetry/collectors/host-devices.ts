import { counter } from './measure.ts';
import type { Measurement } from './types.ts';

/** Sectors of /proc/diskstats are 512 bytes, whatever the disk's own are (iostats.rst of the kernel). */
const sectorBytes = 512;

const disk = {
  reads: counter('node_disk_reads_completed_total', 'Reads that were completed.'),
  readBytes: counter('node_disk_read_bytes_total', 'Bytes that were read.'),
  readSeconds: counter('node_disk_read_time_seconds_total', 'Time that reads took, in seconds.'),
  writes: counter('node_disk_writes_completed_total', 'Writes that were completed.'),
  writtenBytes: counter('node_disk_written_bytes_total', 'Bytes that were written.'),
  writeSeconds: counter('node_disk_write_time_seconds_total', 'Time that writes took, in seconds.'),
  busySeconds: counter('node_disk_io_time_seconds_total', 'Time in which the disk was busy, in seconds.'),
};

/** Loops, memory and partitions say nothing that their disk does not. */
const noDisk = /^(ram|loop|fd|zram|sr)\d+$|^((h|s|v|xv)d[a-z]+|nvme\d+n\d+p|mmcblk\d+p)\d+$/;

/** Disks from /proc/diskstats (iostats.rst of the kernel). */
export function readDisks(text: string): Measurement[] {
  return text.split('\n').flatMap((line) => {
    const [, , device = '', ...fields] = line.trim().split(/\s+/);
    if (device === '' || noDisk.test(device)) return [];
    const at = (place: number): number => Number(fields[place] ?? 0);
    const labels = { device };
    return [
      disk.reads(at(0), labels),
      disk.readBytes(at(2) * sectorBytes, labels),
      disk.readSeconds(at(3) / 1000, labels),
      disk.writes(at(4), labels),
      disk.writtenBytes(at(6) * sectorBytes, labels),
      disk.writeSeconds(at(7) / 1000, labels),
      disk.busySeconds(at(9) / 1000, labels),
    ];
  });
}

const received = ['bytes', 'packets', 'errs', 'drop'].map((what) =>
  counter(`node_network_receive_${what}_total`, `Network: ${what} received.`),
);
const transmitted = ['bytes', 'packets', 'errs', 'drop'].map((what) =>
  counter(`node_network_transmit_${what}_total`, `Network: ${what} transmitted.`),
);
/** Ends of containers' networks come and go with them. */
const passing = /^(veth|cali|docker\d|br-|ifb|dummy)/;

/** Network devices from /proc/net/dev: eight columns received, eight transmitted. */
export function readNetwork(text: string): Measurement[] {
  return text.split('\n').flatMap((line) => {
    const [device = '', rest] = line.trim().split(/:\s*/);
    if (rest === undefined || device.includes('|') || passing.test(device)) return [];
    const columns = rest.trim().split(/\s+/).map(Number);
    return [
      ...received.map((figure, at) => figure(columns[at] ?? 0, { device })),
      ...transmitted.map((figure, at) => figure(columns[at + 8] ?? 0, { device })),
    ];
  });
}
