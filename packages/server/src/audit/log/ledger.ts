import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { ledgerClosed, ledgerDamaged, ledgerFailed, outOfLog } from './errors.ts';
import { openExclusively } from './exclusive.ts';
import { hostFiles, replaceFileDurably, sizeOf, syncPath } from './files.ts';
import type { NoteSigner } from './formats/keys.ts';
import { openFileJournal, secretName, type FileJournal } from './journal/file-journal.ts';
import { decodeSecret } from './journal/seal.ts';
import { listSegments, segmentPath } from './journal/segment.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import { createLogs, dropBundles, measureBundles, type Logs, type LogState } from './logs.ts';
import { bootIdOf, decodeMark, markName, type Snapshot } from './mark.ts';
import { checkEntries } from './entries.ts';
import { checkDefinitions, openLogs, refuseLostJournal } from './open-logs.ts';
import type { Ledger, LedgerOptions, PublishedCheckpoint } from './ledger-types.ts';
import { createFigures } from './figures.ts';
import { pruneLog } from './prune.ts';
import { addCosignatures, createPublisher } from './publisher.ts';
import { createSigners } from './signing.ts';
import type { Acknowledgement } from './types.ts';
import { createWriteBehind, type WriteBehind } from './write-behind.ts';

interface Opened {
  readonly journal: FileJournal;
  readonly logs: Logs;
  readonly rebuilt: boolean;
}

/** Reads the journal from the mark on, or from its beginning when tiles and mark do not fit together. */
async function openJournal(options: LedgerOptions, files: WriteBehind, bootId: string): Promise<Opened> {
  const { directory, clock } = options;
  const mark = decodeMark(files.read(join(directory, markName)));
  const snapshot: Snapshot | null =
    mark === undefined ? null : mark.bootId === bootId ? mark.latest : mark.synced;
  const place = join(directory, 'journal');
  const request = { ...options.journal, directory: place, files, clock };
  const known = snapshot === null ? undefined : createLogs({ files, directory }, snapshot.logs);
  if (snapshot !== null && known !== undefined) {
    const sizes = new Map(snapshot.logs.map(({ id, size }) => [id, size]));
    const from = { position: snapshot.position, sizes };
    const journal = await openFileJournal({ ...request, from, integrate: known.integrate });
    const minimum = new Map(snapshot.logs.map(({ id, minimumIndex }) => [id, minimumIndex]));
    for (const log of known.all()) {
      if (log.minimumIndex !== (minimum.get(log.id) ?? 0)) await measureBundles(files, log);
    }
    return { journal, logs: known, rebuilt: false };
  }
  for (const name of files.list(join(directory, 'logs'))) files.remove(join(directory, 'logs', name, 'tile'));
  const logs = createLogs({ files, directory }, []) as Logs;
  const journal = await openFileJournal({ ...request, integrate: logs.integrate });
  for (const log of logs.all()) {
    await dropBundles(files, log);
    log.writer.writePartials();
  }
  return { journal, logs, rebuilt: true };
}

