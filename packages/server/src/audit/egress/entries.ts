import { decodeBundle } from '../log/formats/entry-bundle.ts';
import { tilePath } from '../log/formats/tile-paths.ts';
import { tileWidth } from '../log/merkle/frontier.ts';
import type { EgressReader } from './types.ts';

interface ReadEntry {
  readonly index: number;
  readonly leaf: Uint8Array;
}

/**
 * The entries `from` up to, not including, `to`, in order: by whole bundles where those are published, one
 * by one at the end. Raises `not_found` below the minimum index and beyond the end.
 */
export async function* readEntries(
  reader: EgressReader,
  from: number,
  to: number,
): AsyncGenerator<ReadEntry> {
  let index = from;
  while (index < to) {
    const number = Math.floor(index / tileWidth);
    const start = number * tileWidth;
    const isWhole = start >= reader.minimumIndex() && start + tileWidth <= reader.head().size;
    const bundle = isWhole
      ? await reader.resource(tilePath({ level: 'entries', index: number, width: tileWidth }))
      : undefined;
    if (bundle === undefined) {
      yield { index, leaf: await reader.entry(index) };
      index += 1;
      continue;
    }
    const entries = decodeBundle(bundle);
    const end = Math.min(to, start + tileWidth);
    for (; index < end; index += 1) yield { index, leaf: entries[index - start] as Uint8Array };
  }
}
