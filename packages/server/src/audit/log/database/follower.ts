import { join } from 'node:path';
import { CustosError } from '../../../base/errors.ts';
import type { State } from '../../../storage/state/state.ts';
import { createMarkKeeper } from '../derived-mark.ts';
import { ledgerBehind, ledgerDamaged, ledgerForked } from '../errors.ts';
import { replaceFileDurably } from '../files.ts';
import { parseCheckpoint } from '../formats/checkpoint.ts';
import { verifiedSignatures, type NoteVerifier } from '../formats/keys.ts';
import { parseNote } from '../formats/signed-note.ts';
import { rootAt } from '../head-guard.ts';
import type { BuiltRecord } from '../journal/frame-builder.ts';
import { readFrame } from '../journal/frame.ts';
import { firstKey, type SealingKey } from '../journal/seal.ts';
import { createFrameTaker, type FrameTaker } from '../journal/take-frames.ts';
import {
  createLogs,
  dropBundles,
  measureBundles,
  type Logs,
  type LogState,
  type Published,
} from '../logs.ts';
import { decodeMark, markName, type Snapshot } from '../mark.ts';
import { highWaterPath, showCheckpoint } from '../publisher.ts';
import type { WriteBehind } from '../write-behind.ts';
import { readJournal, readOn, type FrameRow, type HeadRow, type PlacedTicket } from './store.ts';

/** Keeps this node's tiles in step with the database. Its calls must not overlap. */
export interface Follower {
  readonly logs: Logs;
  readonly journalId: Buffer;
  /** Sequence number of the next frame. */
  sequence(): number;
  key(): SealingKey;
  sizes(): ReadonlyMap<number, number>;
  /**
   * Takes in every frame and head that the database has. Raises `ledger_behind`, `ledger_forked` or
   * `ledger_damaged` when they do not continue what this node has seen.
   */
  follow(): Promise<void>;
  /** Takes in a frame that this node itself has committed. */
  pass(own: {
    readonly records: readonly BuiltRecord[];
    readonly key: SealingKey;
    readonly tickets: readonly PlacedTicket[];
  }): void;
  /** The newest head of an origin that was read. */
  head(origin: string): HeadRow | undefined;
  /**
   * From here on heads are taken in and replace this node's own marks. Not before those marks were compared
   * with what the database holds.
   */
  admitHeads(): void;
  /** Takes in heads that the database holds, as of the present frame or an earlier one. */
  takeHeads(heads: readonly HeadRow[]): Promise<void>;
  /** Puts tiles and bundles on disk, unless more than so many files wait. */
  sync(atMost: number): Promise<void>;
}

interface FollowerRequest {
  readonly state: State;
  readonly directory: string;
  readonly files: WriteBehind;
  readonly bootId: string;
  readonly sealSecret: Uint8Array | undefined;
  /** True: tiles that are ahead of the database are made anew, because a log is resumed. */
  readonly mayBeAhead: boolean;
  verifierOf(origin: string): NoteVerifier;
  onPlaced(tickets: readonly PlacedTicket[]): void;
  onPublished(log: LogState, published: Published): void;
  onCosigned(log: LogState, published: Published): void;
}

const framesAtOnce = 16;

/** Where a snapshot stands in a journal that has no segments. */
const positionOf = (sequence: number): Snapshot['position'] => ({
  segment: 0,
  offset: 0,
  sequence,
  lastFrame: null,
});

function databaseBehind(frames: number, seen: number): CustosError {
  return new CustosError(
    'ledger_behind',
    `The database has ${frames} frames of the ledger, and this node has followed it up to ${seen}: it was restored or rolled back. Restore the newest state, or resume the logs under new origins.`,
    { status: 500 },
  );
}

