import { hash } from 'node:crypto';
import type { LedgerFiles } from './files.ts';
import type { JournalPosition } from './types.ts';

/** A log as of some place in the journal. */
export interface LogSnapshot {
  readonly id: number;
  readonly name: string;
  readonly origin: string;
  readonly formerOrigins: readonly string[];
  readonly size: number;
  /** Root in base 64. */
  readonly root: string;
  readonly minimumIndex: number;
  /** Bytes that its entry bundles take. */
  readonly entryBytes: number;
  /** When its public checkpoint was signed, in ms since the epoch; null when that is not known. */
  readonly publishedAt: number | null;
}

/** All logs as of one place in the journal, with tiles and bundles written up to there. */
export interface Snapshot {
  readonly position: JournalPosition;
  readonly logs: readonly LogSnapshot[];
}

/**
 * The mark: up to where tiles and bundles are written, so that opening does not read the whole journal.
 * `latest` holds while the host stays up, since the page cache outlives a killed process; `synced` is on
 * disk. Nothing depends on the mark: without it everything is made again from the journal.
 */
export interface Mark {
  /** Changes with each start of the host. */
  readonly bootId: string;
  readonly latest: Snapshot;
  readonly synced: Snapshot | null;
}

export const markName = 'derived.mark';

export function encodeMark(mark: Mark): Buffer {
  const body = JSON.stringify(mark);
  return Buffer.from(`${hash('sha256', body)}\n${body}\n`);
}

/** `undefined` when it is absent or not what was written. */
export function decodeMark(bytes: Buffer | undefined): Mark | undefined {
  const [sum, body] = bytes?.toString('utf8').split('\n') ?? [];
  if (body === undefined || hash('sha256', body) !== sum) return undefined;
  return JSON.parse(body) as Mark;
}

/** Names this start of the host; a text that never repeats where the host does not say. */
export function bootIdOf(files: LedgerFiles, fallback: string): string {
  return files.read('/proc/sys/kernel/random/boot_id')?.toString('latin1').trim() ?? fallback;
}