/**
 * Opens the ledger in a directory, making it when there is none.
 *
 * Raises `data_directory_in_use`; `ledger_damaged` when stored bytes were changed; `ledger_behind` or
 * `ledger_forked` when signing would contradict what was signed before (see `ResumeOrder`).
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { directory } = options;
  const files = createWriteBehind(options.files ?? hostFiles);
  checkDefinitions(options.logs);
  return openExclusively(directory, 'ledger', (release) => openLocked(options, files, release));
}

async function openLocked(options: LedgerOptions, files: WriteBehind, unlock: () => void): Promise<Ledger> {
  const { directory, clock } = options;
  for (const folder of ['', 'journal', 'heads', 'logs']) files.makeDirectory(join(directory, folder));
  for (const folder of ['', 'heads']) await syncPath(files, join(directory, folder));
  const isLost = listSegments(files, join(directory, 'journal')).length === 0;
  if (isLost && Object.keys(options.resume ?? {}).length === 0) refuseLostJournal(files, directory);
  const bootId = bootIdOf(files, String(clock.now()));
  const { journal, logs } = await openJournal(options, files, bootId);

  const signersOf = createSigners(options.keysOf);
  const unconfirmed = new Map<string, string>();
  const listeners = new Set<(checkpoint: PublishedCheckpoint) => void>();
  const cosignedListeners = new Set<(checkpoint: PublishedCheckpoint) => void>();
  let fault: Error | null = null;
  const publisher = createPublisher({
    directory,
    files,
    clock,
    journal,
    logs,
    bootId,
    signersOf,
    onPublished(log, { size, text, note }) {
      for (const listener of listeners) listener({ log: log.name, origin: log.origin, size, text, note });
    },
  });

  const publish = async (): Promise<void> => {
    if (fault !== null) throw ledgerFailed(fault);
    try {
      await publisher.publish();
    } catch (error) {
      fault ??= error instanceof Error ? error : new Error(String(error));
      throw ledgerFailed(error);
    }
  };

  try {
    await openLogs({
      directory,
      files,
      journal,
      logs,
      definitions: options.logs,
      outside: options.outside,
      outsideRequired: options.outsideRequired ?? false,
      resume: options.resume ?? {},
      verifierOf: (origin) => (signersOf(origin)[0] as NoteSigner).verifier,
      onUnconfirmed: (log, error) => unconfirmed.set(log, messageOf(error)),
    });
    await publish();
  } catch (error) {
    await journal.close();
    throw error;
  }

  files.begin((error) => (fault ??= error));
  const figures = createFigures(logs, clock);
  const stopped = new AbortController();
  const repeat = async (everyMs: number, work: () => Promise<void>): Promise<void> => {
    while (everyMs > 0 && !stopped.signal.aborted) {
      await clock.sleep(everyMs, stopped.signal);
      if (stopped.signal.aborted || fault !== null) return;
      await work().catch((error: unknown) => {
        fault ??= error instanceof Error ? error : new Error(String(error));
      });
    }
  };
  const loops = [
    repeat(options.checkpointMs ?? 1000, () => {
      figures.sample();
      return publish();
    }),
    repeat(options.checkpointMs === 0 ? 0 : (options.syncMs ?? 60_000), () => publisher.syncDerived()),
  ];

  const logOf = (name: string): LogState => {
    const log = logs.byName(name);
    if (log === undefined) throw outOfLog(`name "${name}"; there is no such log`);
    return log;
  };
  const readers = new Map<LogState, LogReader>();
  const readerOf = (name: string): LogReader => {
    const log = logOf(name);
    const reader = readers.get(log) ?? createLogReader(log, publish);
    readers.set(log, reader);
    return reader;
  };

  async function appendMany(name: string, entries: readonly Uint8Array[]): Promise<Acknowledgement[]> {
    if (stopped.signal.aborted) throw ledgerClosed();
    if (fault !== null) throw ledgerFailed(fault);
    const log = logOf(name);
    checkEntries(entries);
    if (entries.length === 0) return [];
    const { firstIndex, leafHashes } = await journal.append(log.id, entries);
    return leafHashes.map((hash, place) => ({
      log: name,
      index: firstIndex + place,
      leafHash: Buffer.from(hash, 'latin1'),
    }));
  }

  return {
    appendMany,
    append: async (name, entry) => (await appendMany(name, [entry]))[0] as Acknowledgement,
    reader: readerOf,
    names: () => logs.all().map(({ name }) => name),
    publish,
    onCheckpoint(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onCosigned(listener) {
      cosignedListeners.add(listener);
      return () => void cosignedListeners.delete(listener);
    },
    cosign(name, text, signatures) {
      const log = logOf(name);
      const checkpoint = addCosignatures(files, log, { text, signatures });
      if (checkpoint === undefined) return false;
      const { size, note } = checkpoint;
      for (const listener of cosignedListeners) listener({ log: name, origin: log.origin, size, text, note });
      return true;
    },
    stop(reason) {
      fault ??= reason;
    },
    async prune(name, minimumIndex) {
      if (fault !== null) throw ledgerFailed(fault);
      const log = logOf(name);
      await publish();
      await publisher.syncDerived();
      return pruneLog({ directory: join(directory, 'journal'), files, journal, log, minimumIndex });
    },
    async exportSealSecret({ remove } = { remove: false }) {
      const path = join(directory, 'journal', secretName);
      const bytes = files.read(path);
      if (bytes === undefined) return null;
      const secret = decodeSecret(bytes);
      if (secret === undefined) throw ledgerDamaged(path, 'it is not the secret of the seal');
      if (remove) {
        await replaceFileDurably(files, path, Buffer.alloc(0));
        files.remove(path);
        await syncPath(files, join(directory, 'journal'));
      }
      return secret;
    },
    syncDerived: () => publisher.syncDerived(),
    health() {
      const status = journal.status();
      const reasons = [
        ...(fault === null ? [] : [messageOf(fault)]),
        ...(status.fault === null ? [] : [`The journal stopped: ${status.fault}`]),
        ...[...unconfirmed].map(([log, why]) => `Nobody outside could confirm the head of "${log}": ${why}`),
      ];
      const isCritical = fault !== null || status.state === 'failed';
      return {
        status: isCritical ? 'critical' : reasons.length > 0 ? 'degraded' : 'ok',
        reasons,
        journal: status,
        logs: logs.all().map(({ name, origin, minimumIndex, writer, published }) => ({
          name,
          origin,
          minimumIndex,
          size: writer.size(),
          publishedSize: published?.size ?? 0,
        })),
      };
    },
    figures: () => {
      const place = join(directory, 'journal');
      const sizes = listSegments(files, place).map(
        (number) => sizeOf(files, segmentPath(place, number)) ?? 0,
      );
      return Promise.resolve(figures.read(sizes.reduce((sum, bytes) => sum + bytes, 0)));
    },
    async close() {
      if (stopped.signal.aborted) return;
      stopped.abort();
      await Promise.all(loops);
      await journal.close();
      try {
        if (fault === null && journal.status().fault === null) {
          await publish();
          await publisher.syncDerived({ atMost: 500 });
        }
      } finally {
        await files.settle();
        unlock();
      }
    },
  };
}
