import { statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { Machine } from './past.ts';

/** What this machine is like at present. */
export function readMachine(): Machine {
  const { blocks, bfree, bavail, bsize } = statfsSync('/');
  const used = blocks - bfree;
  return {
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    // On Linux Node's free memory is what the kernel calls available.
    memoryPercent: ((totalmem() - freemem()) / totalmem()) * 100,
    diskBytes: (used + bavail) * bsize,
    diskPercent: (used / Math.max(1, used + bavail)) * 100,
  };
}
