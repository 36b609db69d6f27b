import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { messageOf, unavailable } from '../../../base/errors.ts';
import { encodeControl } from '../control-record.ts';
import { outOfLog, unfitEntry } from '../errors.ts';
import { createFigures } from '../figures.ts';
import { openExclusively } from '../exclusive.ts';
import { hostFiles, syncPath } from '../files.ts';
import type { NoteSigner } from '../formats/keys.ts';
import { firstKey, newSealSecret } from '../journal/seal.ts';
import type { PublishedCheckpoint } from '../ledger-types.ts';
import { createLogReader, type LogReader } from '../log-reader.ts';
import { dropBundles, type LogState, type Published } from '../logs.ts';
import { bootIdOf } from '../mark.ts';
import { tileWidth } from '../merkle/frontier.ts';
import { checkEntries } from '../entries.ts';
import { checkDefinitions, refuseLostJournal } from '../open-logs.ts';
import { createSigners } from '../signing.ts';
import { addCosignatures } from '../publisher.ts';
import type { Acknowledgement } from '../types.ts';
import { createWriteBehind, type WriteBehind } from '../write-behind.ts';
import { openFollower, type Follower } from './follower.ts';
import { createFrameWriter } from './frames.ts';
import { createIntake } from './intake.ts';
import { startNode } from './node.ts';
import { openOnDatabase } from './open.ts';
import { pruneFrames } from './prune.ts';
import { storeCosignatures } from './publish.ts';
import {
  createJournalRow,
  hasIntake,
  journalBytes,
  newestIntake,
  readJournal,
  removeSecret,
} from './store.ts';
import type { DatabaseLedger, DatabaseLedgerOptions } from './types.ts';
const settleWaitMs = 30_000;

/**
 * Opens this node's part of a ledger in PostgreSQL, making the ledger when there is none. Every node
 * appends, serves and proves; the one that holds the lease gives indexes and signs.
 *
 * Raises `data_directory_in_use` for the directory of tiles, and what `openLedger` raises: `ledger_behind`
 * also when this node has followed the database further than it goes now.
 */
export async function openDatabaseLedger(options: DatabaseLedgerOptions): Promise<DatabaseLedger> {
  const { directory } = options;
  const files = createWriteBehind(options.files ?? hostFiles);
  checkDefinitions(options.logs);
  return openExclusively(directory, 'tiles', (release) => openLocked(options, files, release));
}

