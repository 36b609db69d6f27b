import type { Clock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import type { ObjectBody, ObjectFacts, ObjectStore } from '../../storage/objects/types.ts';
import { compressed, compressedEnding, type Compression } from '../egress/compression.ts';
import { readEntries } from '../egress/entries.ts';
import { exportedEvent } from '../egress/outgoing.ts';
import { ndjsonFormat } from '../events/export/ndjson.ts';
import { encodeBundle } from '../log/formats/entry-bundle.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import { tilePath } from '../log/formats/tile-paths.ts';
import type { LogReader } from '../log/log-reader.ts';
import { partialWidth, tileWidth } from '../log/merkle/frontier.ts';
import { encodeManifest, manifestName, rangeName, type ArchivePart } from './archive-format.ts';
import { archiveMismatch } from './errors.ts';

export interface ArchiveStore {
  readonly objects: ObjectStore;
  /** Before every key, such as `audit-archive/`; ends with a slash or is empty. */
  readonly prefix: string;
  readonly compression: Compression;
  /** Plain bytes of entries in one file, about. */
  readonly partBytes: number;
  readonly clock: Clock;
}

export interface ArchiveRange {
  readonly log: string;
  readonly from: number;
  readonly to: number;
}

const isTaken = (error: unknown): boolean => error instanceof CustosError && error.code === 'object_exists';

/** Where the archive of a range is. */
function archivePrefix({ prefix }: Pick<ArchiveStore, 'prefix'>, { log, from, to }: ArchiveRange): string {
  return `${prefix}${log}/${rangeName(from, to)}/`;
}

/** Stores an object, or takes the one that an earlier attempt left; whether it is right is checked later. */
async function putOrKeep(objects: ObjectStore, key: string, body: ObjectBody): Promise<ObjectFacts> {
  try {
    return await objects.put(key, body);
  } catch (error) {
    const facts = isTaken(error) ? await objects.head(key) : undefined;
    if (facts === undefined) throw error;
    return facts;
  }
}

/** The parts of a range: whole bundles up to about `partBytes`. */
async function* partsOf(
  reader: LogReader,
  { from, to }: ArchiveRange,
  partBytes: number,
): AsyncGenerator<{ readonly from: number; readonly to: number }> {
  let start = from;
  let bytes = 0;
  for await (const { index, leaf } of readEntries(reader, from, to)) {
    bytes += leaf.length;
    if (bytes < partBytes || (index + 1) % tileWidth !== 0 || index + 1 === to) continue;
    yield { from: start, to: index + 1 };
    start = index + 1;
    bytes = 0;
  }
  yield { from: start, to };
}

async function* bundlesOf(reader: LogReader, from: number, to: number): AsyncGenerator<Buffer> {
  let entries: Uint8Array[] = [];
  for await (const { index, leaf } of readEntries(reader, from, to)) {
    entries.push(leaf);
    if ((index + 1) % tileWidth !== 0 && index + 1 !== to) continue;
    yield encodeBundle(entries);
    entries = [];
  }
}

async function* linesOf(reader: LogReader, { log, from, to }: ArchiveRange): AsyncGenerator<string> {
  for await (const { index, leaf } of readEntries(reader, from, to)) {
    yield* ndjsonFormat.write([exportedEvent({ log, index }, leaf)]);
  }
}

/** The partial tiles of the tree of the first `size` entries. */
async function partialTiles(reader: LogReader, size: number): Promise<Buffer[]> {
  const partials: Buffer[] = [];
  for (let level = 0; tileWidth ** level <= size; level += 1) {
    const width = partialWidth(size, level);
    const index = Math.floor(size / tileWidth ** (level + 1));
    const path = tilePath({ level, index, width });
    const tile = width === 0 ? Buffer.alloc(0) : await reader.resource(path);
    if (tile === undefined) throw archiveMismatch(path, 'the log has no such tile');
    partials.push(tile);
  }
  return partials;
}

/**
 * Writes the archive of a range that begins and ends with whole bundles; the log must have published a
 * checkpoint beyond it. An archive that an earlier attempt began is completed, and one that is complete is
 * left as it is. Returns its prefix. The caller checks it before anything is pruned.
 */
export async function writeArchive(
  store: ArchiveStore,
  reader: LogReader,
  range: ArchiveRange,
): Promise<string> {
  const { objects, compression, clock } = store;
  const { log, from, to } = range;
  const prefix = archivePrefix(store, range);
  if ((await objects.head(prefix + manifestName)) !== undefined) return prefix;

  const ending = compressedEnding[compression.kind];
  const parts: ArchivePart[] = [];
  for await (const part of partsOf(reader, range, store.partBytes)) {
    const name = rangeName(part.from, part.to);
    const keep = async (
      key: string,
      body: AsyncIterable<Uint8Array | string>,
    ): Promise<ArchivePart['events']> => {
      const facts = await putOrKeep(objects, prefix + key, compressed(body, compression));
      return { key, sha256: facts.sha256, sizeBytes: facts.sizeBytes };
    };
    parts.push({
      ...part,
      entries: await keep(`entries/${name}.bundle${ending}`, bundlesOf(reader, part.from, part.to)),
      events: await keep(`events/${name}.ndjson${ending}`, linesOf(reader, { log, ...part })),
    });
  }

  const checkpoint = reader.checkpoint();
  const size = checkpoint === null ? 0 : parseCheckpoint(parseNote(checkpoint).text).size;
  if (checkpoint === null || size < to)
    throw archiveMismatch(prefix, 'the log has no checkpoint of these entries');
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const manifest = encodeManifest({
    format: 'custos audit archive 1',
    log,
    origin: reader.origin(),
    from,
    to,
    createdAt: new Date(clock.now()).toISOString(),
    compression: compression.kind,
    root: base64(await reader.rootAt(to)),
    before: (await partialTiles(reader, from)).map(base64),
    checkpoint,
    consistency: (await reader.consistencyProof(to, size)).map(base64),
    parts,
  });
  await putOrKeep(objects, prefix + manifestName, manifest);
  return prefix;
}
