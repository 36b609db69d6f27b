import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { replaceFile, replaceFileDurably, syncPath, type LedgerFiles } from './files.ts';
import { formatCheckpoint } from './formats/checkpoint.ts';
import type { NoteSigner } from './formats/keys.ts';
import { formatNote, formatSignature, parseNote, type NoteSignature } from './formats/signed-note.ts';
import type { Logs, LogState, Published } from './logs.ts';
import { encodeMark, markName, type Snapshot } from './mark.ts';
import type { Journal } from './types.ts';

export interface PublisherRequest {
  readonly directory: string;
  readonly files: LedgerFiles;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly logs: Logs;
  readonly bootId: string;
  signersOf(origin: string): readonly NoteSigner[];
  /** Called after a checkpoint was made public. Must not throw and must not wait. */
  onPublished(log: LogState, published: Published): void;
}

/** Signs checkpoints and makes them public. */
export interface Publisher {
  /** Signs and publishes every log that grew. One at a time; resolves when it is done. */
  publish(): Promise<void>;
  /** Adds cosignatures to the checkpoint that is public now, when it is still the one that they are for. */
  cosign(log: LogState, text: string, signatures: readonly NoteSignature[]): boolean;
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

export function createPublisher(request: PublisherRequest): Publisher {
  const { directory, files, clock, journal, logs, bootId } = request;
  const markPath = join(directory, markName);
  let latest: Snapshot | null = null;
  let synced: Snapshot | null = null;
  let busy: Promise<unknown> = Promise.resolve();
  const unsynced = new Set<string>();

  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = busy.then(work, work);
    busy = turn.catch(() => undefined);
    return turn;
  };

  const sign = (log: LogState): Published => {
    const head = log.writer.head();
    const text = formatCheckpoint({ ...head, origin: log.origin });
    const seconds = Math.floor(clock.now() / 1000);
    const signatures = request.signersOf(log.origin).map((signer) => signer.sign(text, seconds));
    return { ...head, text, note: formatNote({ text, signatures }) };
  };

  const publishAll = async (): Promise<void> => {
    // All of this in one turn, so that every log, its files and the place in the journal belong together.
    const grown = logs.all().filter(({ writer, published }) => published?.size !== writer.size());
    if (grown.length === 0 && latest !== null) return;
    for (const log of grown) {
      log.writer.writePartials();
      log.publishedAt = clock.now();
    }
    const snapshot = { position: journal.position(), logs: logs.snapshot() };
    const signed = grown.map((log) => ({ log, published: sign(log) }));

    for (const { log, published } of signed) {
      // On disk before anyone sees the signature: a restart can then never sign something else.
      await replaceFileDurably(files, highWaterPath(directory, log.name), Buffer.from(published.note));
      const at = { path: checkpointPath(log), draft: join(log.directory, 'draft') };
      replaceFile(files, at, Buffer.from(published.note));
      log.published = published;
      log.writer.dropPartialsExcept(published.size);
      request.onPublished(log, published);
    }
    latest = snapshot;
    replaceFile(files, { path: markPath, draft: `${markPath}.new` }, encodeMark({ bootId, latest, synced }));
  };

  return {
    publish: () => alone(publishAll),
    cosign(log, text, signatures) {
      const { published } = log;
      if (published?.text !== text) return false;
      const present = new Set(parseNote(published.note).signatures.map(formatSignature));
      const lines = signatures.map(formatSignature).filter((line) => !present.has(line));
      if (lines.length === 0) return true;
      published.note += lines.join('');
      const at = { path: checkpointPath(log), draft: join(log.directory, 'draft') };
      replaceFile(files, at, Buffer.from(published.note));
      return true;
    },
    syncDerived: ({ atMost } = { atMost: Infinity }) =>
      alone(async () => {
        const upTo = latest;
        if (upTo === null || upTo === synced) return;
        for (const log of logs.all()) for (const path of log.writer.takeChanged()) unsynced.add(path);
        if (unsynced.size > atMost) return;
        for (const path of unsynced) {
          await syncPath(files, path);
          unsynced.delete(path);
        }
        synced = upTo;
        await replaceFileDurably(files, markPath, encodeMark({ bootId, latest: upTo, synced }));
      }),
  };
}
