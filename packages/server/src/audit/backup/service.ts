import { createHash, hash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { CustosError, messageOf } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { ObjectStore } from '../../storage/objects/types.ts';
import type { SecretKeys } from '../../storage/secrets/types.ts';
import { compressed, compressedEnding, decompressed, type Compression } from '../egress/compression.ts';
import { hostFiles, type LedgerFiles } from '../log/files.ts';
import { decrypted, encrypted, type StreamKey } from './cipher-stream.ts';
import { backupDamaged, backupKeyMissing, badBackupOption, noBackup } from './errors.ts';
import {
  decodeManifest,
  encodeManifest,
  factsOf,
  manifestLimitBytes,
  manifestName,
  type BackupManifest,
  type BackupPart,
} from './manifest.ts';
import { snapshotOf } from './snapshot.ts';
import type { BackupFacts, Backups } from './types.ts';

/** Where backups are and how they are kept. */
export interface BackupStore {
  readonly objects: ObjectStore;
  /** Before every key, such as `audit-backup/`; ends with a slash or is empty. */
  readonly prefix: string;
  /** The installation's keys, newest first; needed to read encrypted backups. */
  readonly keys?: SecretKeys;
}

export interface BackupOptions extends BackupStore {
  /** Of the ledger. */
  readonly directory: string;
  readonly compression: Compression;
  /** True: encrypts with the newest of `keys`. */
  readonly encrypt: boolean;
  readonly clock: Clock;
  /** Signs checkpoints now, so that the backup's are as new as can be. `Ledger.publish` when it runs. */
  readonly publish?: () => Promise<void>;
  readonly files?: LedgerFiles;
}

/** What an interrupted attempt left is removed after this time; a running one may still be writing. */
const abandonedMs = 24 * 3_600_000;
const isDamage = (error: unknown): boolean =>
  error instanceof CustosError && error.code === 'audit_backup_damaged';
const idPattern = /^bkp_[0-9a-z]{26}$/;

function streamKeyOf(
  { encryption, id }: Pick<BackupManifest, 'encryption' | 'id'>,
  keys: SecretKeys | undefined,
  name: string,
): StreamKey | null {
  if (encryption === null) return null;
  const key = keys?.find((one) => one.id === encryption.keyId);
  if (key === undefined) throw backupKeyMissing(id, encryption.keyId);
  return { key, salt: Buffer.from(encryption.salt, 'base64'), name };
}

/** Reads the manifest of a backup. Raises `not_found`, `audit_backup_damaged`. */
export async function loadManifest({ objects, prefix }: BackupStore, id: string): Promise<BackupManifest> {
  if (!idPattern.test(id)) throw noBackup(id);
  let bytes: Buffer;
  try {
    bytes = await objects.read(`${prefix}${id}/${manifestName}`, manifestLimitBytes);
  } catch (error) {
    if (error instanceof CustosError && error.code === 'not_found') throw noBackup(id);
    if (error instanceof CustosError && error.code === 'object_corrupt') {
      throw backupDamaged(id, 'its manifest is not what was written', error);
    }
    throw error;
  }
  return decodeManifest(bytes, id);
}

/**
 * The file of a part as it comes; fails at the end, at the latest, when it is not what was backed up. What
 * is stored is read whole, since a packed stream may end before its bytes do.
 */
export async function* openPart(
  { objects, prefix, keys }: BackupStore,
  manifest: BackupManifest,
  part: BackupPart,
): AsyncGenerator<Buffer> {
  const { id, compression } = manifest;
  const by = streamKeyOf(manifest, keys, part.path);
  const plain = createHash('sha256');
  let length = 0;
  try {
    const stored = await objects.read(`${prefix}${id}/${part.key}`, part.sizeBytes);
    if (hash('sha256', stored) !== part.sha256) throw new Error('its SHA-256 is not that of the manifest');
    const source = Readable.from([stored], { objectMode: false });
    for await (const chunk of decompressed(by === null ? source : decrypted(source, by), compression)) {
      plain.update(chunk);
      length += chunk.length;
      yield chunk;
    }
    if (plain.digest('hex') !== part.plainSha256 || length !== part.plainBytes) {
      throw new Error('its content is not that of the manifest');
    }
  } catch (error) {
    // A store that does not answer says nothing about the backup.
    const isOfStore =
      error instanceof CustosError &&
      !['object_corrupt', 'object_too_large', 'not_found'].includes(error.code);
    throw isOfStore ? error : backupDamaged(id, `${part.path}: ${messageOf(error)}`, error);
  }
}

/** Backups of a ledger in files. */
export function createBackups(options: BackupOptions): Backups {
  const { objects, prefix, keys, directory, compression, clock } = options;
  const files = options.files ?? hostFiles;
  if (options.encrypt && keys === undefined) {
    throw badBackupOption('encrypt', 'needs the key of the installation');
  }

  async function* allKeys(): AsyncGenerator<{
    readonly id: string;
    readonly key: string;
    readonly createdAt: number;
  }> {
    let cursor: string | undefined;
    do {
      const page = await objects.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
      for (const { key, createdAt } of page.objects) {
        const [id = ''] = key.slice(prefix.length).split('/');
        if (idPattern.test(id)) yield { id, key, createdAt };
      }
      ({ cursor } = page);
    } while (cursor !== undefined);
  }

  /** Objects by the backup that they are of. */
  async function inventory(): Promise<Map<string, { keys: string[]; isComplete: boolean; newest: number }>> {
    const found = new Map<string, { keys: string[]; isComplete: boolean; newest: number }>();
    for await (const { id, key, createdAt } of allKeys()) {
      const one = found.get(id) ?? { keys: [], isComplete: false, newest: 0 };
      one.keys.push(key);
      one.newest = Math.max(one.newest, createdAt);
      if (key === `${prefix}${id}/${manifestName}`) one.isComplete = true;
      found.set(id, one);
    }
    return found;
  }

  async function check(id: string): Promise<BackupFacts> {
    const manifest = await loadManifest(options, id);
    for (const part of manifest.parts) {
      for await (const chunk of openPart(options, manifest, part)) void chunk;
    }
    return factsOf(manifest);
  }

  /** True when every part is there by what the store says of it, without reading them. */
  async function isThere(id: string): Promise<boolean> {
    try {
      const manifest = await loadManifest(options, id);
      for (const { key, sha256, sizeBytes } of manifest.parts) {
        const facts = await objects.head(`${prefix}${id}/${key}`);
        if (facts?.sha256 !== sha256 || facts.sizeBytes !== sizeBytes) return false;
      }
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  async function isGood(id: string): Promise<boolean> {
    try {
      await check(id);
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  /** The manifest first: what is half removed is then no backup any more. */
  async function removeAll(id: string, all: readonly string[]): Promise<void> {
    await objects.delete(`${prefix}${id}/${manifestName}`);
    for (const key of all) await objects.delete(key);
  }

  return {
    async create() {
      await options.publish?.();
      const createdAt = clock.now();
      const id = newId('bkp', createdAt);
      const newest = options.encrypt ? keys?.[0] : undefined;
      const encryption =
        newest === undefined ? null : { keyId: newest.id, salt: randomBytes(32).toString('base64') };
      const snapshot = snapshotOf(directory, files);
      const parts: BackupPart[] = [];
      const stored: string[] = [];
      try {
        for await (const { path, bytes } of snapshot.files()) {
          const by = streamKeyOf({ encryption, id }, keys, path);
          const key = `${path}${compressedEnding[compression.kind]}${by === null ? '' : '.enc'}`;
          const small = compressed(
            (async function* () {
              yield bytes;
            })(),
            compression,
          );
          const facts = await objects.put(
            `${prefix}${id}/${key}`,
            by === null ? small : encrypted(small, by),
          );
          stored.push(facts.key);
          const { sha256, sizeBytes } = facts;
          parts.push({
            path,
            key,
            sha256,
            sizeBytes,
            plainSha256: hash('sha256', bytes),
            plainBytes: bytes.length,
          });
        }
      } catch (error) {
        // Best effort: what stays is removed by a later cleanup.
        for (const key of stored) await objects.delete(key).catch(() => undefined);
        throw error;
      }
      const manifest: BackupManifest = {
        format: 'custos ledger backup 1',
        id,
        createdAt,
        compression: compression.kind,
        encryption,
        logs: snapshot.logs(),
        parts,
      };
      await objects.put(`${prefix}${id}/${manifestName}`, encodeManifest(manifest));
      return factsOf(manifest);
    },

    async list() {
      const backups: BackupFacts[] = [];
      const unreadable: string[] = [];
      const found = await inventory();
      for (const id of [...found.keys()].toSorted().toReversed()) {
        if (found.get(id)?.isComplete !== true) continue;
        try {
          backups.push(factsOf(await loadManifest(options, id)));
        } catch (error) {
          // One that is damaged must not hide the others from whoever needs one.
          if (!isDamage(error)) throw error;
          unreadable.push(id);
        }
      }
      return { backups, unreadable };
    },

    check,

    async cleanup({ keep }) {
      if (!Number.isInteger(keep) || keep < 1) throw badBackupOption('keep', 'must be a whole number from 1');
      const found = await inventory();
      const complete = [...found.keys()]
        .filter((id) => found.get(id)?.isComplete)
        .toSorted()
        .toReversed();
      const kept: string[] = [];
      const damaged: string[] = [];
      for (const id of complete) {
        if (kept.length === keep) break;
        // The newest one that counts is read whole; of the others it must do that all is there.
        const counts = kept.length === 0 ? await isGood(id) : await isThere(id);
        (counts ? kept : damaged).push(id);
      }
      const removed: string[] = [];
      if (kept.length === keep) {
        for (const id of complete.filter((one) => !kept.includes(one) && !damaged.includes(one))) {
          await removeAll(id, found.get(id)?.keys ?? []);
          removed.push(id);
        }
      }
      for (const [id, { isComplete, newest, keys: its }] of found) {
        if (!isComplete && newest < clock.now() - abandonedMs) await removeAll(id, its);
      }
      return { kept, removed, damaged };
    },
  };
}