/** Opens this node's tiles at their mark, or empty; nothing of the database is followed yet. */
export async function openFollower(request: FollowerRequest): Promise<Follower> {
  const { state, directory, files, bootId } = request;
  const journal = await readJournal(state.read);
  const { journalId } = journal;
  const mark = decodeMark(files.read(join(directory, markName)));
  let snapshot = mark === undefined ? null : mark.bootId === bootId ? mark.latest : mark.synced;
  const seen = snapshot?.position.sequence ?? 0;
  if (seen > journal.nextSequence) {
    if (!request.mayBeAhead) throw databaseBehind(journal.nextSequence, seen);
    snapshot = null;
  }
  const known = snapshot === null ? undefined : createLogs({ files, directory }, snapshot.logs);
  if (known === undefined) {
    snapshot = null;
    for (const name of files.list(join(directory, 'logs')))
      files.remove(join(directory, 'logs', name, 'tile'));
  }
  const logs = known ?? (createLogs({ files, directory }, []) as Logs);
  const secret = request.sealSecret ?? journal.secret;
  const taker: FrameTaker = createFrameTaker(
    {
      key: secret === null ? journal.key : firstKey(secret),
      sequence: snapshot?.position.sequence ?? 0,
      sizes: new Map(snapshot?.logs.map(({ id, size }) => [id, size])),
    },
    logs.integrate,
  );
  const keeper = createMarkKeeper({ directory, files, bootId, logs });
  const minimum = new Map(snapshot?.logs.map(({ id, minimumIndex }) => [id, minimumIndex]));

  let isAdmitted = false;
  let lastHeads: readonly HeadRow[] = [];

  const take = (row: FrameRow): void => {
    const where = `frame ${row.sequence} in the database`;
    const frame = readFrame(row.bytes, 0, journalId);
    if (frame === undefined || frame.bytes.length !== row.bytes.length || frame.sequence !== row.sequence) {
      throw ledgerDamaged(where, 'it is not what was written');
    }
    taker.take(frame, { where, journalId });
    request.onPlaced(row.tickets);
  };

  const checkHead = async (log: LogState, head: HeadRow): Promise<Buffer> => {
    const source = 'the newest checkpoint in the database';
    const note = parseNote(head.note);
    const { size, root, origin } = parseCheckpoint(note.text);
    const signed = verifiedSignatures(note, [request.verifierOf(origin)]).length > 0;
    if (!signed || note.text !== head.text || size !== head.size || origin !== log.origin) {
      throw ledgerDamaged(source, `it is not a checkpoint that ${log.origin} signed with the present key`);
    }
    const own = log.writer.head();
    const conflict = { log: log.name, origin, source, known: { size, root }, own };
    if (size > own.size) throw ledgerBehind(conflict);
    if (!(await rootAt(log, size)).equals(root)) throw ledgerForked(conflict);
    const { published } = log;
    if (published !== null && published.size > size) {
      const before = 'the checkpoint that this node saw before';
      throw ledgerBehind({ ...conflict, source: before, known: published, own: { size, root } });
    }
    return root;
  };

  const takeHeads = async (heads: readonly HeadRow[]): Promise<void> => {
    lastHeads = [
      ...lastHeads.filter(({ origin }) => !heads.some((head) => head.origin === origin)),
      ...heads,
    ];
    if (!isAdmitted) return;
    const isAligned = Math.max(0, ...heads.map(({ sequence }) => sequence)) === taker.sequence();
    const changed: { log: LogState; head: HeadRow; root: Buffer }[] = [];
    for (const log of logs.all()) {
      const head = heads.find(({ origin }) => origin === log.origin);
      if (head === undefined) continue;
      const { published } = log;
      if (published?.text !== head.text) {
        changed.push({ log, head, root: await checkHead(log, head) });
      } else if (published.note !== head.note) {
        published.note = head.note;
        showCheckpoint(files, log, published);
        request.onCosigned(log, published);
      }
    }
    // Others read the directory as well: whatever a checkpoint is of is there before it.
    if (changed.length > 0) await files.drain();
    for (const { log, head, root } of changed) {
      await replaceFileDurably(files, highWaterPath(directory, log.name), Buffer.from(head.note));
      const { size, text, note } = head;
      log.writer.writePartials(size);
      const published = { size, root, text, note };
      showCheckpoint(files, log, published);
      log.publishedAt = head.signedAt;
      log.writer.dropPartialsExcept(size);
      request.onPublished(log, published);
    }
    if (isAligned && (changed.length > 0 || keeper.latest() === null)) {
      if (keeper.latest() === null) for (const log of logs.all()) log.writer.writePartials();
      await keeper.put({ position: positionOf(taker.sequence()), logs: logs.snapshot() });
    }
  };

  const dropPruned = async (): Promise<void> => {
    for (const log of logs.all()) {
      if (log.minimumIndex === (minimum.get(log.id) ?? 0)) continue;
      await dropBundles(files, log);
      await measureBundles(files, log);
      minimum.set(log.id, log.minimumIndex);
    }
  };

  return {
    logs,
    journalId,
    sequence: taker.sequence,
    key: taker.key,
    sizes: () => taker.sizes,
    async follow() {
      for (;;) {
        const read = await readOn(state, taker.sequence(), framesAtOnce);
        const end = read.journal.nextSequence;
        if (end < taker.sequence()) throw databaseBehind(end, taker.sequence());
        if (read.frames.length === 0 && end > taker.sequence()) {
          throw ledgerDamaged('database', `frame ${taker.sequence()} is gone`);
        }
        // A head stands behind some frame: taken there, tiles on disk are those of the checkpoint.
        const boundary = Math.max(0, ...read.heads.map(({ sequence }) => sequence));
        for (const row of read.frames) {
          if (taker.sequence() === boundary) await takeHeads(read.heads);
          take(row);
        }
        if (taker.sequence() >= boundary) await takeHeads(read.heads);
        if (taker.sequence() >= end) break;
      }
      await dropPruned();
    },
    pass({ records, key, tickets }) {
      taker.pass(records, key);
      request.onPlaced(tickets);
    },
    head: (origin) => lastHeads.find((head) => head.origin === origin),
    admitHeads() {
      isAdmitted = true;
    },
    takeHeads,
    sync: keeper.sync,
  };
}
