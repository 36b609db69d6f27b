import { ledgerBehind, ledgerDamaged, ledgerForked, type LedgerForkError } from './errors.ts';
import { parseCheckpoint } from './formats/checkpoint.ts';
import { verifiedSignatures, type NoteVerifier } from './formats/keys.ts';
import { parseNote } from './formats/signed-note.ts';
import { emptyRoot } from './merkle/hashing.ts';
import { consistencyRanges, subtreesOf } from './merkle/ranges.ts';
import type { LogState } from './logs.ts';
import type { ExternalHead, ExternalHeads } from './types.ts';

/** Root of the log when it had `size` entries; at most as many as it has. */
export async function rootAt(log: LogState, size: number): Promise<Buffer> {
  if (size === 0) return Buffer.from(emptyRoot);
  const [root] = await log.reader.hashes([subtreesOf(0, size)]);
  return root as Buffer;
}

/** Consistency proof between two sizes that the log had. */
export function consistencyProof(log: LogState, oldSize: number, newSize: number): Promise<Buffer[]> {
  return log.reader.hashes(consistencyRanges(oldSize, newSize));
}

/** Reads a checkpoint that this log signed before, from one of its own files. */
export function ownCheckpoint(
  bytes: Buffer | undefined,
  log: LogState,
  from: { readonly path: string; readonly verifier: NoteVerifier },
): (ExternalHead & { readonly note: string; readonly text: string }) | null {
  if (bytes === undefined) return null;
  const { path, verifier } = from;
  try {
    const note = parseNote(bytes);
    const { origin, size, root } = parseCheckpoint(note.text);
    if (log.formerOrigins.includes(origin)) return null;
    if (origin !== log.origin || verifiedSignatures(note, [verifier]).length === 0)
      throw new Error('unsigned');
    return { source: 'the high-water mark', size, root, note: bytes.toString('utf8'), text: note.text };
  } catch {
    throw ledgerDamaged(path, `it is not a checkpoint that ${log.origin} signed with the present key`);
  }
}

/**
 * Compares what the log holds with every head that is known of it. Signing is safe only when each of them
 * is a beginning of what the log holds. Returns the gravest conflict, or nothing.
 */
export async function findConflict(
  log: LogState,
  known: readonly ExternalHead[],
): Promise<LedgerForkError | undefined> {
  const own = log.writer.head();
  const conflictWith = (head: ExternalHead): Parameters<typeof ledgerBehind>[0] => ({
    log: log.name,
    origin: log.origin,
    source: head.source,
    known: { size: head.size, root: head.root },
    own,
  });
  const largest = known.toSorted((left, right) => right.size - left.size)[0];
  if (largest !== undefined && largest.size > own.size) return ledgerBehind(conflictWith(largest));
  for (const head of known) {
    if (head.root === null) continue;
    if (!(await rootAt(log, head.size)).equals(head.root)) return ledgerForked(conflictWith(head));
  }
  return undefined;
}

/** Asks those outside what they know of a log. */
export function askOutside(
  outside: ExternalHeads | undefined,
  log: LogState,
  published: string | null,
): Promise<readonly ExternalHead[]> {
  if (outside === undefined) return Promise.resolve([]);
  return outside.heads({
    origin: log.origin,
    published,
    head: log.writer.head(),
    consistencyProof: (oldSize, newSize) => consistencyProof(log, oldSize, newSize),
  });
}
