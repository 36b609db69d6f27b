import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileCode } from './durable.ts';

/** Ends the name of a directory that holds an object; no key has it, so `a` and `a/b` can both be keys. */
export const objectMark = '~';

/** Whether a subtree whose keys all begin with `branch` can hold keys that begin with `prefix`. */
const mayHold = (branch: string, prefix: string): boolean =>
  branch.startsWith(prefix) || prefix.startsWith(branch);

/** Whether every key of the subtree comes before `after`, so that it can be passed by. */
const isBefore = (branch: string, after: string): boolean => branch < after && !after.startsWith(branch);

/**
 * Yields the keys below `root` that begin with `prefix` and come after `after`, in order, reading no
 * directory that cannot hold one. Inside a directory, an object sorts by its name and a subtree by its
 * name and a slash, which together is the order of whole keys.
 */
export async function* walkKeys(
  root: string,
  { prefix, after }: { readonly prefix: string; readonly after: string },
  branch = '',
): AsyncGenerator<string> {
  const entries = await readdir(join(root, branch)).catch((error: unknown) => {
    // Emptied and removed by a delete in the meantime.
    if (fileCode(error) === 'ENOENT') return [];
    throw error;
  });
  const keys = entries.map((name) => branch + (name.endsWith(objectMark) ? name.slice(0, -1) : `${name}/`));
  for (const key of keys.toSorted((left, right) => (left < right ? -1 : 1))) {
    if (key.endsWith('/')) {
      if (mayHold(key, prefix) && !isBefore(key, after)) yield* walkKeys(root, { prefix, after }, key);
    } else if (key.startsWith(prefix) && key > after) {
      yield key;
    }
  }
}
