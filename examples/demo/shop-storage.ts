import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const megabyte = 1024 * 1024;

/** How full a directory is. */
export interface StorageState {
  /** `nearly full` from 85 %, `full` when not even a receipt fits. */
  readonly state: 'ok' | 'nearly full' | 'full';
  readonly percent: number;
  readonly usedMb: number;
  readonly limitMb: number;
}

export interface Storage {
  /** Writes a file. Raises an error with code `ENOSPC` when it does not fit, as a full disk does. */
  write(name: string, content: Uint8Array | string): void;
  remove(name: string): void;
  /** Names that begin with `prefix`, in order. */
  list(prefix: string): string[];
  read(): StorageState;
}

const nearlyFull = 85;
const roomForOne = megabyte;

/** Opens a directory that holds real files and may hold so many bytes in all, as a small disk does. */
export function openStorage(directory: string, limitBytes: number): Storage {
  mkdirSync(directory, { recursive: true });
  const sizes = new Map(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).size]));
  const used = (): number => sizes.values().reduce((sum, size) => sum + size, 0);

  return {
    write(name, content) {
      const size = Buffer.byteLength(content);
      if (used() - (sizes.get(name) ?? 0) + size > limitBytes) {
        throw Object.assign(new Error(`ENOSPC: no space left for ${name}`), { code: 'ENOSPC' });
      }
      writeFileSync(join(directory, name), content);
      sizes.set(name, size);
    },
    remove(name) {
      rmSync(join(directory, name), { force: true });
      sizes.delete(name);
    },
    list: (prefix) => [...sizes.keys()].filter((name) => name.startsWith(prefix)).toSorted(),
    read() {
      const bytes = used();
      const percent = Math.round((bytes / limitBytes) * 1000) / 10;
      const full = limitBytes - bytes < roomForOne;
      return {
        state: full ? 'full' : percent >= nearlyFull ? 'nearly full' : 'ok',
        percent,
        usedMb: Math.round((bytes / megabyte) * 10) / 10,
        limitMb: limitBytes / megabyte,
      };
    },
  };
}
