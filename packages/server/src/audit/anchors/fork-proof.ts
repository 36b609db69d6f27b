import { ledgerBehind, ledgerForked, type LedgerForkError } from '../log/errors.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { verifiedSignatures, type NoteVerifier } from '../log/formats/keys.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import type { LogReader } from '../log/log-reader.ts';

/** Whom a checkpoint that somebody shows is held against. */
export interface OwnLog {
  readonly log: string;
  readonly origin: string;
  /** The keys under which this origin signs. */
  readonly verifiers: readonly NoteVerifier[];
  readonly reader: Pick<LogReader, 'head' | 'rootAt'>;
}

/** What a text holds below its first empty line; the whole of it otherwise. */
function notesIn(answer: string): string[] {
  const below = answer.indexOf('\n\n');
  return below < 0 ? [] : [answer.slice(below + 2), answer];
}

/**
 * Looks in the refusal of a witness for a checkpoint that our own key signed and that our log does not
 * have: proof that the log forked or went back, which nobody without our key can make. Returns what it
 * proves; `undefined` when there is none, or when the log does have it.
 */
export async function forkProof(
  answer: string,
  { source, own }: { readonly source: string; readonly own: OwnLog },
): Promise<LedgerForkError | undefined> {
  for (const text of notesIn(answer)) {
    let shown: ReturnType<typeof parseCheckpoint>;
    try {
      const note = parseNote(text);
      if (verifiedSignatures(note, own.verifiers).length === 0) continue;
      shown = parseCheckpoint(note.text);
    } catch {
      continue; // Whatever it is, it is no note of ours.
    }
    if (shown.origin !== own.origin) continue;
    const { size, root } = shown;
    const head = own.reader.head();
    const conflict = { log: own.log, origin: own.origin, source, known: { size, root }, own: head };
    if (size > head.size) return ledgerBehind(conflict);
    if (!(await own.reader.rootAt(size)).equals(root)) return ledgerForked(conflict);
  }
  return undefined;
}
