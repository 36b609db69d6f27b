import { readFile, statfs } from 'node:fs/promises';

export interface Disks {
  /** `disk_percent`, and `disk_percent_MOUNT` and `disk_free_bytes_MOUNT` for each mount. */
  readonly values: Readonly<Record<string, number>>;
  /** Path of the fullest mount. */
  readonly fullest: string;
  /** Mounts that were asked for by name and could not be read. */
  readonly missing: readonly string[];
}

/** File systems that hold data of this host. Network ones are left out: a dead server would hang the check. */
const local = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'jfs', 'reiserfs', 'bcachefs']);

/**
 * Paths to look at, from the text of /proc/mounts (fstab(5) fields): the root and every local file system,
 * each device once under its shortest path.
 */
export function localMounts(text: string): readonly string[] {
  const byDevice = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [device = '', path = '', type = ''] = line.split(' ');
    if (path !== '/' && !local.has(type)) continue;
    const mount = path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const known = byDevice.get(device);
    if (known === undefined || mount.length < known.length) byDevice.set(device, mount);
  }
  return byDevice.size === 0 ? ['/'] : [...byDevice.values()];
}

/** `/` is `root`; other paths in lower case with `_` for everything but letters and digits. */
export function mountName(path: string): string {
  if (path === '/') return 'root';
  return path
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .slice(0, 40);
}

/** Reads how full the given mounts are, or every local one. Shares are those of df(1). */
export async function readDisks(mounts: readonly string[]): Promise<Disks> {
  const paths =
    mounts.length > 0 ? mounts : localMounts(await readFile('/proc/mounts', 'utf8').catch(() => ''));
  const values: Record<string, number> = {};
  const missing: string[] = [];
  let fullest = '/';
  for (const path of paths) {
    const stat = await statfs(path).catch(() => undefined);
    if (stat === undefined) {
      if (mounts.length > 0) missing.push(path);
      continue;
    }
    const used = stat.blocks - stat.bfree;
    if (used + stat.bavail <= 0) continue;
    const percent = (used / (used + stat.bavail)) * 100;
    values[`disk_percent_${mountName(path)}`] = percent;
    values[`disk_free_bytes_${mountName(path)}`] = stat.bavail * stat.bsize;
    if (percent >= (values['disk_percent'] ?? -1)) {
      values['disk_percent'] = percent;
      fullest = path;
    }
  }
  return { values, fullest, missing };
}
