import { statfs } from 'node:fs/promises';
import type { DiskSpace } from './types.ts';

/** How full the file system of a directory is; the share is that of df(1). */
export async function diskSpace(directory: string): Promise<DiskSpace> {
  const { blocks, bfree, bavail, bsize } = await statfs(directory);
  const used = blocks - bfree;
  return {
    usedPercent: used + bavail <= 0 ? 0 : (used / (used + bavail)) * 100,
    freeBytes: bavail * bsize,
  };
}
