import { statfs } from 'node:fs/promises';
import { gauge } from './measure.ts';
import type { Measurement } from './types.ts';

const size = gauge('node_filesystem_size_bytes', 'Size of the file system, in bytes.');
const free = gauge('node_filesystem_free_bytes', 'Free space, in bytes.');
const available = gauge('node_filesystem_avail_bytes', 'Space that users may still fill, in bytes.');
const files = gauge('node_filesystem_files', 'Inodes of the file system.');
const filesFree = gauge('node_filesystem_files_free', 'Free inodes.');

/** File systems of this host. Network ones are left out: a dead server would hang the reading. */
const local = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'zfs',
  'f2fs',
  'jfs',
  'reiserfs',
  'bcachefs',
  'overlay',
  'vfat',
]);
const most = 100;

interface Mount {
  readonly device: string;
  readonly mountpoint: string;
  readonly fstype: string;
}

/** Mounts from /proc/mounts (fstab(5) fields), each device once under its shortest path, and the root. */
export function localMounts(text: string): readonly Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [device = '', path = '', fstype = ''] = line.split(' ');
    if (path !== '/' && (!local.has(fstype) || fstype === 'overlay')) continue;
    const mountpoint = path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const known = byDevice.get(device);
    if (known === undefined || mountpoint.length < known.mountpoint.length) {
      byDevice.set(device, { device, mountpoint, fstype });
    }
  }
  if (byDevice.size === 0) return [{ device: 'root', mountpoint: '/', fstype: '' }];
  return [...byDevice.values()].slice(0, most);
}

/** How full the local file systems are. One that cannot be read is left out. */
export async function readFilesystems(mounts: string): Promise<Measurement[]> {
  const found: Measurement[] = [];
  for (const { device, mountpoint, fstype } of localMounts(mounts)) {
    const stat = await statfs(mountpoint).catch(() => undefined);
    if (stat === undefined || stat.blocks === 0) continue;
    const labels = { device, mountpoint, fstype };
    found.push(
      size(stat.blocks * stat.bsize, labels),
      free(stat.bfree * stat.bsize, labels),
      available(stat.bavail * stat.bsize, labels),
      files(stat.files, labels),
      filesFree(stat.ffree, labels),
    );
  }
  return found;
}
