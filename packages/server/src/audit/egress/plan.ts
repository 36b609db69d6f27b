import { readEntries } from './entries.ts';
import type { Destination, EgressReader } from './types.ts';

/** What an event takes as NDJSON beside its leaf and the log's name: names, leaf hash, index, line end. */
const besidesLeafBytes = 104;

/**
 * Where a batch that begins at `from` ends: at the limits of the destination or at `size`, whichever comes
 * first, and never before its first entry.
 */
export async function endOfBatch(
  reader: EgressReader,
  range: { readonly log: string; readonly from: number; readonly size: number },
  limits: Destination['batch'],
): Promise<number> {
  const { log, from, size } = range;
  const last = Math.min(size, from + limits.maxEvents);
  let bytes = 0;
  for await (const { index, leaf } of readEntries(reader, from, last)) {
    bytes += leaf.length + log.length + besidesLeafBytes;
    if (bytes > limits.maxBytes && index > from) return index;
  }
  return last;
}
