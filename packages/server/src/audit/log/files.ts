import {
  close,
  closeSync,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  open,
  openSync,
  readFileSync,
  readdirSync,
  rename,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Where a whole file is put, and where it is written before. */
export interface FilePlace {
  readonly path: string;
  readonly draft: string;
}

/**
 * What the ledger needs of a file system, so that tests can make any of it fail. Small reads and writes
 * go to the page cache and are done at once; what waits for the disk is a promise.
 */
export interface LedgerFiles {
  makeDirectory(path: string): void;
  /** Names in a directory, sorted; none when there is no such directory. */
  list(path: string): string[];
  /** The whole file; `undefined` when there is none. */
  read(path: string): Buffer | undefined;
  /** The same without holding up the process. */
  load(path: string): Promise<Buffer | undefined>;
  open(path: string, mode: 'read' | 'change' | 'create'): number;
  /** Writes all of the bytes into the page cache. */
  write(file: number, bytes: Uint8Array, offset: number): void;
  /** The same without holding up the process. */
  writeLater(file: number, bytes: Uint8Array, offset: number): Promise<void>;
  size(file: number): number;
  truncate(file: number, length: number): void;
  /** fdatasync: content on disk. */
  dataSync(file: number): Promise<void>;
  /** fsync: content and length on disk. */
  sync(file: number): Promise<void>;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** `replaceFile` without holding up the process. */
  replaceLater(at: FilePlace, bytes: Uint8Array): Promise<void>;
  /** Removes a file or directory; nothing happens when there is none. */
  remove(path: string): void;
}

const [openLater, closeLater, renameLater] = [promisify(open), promisify(close), promisify(rename)];

const modes = { read: 'r', change: 'r+', create: 'w+' } as const;

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

function orAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const done =
  (resolve: () => void, reject: (error: Error) => void) =>
  (error: Error | null): void =>
    error === null ? resolve() : reject(error);

/** The file system of the host. Directories are 0700 and files 0600. */
export const hostFiles: LedgerFiles = {
  makeDirectory: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (path) => orAbsent(() => readdirSync(path).toSorted()) ?? [],
  read: (path) => orAbsent(() => readFileSync(path)),
  load: (path) =>
    readFile(path).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    }),
  open: (path, mode) => openSync(path, modes[mode], 0o600),
  write(file, bytes, offset) {
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(file, bytes, written, bytes.length - written, offset + written);
    }
  },
  async writeLater(file, bytes, offset) {
    let written = 0;
    while (written < bytes.length) {
      const from = written;
      written += await new Promise<number>((resolve, reject) => {
        write(file, bytes, from, bytes.length - from, offset + from, (error, count) =>
          error === null ? resolve(count) : reject(error),
        );
      });
    }
  },
  size: (file) => fstatSync(file).size,
  truncate: (file, length) => ftruncateSync(file, length),
  dataSync: (file) => new Promise((resolve, reject) => fdatasync(file, done(resolve, reject))),
  sync: (file) => new Promise((resolve, reject) => fsync(file, done(resolve, reject))),
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  async replaceLater({ path, draft }, bytes) {
    const file = await openLater(draft, modes.create, 0o600);
    try {
      await hostFiles.writeLater(file, bytes, 0);
    } finally {
      await closeLater(file);
    }
    await renameLater(draft, path);
  },
  remove: (path) => rmSync(path, { recursive: true, force: true }),
};

/** Length of a file; `undefined` when there is none. */
export function sizeOf(files: LedgerFiles, path: string): number | undefined {
  const file = orAbsent(() => files.open(path, 'read'));
  if (file === undefined) return undefined;
  try {
    return files.size(file);
  } finally {
    files.close(file);
  }
}

/** Puts a file's or directory's content on disk; nothing happens when it is gone. */
export async function syncPath(files: LedgerFiles, path: string): Promise<void> {
  const file = orAbsent(() => files.open(path, 'read'));
  if (file === undefined) return;
  try {
    await files.sync(file);
  } finally {
    files.close(file);
  }
}

/** Puts a whole file in place of the old one, in the page cache: a kill leaves the old or the new. */
export function replaceFile(files: LedgerFiles, at: FilePlace, bytes: Uint8Array): void {
  const { path, draft } = at;
  const file = files.open(draft, 'create');
  try {
    files.write(file, bytes, 0);
  } finally {
    files.close(file);
  }
  files.rename(draft, path);
}

/** The same, on disk when the promise resolves: a power cut leaves the old or the new. */
export async function replaceFileDurably(files: LedgerFiles, path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.draft`;
  const file = files.open(draft, 'create');
  try {
    files.write(file, bytes, 0);
    await files.sync(file);
  } finally {
    files.close(file);
  }
  files.rename(draft, path);
  await syncPath(files, dirname(path));
}