async function openLocked(
  options: DatabaseLedgerOptions,
  files: WriteBehind,
  unlock: () => void,
): Promise<DatabaseLedger> {
  const { directory, clock, state } = options;
  for (const folder of ['', 'heads', 'logs']) files.makeDirectory(join(directory, folder));
  for (const folder of ['', 'heads']) await syncPath(files, join(directory, folder));
  const secret = Buffer.from(options.sealSecret ?? newSealSecret());
  const key = firstKey(secret);
  await createJournalRow(state, { journalId: randomBytes(16), nextSequence: 0, key, secret });
  const mayBeAhead = Object.keys(options.resume ?? {}).length > 0;
  if ((await readJournal(state.read)).nextSequence === 0 && !mayBeAhead) refuseLostJournal(files, directory);

  const signersOf = createSigners(options.keysOf);
  const verifierOf = (origin: string) => (signersOf(origin)[0] as NoteSigner).verifier;
  const listeners = new Set<(checkpoint: PublishedCheckpoint) => void>();
  const cosignedListeners = new Set<(checkpoint: PublishedCheckpoint) => void>();
  const unconfirmed = new Map<string, string>();
  const onUnconfirmed = (name: string, error: unknown): void => void unconfirmed.set(name, messageOf(error));
  const announce = (
    to: Set<(checkpoint: PublishedCheckpoint) => void>,
    { name, origin }: LogState,
    { size, text, note }: Published,
  ): void => {
    for (const listener of to) listener({ log: name, origin, size, text, note });
  };

  const intake = createIntake({
    state,
    clock,
    timeoutMs: options.appendTimeoutMs ?? 30_000,
    limitBytes: options.pendingLimitBytes ?? 64 * 1024 * 1024,
    onWritten: () => node.callSequencer(),
  });
  const follower: Follower = await openFollower({
    state,
    directory,
    files,
    bootId: bootIdOf(files, String(clock.now())),
    sealSecret: options.sealSecret,
    mayBeAhead,
    verifierOf,
    onPlaced: intake.placed,
    onPublished: (of, published) => announce(listeners, of, published),
    onCosigned: (of, published) => announce(cosignedListeners, of, published),
  });
  const { logs } = follower;
  const writer = createFrameWriter({
    state,
    clock,
    follower,
    frameBytes: options.frameBytes ?? 4 * 1024 * 1024,
    epochMs: options.epochMs ?? 15 * 60_000,
  });
  await openOnDatabase({
    options,
    files,
    follower,
    writer,
    verifierOf,
    onUnconfirmed,
  });
  const figures = createFigures(logs, clock);

  const node = startNode({ options, follower, writer, signersOf, figures, onUnconfirmed });
  files.begin(node.stop);

  const logOf = (name: string): LogState => {
    const found = logs.byName(name);
    if (found === undefined) throw outOfLog(`name "${name}"; there is no such log`);
    return found;
  };
  const readers = new Map<LogState, LogReader>();
  const cosigning = new Set<Promise<void>>();

  async function appendMany(name: string, entries: readonly Uint8Array[]): Promise<Acknowledgement[]> {
    node.ready();
    logOf(name);
    checkEntries(entries);
    return entries.length === 0 ? [] : intake.append(name, entries);
  }

  return {
    appendMany,
    append: async (name, entry) => (await appendMany(name, [entry]))[0] as Acknowledgement,
    leading: node.leading,
    async settle() {
      const upTo = await newestIntake(state);
      node.callSequencer();
      if (!(await node.until(settleWaitMs, async () => !(await hasIntake(state, upTo))))) {
        throw unavailable('not_sequenced', 'No node has given the waiting entries their indexes yet.');
      }
      await node.inTurn(follower.follow);
    },
    reader(name) {
      const of = logOf(name);
      const reader = readers.get(of) ?? createLogReader(of, node.publish);
      readers.set(of, reader);
      return reader;
    },
    names: () => logs.all().map(({ name }) => name),
    publish: node.publish,
    onCheckpoint(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onCosigned(listener) {
      cosignedListeners.add(listener);
      return () => void cosignedListeners.delete(listener);
    },
    cosign(name, text, signatures) {
      const of = logOf(name);
      const checkpoint = addCosignatures(files, of, { text, signatures });
      if (checkpoint === undefined) return false;
      announce(cosignedListeners, of, checkpoint);
      const stored = storeCosignatures(state, { origin: of.origin, text }, signatures).then(
        node.callFollowers,
        node.note,
      );
      cosigning.add(stored);
      void stored.finally(() => cosigning.delete(stored));
      return true;
    },
    stop: node.stop,
    async prune(name, minimumIndex) {
      const of = logOf(name);
      await node.publish();
      const published = of.published?.size ?? 0;
      if (!Number.isSafeInteger(minimumIndex) || minimumIndex < of.minimumIndex || minimumIndex > published) {
        const range = `from ${of.minimumIndex} to ${published}, the size that was published`;
        throw unfitEntry('minimumIndex', `must be ${range}`);
      }
      const body = encodeControl({ record: 'minimum', id: of.id, index: minimumIndex });
      let freed = 0;
      await node.inTurn(async () => {
        while (of.minimumIndex < minimumIndex) {
          await writer.control(body);
          freed += await dropBundles(files, of);
          await follower.follow();
        }
      });
      node.callFollowers();
      const end = Math.floor(minimumIndex / tileWidth) * tileWidth;
      freed += await pruneFrames(state, { logId: of.id, end });
      return { minimumIndex, bytesFreed: freed };
    },
    async exportSealSecret({ remove } = { remove: false }) {
      const { secret: stored } = await readJournal(state.read);
      if (remove) await removeSecret(state);
      return stored;
    },
    syncDerived: () => node.inTurn(() => follower.sync(Infinity)),
    health() {
      const { fault, trouble, isClosed } = node.status();
      const reasons = [
        ...(fault === null ? [] : [fault]),
        ...(trouble === null ? [] : [`The database: ${trouble}`]),
        ...[...unconfirmed].map(
          ([name, why]) => `Nobody outside could confirm the head of "${name}": ${why}`,
        ),
      ];
      return {
        status: fault !== null ? 'critical' : reasons.length > 0 ? 'degraded' : 'ok',
        reasons,
        journal: {
          state: fault !== null ? 'failed' : isClosed ? 'closed' : 'open',
          fault,
          pendingBytes: intake.pendingBytes(),
          segments: 0,
          recoveredBytes: 0,
          epoch: follower.key().epoch,
        },
        logs: logs.all().map(({ name, origin, minimumIndex, writer: tiles, published }) => ({
          name,
          origin,
          minimumIndex,
          size: tiles.size(),
          publishedSize: published?.size ?? 0,
        })),
      };
    },
    figures: async () => figures.read(await journalBytes(state)),
    async close() {
      if (node.status().isClosed) return;
      await node.close();
      intake.close();
      await Promise.all(cosigning);
      try {
        if (node.status().fault === null) await node.inTurn(() => follower.sync(500));
      } finally {
        await files.settle();
        unlock();
      }
    },
  };
}
