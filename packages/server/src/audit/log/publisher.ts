import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { createMarkKeeper } from './derived-mark.ts';
import { replaceFile, replaceFileDurably, type LedgerFiles } from './files.ts';
import type { NoteSignature } from './formats/signed-note.ts';
import { setPublished, type Logs, type LogState, type Published } from './logs.ts';
import { newSignatureLines, signHead, type SignersOf } from './signing.ts';
import type { Journal } from './types.ts';
import type { WriteBehind } from './write-behind.ts';

export interface PublisherRequest {
  readonly directory: string;
  readonly files: WriteBehind;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly logs: Logs;
  readonly bootId: string;
  readonly signersOf: SignersOf;
  /** Called after a checkpoint was made public. Must not throw and must not wait. */
  onPublished(log: LogState, published: Published): void;
}

/** Signs checkpoints and makes them public. */
export interface Publisher {
  /** Signs and publishes every log that grew. One at a time; resolves when it is done. */
  publish(): Promise<void>;
  /**
   * Puts tiles and bundles on disk, so that opening after a power cut begins there. Does nothing when
   * more than `atMost` files wait, which would take long.
   */
  syncDerived(options?: { readonly atMost: number }): Promise<void>;
}

export function highWaterPath(directory: string, log: string): string {
  return join(directory, 'heads', log);
}

export function checkpointPath(log: LogState): string {
  return join(log.directory, 'checkpoint');
}

/** Makes a checkpoint the public one of its log, in memory and in its file. */
export function showCheckpoint(files: LedgerFiles, log: LogState, published: Published): void {
  const at = { path: checkpointPath(log), draft: join(log.directory, 'draft') };
  replaceFile(files, at, Buffer.from(published.note));
  setPublished(log, published);
}

/**
 * Adds cosignatures to the checkpoint of that text, if it is among the recent ones. Returns it with all
 * that it carries now.
 */
export function addCosignatures(
  files: LedgerFiles,
  log: LogState,
  cosigned: { readonly text: string; readonly signatures: readonly NoteSignature[] },
): Published | undefined {
  const checkpoint = log.recent.find(({ text }) => text === cosigned.text);
  if (checkpoint === undefined) return undefined;
  const lines = newSignatureLines(checkpoint.note, cosigned.signatures);
  checkpoint.note += lines.join('');
  if (lines.length > 0 && checkpoint === log.published) showCheckpoint(files, log, checkpoint);
  return checkpoint;
}

export function createPublisher(request: PublisherRequest): Publisher {
  const { directory, files, clock, journal, logs, signersOf } = request;
  const mark = createMarkKeeper(request);
  let busy: Promise<unknown> = Promise.resolve();

  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = busy.then(work, work);
    busy = turn.catch(() => undefined);
    return turn;
  };

  const publishAll = async (): Promise<void> => {
    // All of this in one turn, so that every log, its files and the place in the journal belong together.
    const grown = logs.all().filter(({ writer, published }) => published?.size !== writer.size());
    if (grown.length === 0 && mark.latest() !== null) return;
    for (const log of grown) {
      log.writer.writePartials();
      log.publishedAt = clock.now();
    }
    const snapshot = { position: journal.position(), logs: logs.snapshot() };
    const signed = grown.map((log) => ({ log, published: signHead(log, signersOf, clock) }));
    // Others read the directory as well: whatever a checkpoint is of is there before it.
    await files.drain();

    for (const { log, published } of signed) {
      // On disk before anyone sees the signature: a restart can then never sign something else.
      await replaceFileDurably(files, highWaterPath(directory, log.name), Buffer.from(published.note));
      showCheckpoint(files, log, published);
      log.writer.dropPartialsExcept(published.size);
      request.onPublished(log, published);
    }
    await mark.put(snapshot);
  };

  return {
    publish: () => alone(publishAll),
    syncDerived: ({ atMost } = { atMost: Infinity }) => alone(() => mark.sync(atMost)),
  };
}
