import type { ComponentDefinition } from '../component.ts';

/** Percent; the same as `custos health` gives to Nagios. A full disk stops the ledger. */
const limits = { warning: 85, critical: 95 };

/** How full the file system is that holds the ledger. */
export const diskComponent: ComponentDefinition = {
  name: 'disk',
  title: 'Disk',
  unit: '%',
  figure: 'audit_disk_percent',
  async look({ sources }) {
    const { usedPercent, freeBytes } = await sources.disk();
    const free = `${(freeBytes / 1e9).toFixed(1)} GB`;
    return {
      value: usedPercent,
      ...limits,
      message: `${usedPercent.toFixed(1)} % is used; ${free} are free.`,
    };
  },
};
