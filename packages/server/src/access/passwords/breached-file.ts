import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { CustosError } from '../../base/errors.ts';

/** One line: SHA-1 in capital hex, and how often it was seen. */
const line = /^([0-9A-F]{40})(?::\d+)?\r?$/;
/** Longer than any line with what is left of the one before. */
const windowBytes = 256;

/** Knows which passwords have leaked. */
export interface BreachedPasswords {
  has(password: string): Promise<boolean>;
}

function unusable(path: string, why: string, cause?: unknown): CustosError {
  return new CustosError(
    'breached_passwords_unusable',
    `The file of leaked passwords ${path} ${why}. It must have one SHA-1 in capital hex and, after a colon, a count on each line, in order.`,
    { status: 500, cause },
  );
}

/** The first whole line at or after `offset`: its hash and where it begins; undefined behind the last one. */
async function lineFrom(file: FileHandle, path: string, offset: number) {
  // One byte earlier, so that a line which begins just there is seen as whole.
  const from = Math.max(0, offset - 1);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(windowBytes), 0, windowBytes, from);
  const text = buffer.toString('latin1', 0, bytesRead);
  const begin = offset === 0 ? 0 : text.indexOf('\n') + 1;
  if (offset !== 0 && begin === 0) return undefined;
  const whole = text.slice(begin).split('\n')[0] ?? '';
  if (whole === '') return undefined;
  const hash = line.exec(whole)?.[1];
  if (hash === undefined) throw unusable(path, `is not of the expected form near byte ${from + begin}`);
  return { hash, begin: from + begin };
}

/**
 * Leaked passwords from a file in the form of Have I Been Pwned's downloads, sorted by hash, of any size: a
 * look-up reads a few dozen lines and nothing is kept in memory. Never asks anybody on a network. `check`
 * reads the first line, so that a wrong file is noticed at start.
 */
export function createBreachedFile(path: string): BreachedPasswords & { check(): Promise<void> } {
  async function within<T>(work: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      throw unusable(path, 'cannot be read', error);
    }
    try {
      return await work(file, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }

  return {
    check: () =>
      within(async (file) => {
        if ((await lineFrom(file, path, 0)) === undefined) throw unusable(path, 'is empty');
      }),

    has(password) {
      const wanted = createHash('sha1').update(password).digest('hex').toUpperCase();
      return within(async (file, size) => {
        let low = 0;
        let high = size;
        // Each step halves what is left; the first line at or after `low` is below `wanted`, or is it.
        while (low < high) {
          const middle = Math.floor((low + high) / 2);
          const found = await lineFrom(file, path, middle);
          if (found?.hash === wanted) return true;
          if (found === undefined || found.hash > wanted) high = middle;
          else low = Math.max(middle + 1, found.begin + 1);
        }
        return (await lineFrom(file, path, 0))?.hash === wanted;
      });
    },
  };
}
