/**
 * Words of this folder.
 *
 * - **backup**: a copy of a ledger in files: its journal from the beginning, the seal's key, the high-water
 *   marks and public checkpoints. Tiles, bundles and index are made again from it.
 * - **part**: one file of the ledger as one object, compressed, encrypted where that is asked.
 * - **manifest**: what the parts are and hash to; written last, so that without it there is no backup.
 * - **good**: every part is there and is what the manifest says.
 *
 * The keys that sign checkpoints are not in a ledger's directory and so in no backup.
 */
import type { Verification } from '../log/verify/findings.ts';

/** How far a log goes in a backup. */
export interface BackedUpLog {
  readonly name: string;
  readonly origin: string;
  /** Entries in the journal. */
  readonly size: number;
  /** Size and root (base 64) of its newest checkpoint there; null before the first. */
  readonly checkpoint: { readonly size: number; readonly root: string } | null;
}

export interface BackupFacts {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly logs: readonly BackedUpLog[];
  /** Stored, after compression. */
  readonly bytes: number;
  readonly plainBytes: number;
  /** Id of the installation key that opens it; null when it is not encrypted. */
  readonly keyId: string | null;
}

export interface BackupList {
  /** Newest first. */
  readonly backups: readonly BackupFacts[];
  /** Ids of those whose manifest cannot be read. */
  readonly unreadable: readonly string[];
}

export interface RestoredBackup {
  readonly backup: BackupFacts;
  /** What the verification of the restored directory found; its findings are those that opening mends. */
  readonly verification: Verification;
}

export interface CleanupReport {
  readonly kept: readonly string[];
  readonly removed: readonly string[];
  /** Not good, and newer than the oldest that is kept: left for somebody to look at. */
  readonly damaged: readonly string[];
}

/** Backups of one ledger in one store. */
export interface Backups {
  /** Makes one while the ledger runs. Raises `ledger_damaged`, `audit_backup_in_database`. */
  create(): Promise<BackupFacts>;
  list(): Promise<BackupList>;
  /** Reads every byte of a backup. Raises `not_found`, `audit_backup_damaged` at the first fault. */
  check(id: string): Promise<BackupFacts>;
  /** Removes all but the newest `keep` good ones, and what interrupted attempts left a day ago. */
  cleanup(options: { readonly keep: number }): Promise<CleanupReport>;
}
