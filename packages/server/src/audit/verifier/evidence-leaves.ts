import { decodeBundle } from '../log/formats/entry-bundle.ts';
import { tilePath, tileWidthAt } from '../log/formats/tile-paths.ts';
import type { LogReader } from '../log/log-reader.ts';
import { tileWidth } from '../log/merkle/frontier.ts';

/** Reads entries of one log that are in the tree of `size`. */
export type ReadLeaf = (index: number) => Promise<Buffer>;

type EntryReader = Pick<LogReader, 'entry' | 'minimumIndex' | 'resource'>;

/**
 * Reads entries by whole bundles and keeps the last one, since events that are asked for together mostly lie
 * together, and a single entry costs as much to read as its bundle. Raises `not_found` below the minimum index.
 */
export function createLeafReader(reader: EntryReader, size: number): ReadLeaf {
  let last: { readonly bundle: number; readonly entries: readonly Buffer[] } | undefined;

  const entriesOf = async (bundle: number): Promise<readonly Buffer[]> => {
    const width = tileWidthAt(size, 'entries', bundle);
    const bytes =
      width === 0 ? undefined : await reader.resource(tilePath({ level: 'entries', index: bundle, width }));
    // A copy: the bundle at the end of the log is still being written to.
    return bytes === undefined ? [] : decodeBundle(Buffer.from(bytes));
  };

  return async (index) => {
    // What is left of a bundle below the minimum index is not to be given away.
    if (index < reader.minimumIndex()) return reader.entry(index);
    const bundle = Math.floor(index / tileWidth);
    if (last?.bundle !== bundle) last = { bundle, entries: await entriesOf(bundle) };
    return last.entries[index % tileWidth] ?? reader.entry(index);
  };
}
