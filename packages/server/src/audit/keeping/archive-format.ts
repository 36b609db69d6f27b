import { z } from 'zod';
import { archiveMismatch } from './errors.ts';

/**
 * An archive: a prefix of a log, or what follows an earlier one, in a store of objects.
 *
 *     PREFIX LOG/FROM-TO/entries/FROM-TO.bundle.zst   entries as in C2SP tlog-tiles entry bundles
 *     PREFIX LOG/FROM-TO/events/FROM-TO.ndjson.zst    the same as NDJSON, for people and tools
 *     PREFIX LOG/FROM-TO/manifest.json                written last; without it there is no archive
 *
 * The manifest has what ties the entries to a signed checkpoint without the log: the partial tiles of the
 * tree of the first FROM entries, and the consistency proof from TO to the checkpoint.
 */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);
const file = z.strictObject({ key: z.string(), sha256: hash, sizeBytes: count });

const manifestSchema = z.strictObject({
  format: z.literal('custos audit archive 1'),
  log: z.string(),
  origin: z.string(),
  from: count,
  to: count,
  createdAt: z.string(),
  compression: z.enum(['gzip', 'zstd', 'none']),
  /** Root of the tree of the first `to` entries, base 64. */
  root: z.string(),
  /** Partial tiles of the tree of the first `from` entries, lowest level first, base 64. */
  before: z.array(z.string()),
  /** The signed note. */
  checkpoint: z.string(),
  /** Proof from `to` to the checkpoint's size (RFC 6962, 2.1.2), base 64. */
  consistency: z.array(z.string()),
  parts: z.array(z.strictObject({ from: count, to: count, entries: file, events: file })),
});

export type ArchiveManifest = z.infer<typeof manifestSchema>;
export type ArchivePart = ArchiveManifest['parts'][number];

/** Indexes up to 10^15, so that keys are in the order of the entries. */
const padded = (index: number): string => String(index).padStart(15, '0');
export const rangeName = (from: number, to: number): string => `${padded(from)}-${padded(to)}`;

export const manifestName = 'manifest.json';
export const manifestLimitBytes = 64 * 1024 * 1024;

export function encodeManifest(manifest: ArchiveManifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
}

/** Raises `audit_archive_mismatch` when it is no manifest. */
export function decodeManifest(bytes: Uint8Array, key: string): ArchiveManifest {
  try {
    return manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw archiveMismatch(key, 'it is not a manifest of this version');
  }
}
