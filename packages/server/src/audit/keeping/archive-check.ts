import type { ObjectStore } from '../../storage/objects/types.ts';
import { decompressed, hashChecked, linesOfBytes } from '../egress/compression.ts';
import { exportedEvent } from '../egress/outgoing.ts';
import { ndjsonFormat } from '../events/export/ndjson.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { checkpointTrust, type TrustPolicy } from '../log/formats/policy.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import { createFrontier } from '../log/merkle/frontier.ts';
import { leafHash } from '../log/merkle/hashing.ts';
import { verifyConsistency } from '../log/merkle/verify-proofs.ts';
import {
  decodeManifest,
  manifestLimitBytes,
  manifestName,
  type ArchiveManifest,
  type ArchivePart,
} from './archive-format.ts';
import { archiveMismatch } from './errors.ts';

/** An archive that was read whole and found right. */
export interface CheckedArchive {
  readonly manifest: ArchiveManifest;
  /** Root of the tree of the first `to` entries, made from the archived entries. */
  readonly root: Buffer;
  /** Of all its files. */
  readonly bytes: number;
}

/** Entries of a bundle file as they come. */
async function* entriesIn(bytes: AsyncIterable<Buffer>, key: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = buffer.length < 2 ? Infinity : 2 + buffer.readUInt16BE(0);
      if (end > buffer.length) break;
      yield buffer.subarray(2, end);
      buffer = buffer.subarray(end);
    }
    rest = Buffer.from(buffer);
  }
  if (rest.length > 0) throw archiveMismatch(key, 'it ends within an entry');
}

async function lineOf(
  place: { readonly log: string; readonly index: number },
  leaf: Buffer,
): Promise<string> {
  let line = '';
  for await (const part of ndjsonFormat.write([exportedEvent(place, leaf)])) line += part;
  return line.slice(0, -1);
}

/**
 * Reads every byte of an archive and verifies it by itself: each file against its SHA-256, the entries
 * against the root in the manifest, that root against the checkpoint by the consistency proof, the NDJSON
 * against the entries, and the checkpoint under a policy when one is given. Raises
 * `audit_archive_mismatch` or `object_corrupt` at the first fault, `not_found` when there is no archive.
 */
export async function checkArchive(
  objects: ObjectStore,
  prefix: string,
  policy?: TrustPolicy,
): Promise<CheckedArchive> {
  const manifestKey = prefix + manifestName;
  const manifest = decodeManifest(await objects.read(manifestKey, manifestLimitBytes), manifestKey);
  const { log, from, to, compression } = manifest;
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  const tree = createFrontier({ size: from, partials: manifest.before.map(decode) }, () => undefined);
  let bytes = 0;

  const opened = async ({ key, sha256 }: ArchivePart['entries']) => {
    const { facts, stream } = await objects.get(prefix + key);
    bytes += facts.sizeBytes;
    return { stream, key: prefix + key, ...hashChecked(stream, sha256) };
  };

  for (const part of manifest.parts) {
    if (part.from !== tree.size())
      throw archiveMismatch(manifestKey, `entries ${tree.size()} to ${part.from} are missing`);
    const entries = await opened(part.entries);
    const events = await opened(part.events);
    try {
      const lines = linesOfBytes(decompressed(events.bytes, compression));
      for await (const leaf of entriesIn(
        decompressed(entries.bytes, compression),
        prefix + part.entries.key,
      )) {
        const index = tree.size();
        tree.append(leafHash(leaf));
        const line = await lines.next();
        if (line.done === true || line.value !== (await lineOf({ log, index }, leaf))) {
          throw archiveMismatch(prefix + part.events.key, `line of entry ${index} is not that of the entry`);
        }
      }
      if ((await lines.next()).done !== true)
        throw archiveMismatch(prefix + part.events.key, 'it has lines too many');
      const wrong = [entries, events].find(({ isRight }) => !isRight());
      if (wrong !== undefined) throw archiveMismatch(wrong.key, 'its SHA-256 is not that of the manifest');
    } finally {
      entries.stream.destroy();
      events.stream.destroy();
    }
    if (tree.size() !== part.to)
      throw archiveMismatch(prefix + part.entries.key, `it does not end at entry ${part.to}`);
  }
  if (tree.size() !== to) throw archiveMismatch(manifestKey, `it ends at entry ${tree.size()}, not ${to}`);

  const root = tree.root();
  if (!root.equals(decode(manifest.root))) throw archiveMismatch(prefix, 'its entries do not give its root');
  const note = parseNote(manifest.checkpoint);
  const checkpoint = parseCheckpoint(note.text);
  const claim = { oldSize: to, oldRoot: root, newSize: checkpoint.size, newRoot: checkpoint.root };
  if (!verifyConsistency({ ...claim, proof: manifest.consistency.map(decode) })) {
    throw archiveMismatch(manifestKey, 'its entries are not those of the checkpoint');
  }
  if (policy !== undefined) {
    const trust = checkpointTrust(note, policy);
    if (!trust.trusted) throw archiveMismatch(manifestKey, trust.reason);
  }
  return { manifest, root, bytes };
}
