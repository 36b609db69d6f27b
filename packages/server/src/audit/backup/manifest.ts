import { z } from 'zod';
import { backupDamaged } from './errors.ts';
import type { BackupFacts } from './types.ts';

/**
 *     PREFIX ID/journal/000000000001.segment.zst ...
 *     PREFIX ID/heads/NAME.zst, logs/NAME/checkpoint.zst, journal/seal.key.zst ...
 *     PREFIX ID/manifest.json
 */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);

const part = z.strictObject({
  /** Path of the file in the ledger's directory; also the object's, with its ending. */
  path: z
    .string()
    .regex(
      /^(journal\/(\d{12}\.segment|seal\.(key|secret))|heads\/[a-z0-9-]+|logs\/[a-z0-9-]+\/checkpoint)$/,
    ),
  key: z.string(),
  /** Of the object as it is stored. */
  sha256: hash,
  sizeBytes: count,
  /** Of the file. */
  plainSha256: hash,
  plainBytes: count,
});

const manifestSchema = z.strictObject({
  format: z.literal('custos ledger backup 1'),
  id: z.string(),
  createdAt: count,
  compression: z.enum(['gzip', 'zstd', 'none']),
  encryption: z.strictObject({ keyId: z.string(), salt: z.string() }).nullable(),
  logs: z.array(
    z.strictObject({
      name: z.string(),
      origin: z.string(),
      size: count,
      checkpoint: z.strictObject({ size: count, root: z.string() }).nullable(),
    }),
  ),
  parts: z.array(part).min(1),
});

export type BackupManifest = z.infer<typeof manifestSchema>;
export type BackupPart = z.infer<typeof part>;

export const manifestName = 'manifest.json';
export const manifestLimitBytes = 64 * 1024 * 1024;

export function encodeManifest(manifest: BackupManifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
}

/** Raises `audit_backup_damaged` when it is not the manifest of that backup. */
export function decodeManifest(bytes: Uint8Array, id: string): BackupManifest {
  let manifest: BackupManifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw backupDamaged(id, 'its manifest cannot be read', error);
  }
  if (manifest.id !== id) throw backupDamaged(id, `its manifest is that of ${manifest.id}`);
  return manifest;
}

export function factsOf({ id, createdAt, logs, parts, encryption }: BackupManifest): BackupFacts {
  return {
    id,
    createdAt,
    logs,
    bytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    plainBytes: parts.reduce((sum, { plainBytes }) => sum + plainBytes, 0),
    keyId: encryption?.keyId ?? null,
  };
}
