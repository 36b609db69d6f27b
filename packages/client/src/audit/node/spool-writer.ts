import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeLine, type SpoolLine } from './spool-lines.ts';

/** Where a line is. */
export interface LinePlace {
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

interface Pending {
  readonly bytes: Buffer;
  resolve(place: LinePlace): void;
  reject(error: unknown): void;
}

export interface SpoolWriter {
  /** Adds a line; resolves when it is on disk. Lines keep the order of the calls. */
  write(line: SpoolLine): Promise<LinePlace>;
  /** Number of the file that is being written. */
  current(): number;
  /** Resolves when nothing is being written. Never rejects. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export const spoolFile = (directory: string, number: number): string =>
  join(directory, `${String(number).padStart(10, '0')}.spool`);

/** Makes the names in a directory durable; not every platform can. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/**
 * Appends lines to numbered files: all that wait at once in one write and one `fdatasync`. A failed write is
 * cut off again; if even that fails, nothing more is written, since the file's end is then unknown.
 *
 * `head` gives the lines that every new file begins with.
 */
export function createSpoolWriter(options: {
  readonly directory: string;
  readonly first: number;
  readonly fileBytes: number;
  head(): readonly SpoolLine[];
}): SpoolWriter {
  const { directory, fileBytes, head } = options;
  let handle: FileHandle | undefined;
  let number = options.first - 1;
  let size = 0;
  let pending: Pending[] = [];
  let working: Promise<void> | undefined;
  let broken: unknown;

  async function begin(): Promise<void> {
    await handle?.close();
    handle = undefined;
    const fresh = await open(spoolFile(directory, number + 1), 'wx', 0o600);
    number += 1;
    handle = fresh;
    size = 0;
    const bytes = Buffer.concat(head().map(encodeLine));
    await put(bytes);
    await syncDirectory(directory);
  }

  async function put(bytes: Buffer): Promise<void> {
    if (handle === undefined) throw new Error('The spool has no open file.');
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, size + done);
        done += bytesWritten;
      }
      await handle.datasync();
      size += bytes.length;
    } catch (error) {
      try {
        await handle.truncate(size);
        await handle.sync();
      } catch {
        broken = error;
      }
      throw error;
    }
  }

  async function work(): Promise<void> {
    while (pending.length > 0) {
      const group = pending;
      pending = [];
      try {
        if (broken !== undefined) throw broken;
        if (handle === undefined || size >= fileBytes) await begin();
        const from = size;
        await put(Buffer.concat(group.map(({ bytes }) => bytes)));
        let offset = from;
        for (const { bytes, resolve } of group) {
          resolve({ file: number, offset, length: bytes.length });
          offset += bytes.length;
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    working = undefined;
  }

  return {
    write(line) {
      return new Promise((resolve, reject) => {
        pending.push({ bytes: encodeLine(line), resolve, reject });
        working ??= Promise.resolve().then(work);
      });
    },
    current: () => number,
    async settled() {
      while (working !== undefined) await working;
    },
    async close() {
      while (working !== undefined) await working;
      await handle?.close();
      handle = undefined;
      broken = new Error('The spool is closed.');
    },
  };
}
