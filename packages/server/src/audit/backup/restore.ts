import { chmod, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { hostFiles, syncPath } from '../log/files.ts';
import type { TrustPolicy } from '../log/formats/policy.ts';
import { keyName } from '../log/journal/file-journal.ts';
import { recoverJournal } from '../log/journal/recover.ts';
import { createLogs, type Logs } from '../log/logs.ts';
import { verifyLog } from '../log/verify/verify-log.ts';
import { createWriteBehind } from '../log/write-behind.ts';
import { backupDamaged, targetNotEmpty } from './errors.ts';
import { factsOf } from './manifest.ts';
import { loadManifest, openPart, type BackupStore } from './service.ts';
import type { RestoredBackup } from './types.ts';

export interface RestoreRequest {
  readonly id: string;
  /** A directory that is empty or not there. */
  readonly into: string;
  /** Whose signatures are trusted. */
  readonly policy: TrustPolicy;
  /** The seal's initial secret, when it was exported and is not in the backup. */
  readonly sealSecret?: Uint8Array;
}

async function writeDurably(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncPath(hostFiles, dirname(path));
}

/** Makes tiles and bundles, so that the verification finds what is wrong and not what is merely derived. */
async function makeDerived(directory: string): Promise<void> {
  const logs = createLogs({ files: createWriteBehind(hostFiles), directory }, []) as Logs;
  const journal = join(directory, 'journal');
  const keyPath = join(journal, keyName);
  await recoverJournal({ directory: journal, files: hostFiles, keyPath, integrate: logs.integrate });
  for (const log of logs.all()) log.writer.writePartials();
}

/**
 * Restores a backup into an empty directory and verifies it: every part against its SHA-256, then the
 * whole ledger as anyone would (`verifyLog`). What is not right is refused, and nothing is left behind.
 *
 * Whoever opens the restored ledger under a witness, an anchor or beside a newer high-water mark is told
 * that it is behind, and nothing is signed: see `openLedger`.
 *
 * Raises `not_found`, `conflict` when the directory is not empty, `secret_key_wrong`, `audit_backup_damaged`.
 */
export async function restoreBackup(store: BackupStore, request: RestoreRequest): Promise<RestoredBackup> {
  const { id, into, policy, sealSecret } = request;
  const manifest = await loadManifest(store, id);
  const present = await readdir(into).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (present !== undefined && present.length > 0) throw targetNotEmpty(into);
  await mkdir(into, { recursive: true, mode: 0o700 });
  await chmod(into, 0o700);
  try {
    for (const part of manifest.parts)
      await writeDurably(join(into, part.path), openPart(store, manifest, part));
    await makeDerived(into).catch((error: unknown) => {
      throw backupDamaged(id, messageOf(error), error);
    });
    const verification = await verifyLog(into, policy, sealSecret === undefined ? {} : { sealSecret });
    const fault = verification.findings.find(({ rebuildable }) => !rebuildable);
    if (fault !== undefined) throw backupDamaged(id, `${fault.file}: ${fault.message}`);
    for (const { name, size, checkpoint } of manifest.logs) {
      const log = verification.logs.find((one) => one.name === name);
      if (log?.size !== size || (checkpoint !== null && log.size < checkpoint.size)) {
        throw backupDamaged(id, `the log "${name}" has ${log?.size ?? 0} entries, not ${size}`);
      }
    }
    return { backup: factsOf(manifest), verification };
  } catch (error) {
    for (const name of await readdir(into)) await rm(join(into, name), { recursive: true, force: true });
    if (present === undefined) await rm(into, { recursive: true, force: true });
    throw error;
  }
}
