import type { Clock } from '../../../base/clock.ts';
import type { State } from '../../../storage/state/state.ts';
import type { NoteSignature } from '../formats/signed-note.ts';
import { newSignatureLines, signHead, type SignersOf } from '../signing.ts';
import type { Follower } from './follower.ts';
import type { Outcome } from './frames.ts';
import { lockHead, lockJournal, putHead, putNote, type HeadRow } from './store.ts';
import type { SequencerLease } from './types.ts';

/**
 * Signs the heads of every log that grew and stores them, if the lease is still the valid one and the
 * database has nothing that this node has not followed. A signature is in the database before anyone sees
 * it, and the head of an origin only ever grows.
 */
export async function publishHeads(
  parts: {
    readonly state: State;
    readonly clock: Clock;
    readonly follower: Follower;
    readonly signersOf: SignersOf;
  },
  lease: SequencerLease,
): Promise<Outcome> {
  const { state, clock, follower, signersOf } = parts;
  const grown = follower.logs.all().filter(({ writer, published }) => published?.size !== writer.size());
  if (grown.length === 0) return 'empty';
  const sequence = follower.sequence();
  const signedAt = clock.now();
  const heads: HeadRow[] = grown.map((log) => {
    const { size, text, note } = signHead(log, signersOf, clock);
    return { origin: log.origin, log: log.name, size, sequence, text, note, signedAt };
  });
  const isStored = await state.transaction(async (tx) => {
    await lease.fenced(tx);
    if ((await lockJournal(tx)).nextSequence !== sequence) return false;
    for (const [place, head] of heads.entries()) {
      // The new head continues the one that this node compared with its own tree, and no other.
      const before = await lockHead(tx, head.origin);
      if (before?.text !== grown[place]?.published?.text) return false;
      if (!(await putHead(tx, head))) return false;
    }
    return true;
  });
  if (!isStored) return 'stale';
  await follower.takeHeads(heads);
  return 'written';
}

/** Adds cosignatures to the head in the database, when it is still the one that they are for. */
export async function storeCosignatures(
  state: State,
  head: { readonly origin: string; readonly text: string },
  signatures: readonly NoteSignature[],
): Promise<void> {
  await state.transaction(async (tx) => {
    const stored = await lockHead(tx, head.origin);
    if (stored?.text !== head.text) return;
    const lines = newSignatureLines(stored.note, signatures);
    if (lines.length > 0) await putNote(tx, head.origin, stored.note + lines.join(''));
  });
}
