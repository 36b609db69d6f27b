import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Puts the entries of a directory on disk: a name that was made or moved there survives a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Makes a directory and those above it, mode 0700, and puts every new name on disk. */
export async function makeDirectories(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}

/**
 * Puts a directory's entries and its own name on disk, and so on up to and including `root`. A directory
 * that is gone was removed by a delete in the meantime; those above it say so.
 */
export async function syncUpTo(root: string, path: string): Promise<void> {
  for (let directory = path; ; directory = dirname(directory)) {
    await syncDirectory(directory).catch((error: unknown) => {
      if (fileCode(error) !== 'ENOENT') throw error;
    });
    if (directory === root || directory === dirname(directory)) return;
  }
}

/** The system's code of a failed file operation, such as `ENOENT`. */
export function fileCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
