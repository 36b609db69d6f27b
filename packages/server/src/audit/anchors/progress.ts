import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Ledger, PublishedCheckpoint } from '../log/ledger-types.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import type { State } from '../../storage/state/state.ts';
import { loadProgress, saveProgress, type ProgressRow } from './store.ts';
import type { LogProgress } from './types.ts';

/** How far one peer outside is with our logs; remembered in State, so that a restart does not forget it. */
export interface Progress {
  /** Reads what State remembers. */
  load(): Promise<void>;
  /** Notes that a checkpoint became public. */
  published(checkpoint: PublishedCheckpoint): void;
  /** The newest checkpoint of each log that the peer has not confirmed. */
  pending(): readonly PublishedCheckpoint[];
  confirmed(checkpoint: PublishedCheckpoint, root: Buffer): Promise<void>;
  failed(checkpoint: Pick<PublishedCheckpoint, 'log' | 'origin'>, error: unknown): Promise<void>;
  sizeOf(origin: string): number;
  failuresOf(origin: string): number;
  status(): readonly LogProgress[];
}

const unknown = (peer: string, { log, origin }: { log: string; origin: string }): ProgressRow => ({
  peer,
  log,
  origin,
  size: 0,
  root: null,
  confirmedAt: null,
  failures: 0,
  error: null,
  errorAt: null,
});

export function createProgress(parts: {
  readonly peer: string;
  readonly state: State;
  readonly clock: Clock;
}): Progress {
  const { peer, state, clock } = parts;
  const rows = new Map<string, ProgressRow>();
  const newest = new Map<string, PublishedCheckpoint>();
  /** When the oldest checkpoint that is not confirmed became public, by origin. */
  const waitingSince = new Map<string, number>();

  const rowOf = (at: { log: string; origin: string }): ProgressRow =>
    rows.get(at.origin) ?? unknown(peer, at);
  const save = async (row: ProgressRow): Promise<void> => {
    rows.set(row.origin, row);
    await saveProgress(state, row);
  };

  return {
    async load() {
      for (const row of await loadProgress(state)) if (row.peer === peer) rows.set(row.origin, row);
    },
    published(checkpoint) {
      const { log, origin, size } = checkpoint;
      // A log that was resumed has another origin now; its old one is history.
      const before = [...newest.values()].find((other) => other.log === log && other.origin !== origin);
      if (before !== undefined) {
        newest.delete(before.origin);
        waitingSince.delete(before.origin);
      }
      if (size < (newest.get(origin)?.size ?? 0)) return;
      newest.set(origin, checkpoint);
      if (size > rowOf(checkpoint).size && !waitingSince.has(origin)) waitingSince.set(origin, clock.now());
    },
    pending: () => [...newest.values()].filter((checkpoint) => checkpoint.size > rowOf(checkpoint).size),
    async confirmed(checkpoint, root) {
      const { origin, size } = checkpoint;
      const row = rowOf(checkpoint);
      if (size < row.size) return;
      const latest = newest.get(origin);
      if (latest === undefined || latest.size <= size) waitingSince.delete(origin);
      // What became public while this one was on its way: by at most that time too young.
      else waitingSince.set(origin, clock.now());
      await save({
        ...row,
        log: checkpoint.log,
        size,
        root,
        confirmedAt: clock.now(),
        failures: 0,
        error: null,
        errorAt: null,
      });
    },
    async failed(at, error) {
      const row = rowOf(at);
      await save({
        ...row,
        failures: row.failures + 1,
        error: messageOf(error).slice(0, 1000),
        errorAt: clock.now(),
      });
    },
    sizeOf: (origin) => rows.get(origin)?.size ?? 0,
    failuresOf: (origin) => rows.get(origin)?.failures ?? 0,
    status: () =>
      [...newest.values()].map((checkpoint) => {
        const { size, confirmedAt, failures, error, errorAt } = rowOf(checkpoint);
        const since = waitingSince.get(checkpoint.origin);
        return {
          log: checkpoint.log,
          origin: checkpoint.origin,
          size,
          confirmedAt,
          lagEntries: Math.max(0, checkpoint.size - size),
          lagMs: since === undefined ? 0 : Math.max(0, clock.now() - since),
          failures,
          error,
          errorAt,
        };
      }),
  };
}

/** The checkpoints that are public now. */
export function publicCheckpoints(ledger: Pick<Ledger, 'names' | 'reader'>): PublishedCheckpoint[] {
  return ledger.names().flatMap((log) => {
    const note = ledger.reader(log).checkpoint();
    if (note === null) return [];
    const { text } = parseNote(note);
    const { origin, size } = parseCheckpoint(text);
    return [{ log, origin, size, text, note }];
  });
}
