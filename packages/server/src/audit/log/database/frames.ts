import type { Clock } from '../../../base/clock.ts';
import type { State, StateTx } from '../../../storage/state/state.ts';
import { decodeBundle } from '../formats/entry-bundle.ts';
import { createFrameBuilder, type BuiltRecord, type FrameBuilder } from '../journal/frame-builder.ts';
import { finishFrame, writeFrameHead } from '../journal/frame.ts';
import { nextKey, sealOf, type SealingKey } from '../journal/seal.ts';
import type { Follower } from './follower.ts';
import { insertFrame, lockJournal, takeIntake, type PlacedTicket } from './store.ts';
import type { SequencerLease } from './types.ts';

/**
 * What came of trying to write a frame. Stale: the database has frames that this node has not followed;
 * nothing was written. Empty: there was nothing to write.
 */
export type Outcome = 'written' | 'empty' | 'stale';

/** Writes frames at the end of the journal in the database. Its calls must not overlap. */
export interface FrameWriter {
  /** Moves the oldest rows of the intake into a frame, if the lease is still the valid one. */
  sequence(lease: SequencerLease): Promise<Outcome>;
  /** Writes a control record. */
  control(body: Uint8Array): Promise<Outcome>;
  /** Writes entries past the intake; for what a log itself says when it is opened. */
  entries(logId: number, entries: readonly Uint8Array[]): Promise<Outcome>;
}

interface Written {
  readonly records: readonly BuiltRecord[];
  readonly tickets: readonly PlacedTicket[];
  readonly key: SealingKey;
}

/** Fills a frame; returns the tickets of what it put in. */
type Fill = (builder: FrameBuilder, tx: StateTx) => Promise<PlacedTicket[]>;

export function createFrameWriter(parts: {
  readonly state: State;
  readonly clock: Clock;
  readonly follower: Follower;
  readonly frameBytes: number;
  readonly epochMs: number;
}): FrameWriter {
  const { state, clock, follower, frameBytes, epochMs } = parts;
  let keyBorn = clock.monotonic();

  /**
   * One transaction: the journal's row is locked, so frames follow one another whoever writes them, and
   * what is taken out of the intake is in the frame or still there. When it fails, whether it committed is
   * not known; following the database then shows it.
   */
  const write = async (fill: Fill, lease?: SequencerLease): Promise<Outcome> => {
    const sequence = follower.sequence();
    const written = await state.transaction(async (tx): Promise<Written | 'empty' | 'stale'> => {
      if (lease !== undefined) await lease.fenced(tx);
      const journal = await lockJournal(tx);
      if (journal.nextSequence !== sequence) return 'stale';
      const builder = createFrameBuilder();
      const tickets = await fill(builder, tx);
      if (builder.isEmpty()) return 'empty';
      const isDue = clock.monotonic() - keyBorn >= epochMs;
      const key = isDue ? nextKey(journal.key) : journal.key;
      const { buffer, payloadBytes, records } = builder.finish();
      writeFrameHead(buffer, payloadBytes, { sequence, epoch: key.epoch, rewritten: false });
      const { journalId } = journal;
      const mac = (covered: Buffer): Buffer => sealOf(key, journalId, covered);
      const bytes = finishFrame(buffer, payloadBytes, { journalId, mac });
      await insertFrame(tx, { sequence, bytes, tickets }, key);
      return { records, tickets, key };
    });
    if (typeof written === 'string') return written;
    if (written.key.epoch !== follower.key().epoch) keyBorn = clock.monotonic();
    follower.pass(written);
    return 'written';
  };

  return {
    sequence: (lease) =>
      write(async (builder, tx) => {
        const logs = follower.logs.all();
        const ids = new Map(logs.map(({ id, name }) => [name, id]));
        const sizes = new Map(follower.sizes());
        const tickets: PlacedTicket[] = [];
        for (const row of await takeIntake(tx, [...ids.keys()], frameBytes)) {
          const id = ids.get(row.log) as number;
          const firstIndex = sizes.get(id) ?? 0;
          const entries = decodeBundle(row.entries);
          for (const [place, entry] of entries.entries()) builder.addEntry(id, firstIndex + place, entry);
          sizes.set(id, firstIndex + entries.length);
          if (row.ticket !== null) tickets.push({ ticket: row.ticket, firstIndex });
        }
        return tickets;
      }, lease),
    control: (body) =>
      write((builder) => {
        builder.addControl(body);
        return Promise.resolve([]);
      }),
    entries: (logId, entries) =>
      write((builder) => {
        const firstIndex = follower.sizes().get(logId) ?? 0;
        for (const [place, entry] of entries.entries()) builder.addEntry(logId, firstIndex + place, entry);
        return Promise.resolve([]);
      }),
  };
}
